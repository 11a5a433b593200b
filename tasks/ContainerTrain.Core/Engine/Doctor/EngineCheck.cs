using ContainerTrain.Diagnostics;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>Whether an engine answers, and which.</summary>
internal static class EngineCheck
{
    private const string Name = "engine";

    /// <summary>The oldest that this SDK was run with.</summary>
    private static readonly Version OldestDocker = new(20, 10);

    private static readonly Version OldestPodman = new(4, 3);

    /// <param name="wanted">TrainEngine.</param>
    /// <param name="version">What answered; null if nothing did.</param>
    /// <param name="address">Where it answered.</param>
    /// <param name="tried">What was tried in vain.</param>
    public static DoctorLine Of(EngineKind wanted, EngineVersion? version, string address, string tried)
    {
        if (wanted == EngineKind.Process)
            return DoctorLine.Ok(Name, "none is wanted (TrainEngine=process): training runs as a process of this host");
        if (version is null)
        {
            return wanted == EngineKind.Auto
                ? DoctorLine.Warning(Name, $"none answers, so that training runs as a process of this host. Tried {tried}", Codes.NoEngine.Fix)
                : DoctorLine.Error(Name, $"TrainEngine={wanted.ToString().ToLowerInvariant()} and none answers. Tried {tried}", Codes.NoEngine.Fix, Codes.NoEngine.Id);
        }
        var finding = $"{version.Kind} {version.Version}, API {version.ApiVersion}, {version.Platform}, at {address}";
        var oldest = version.Kind == EngineKind.Podman ? OldestPodman : OldestDocker;
        return NumberOf(version.Version) is { } number && number < oldest
            ? DoctorLine.Warning(Name, finding, $"Update it: {oldest} is the oldest that was tried.")
            : DoctorLine.Ok(Name, finding);
    }

    /// <summary>The number at the beginning of <c>20.10.24+dfsg1</c>.</summary>
    private static Version? NumberOf(string text) =>
        Version.TryParse(string.Concat(text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.')).TrimEnd('.'), out var version) ? version : null;
}
