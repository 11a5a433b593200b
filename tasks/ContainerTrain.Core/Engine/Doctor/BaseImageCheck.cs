using System.Net;
using ContainerTrain.Diagnostics;
using ContainerTrain.Outcome;

namespace ContainerTrain.Engine;

/// <summary>Whether the base image is on the engine, or can be had.</summary>
internal static class BaseImageCheck
{
    public const string Name = "base image";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <param name="named">As the project names it.</param>
    /// <param name="pulled">As it is pulled.</param>
    /// <param name="platform">In the form <c>linux/amd64</c>.</param>
    /// <param name="image">On the engine; null if it has none.</param>
    /// <param name="refusal">Asked only without it: null if the registry has it, else why it cannot be had; empty if that cannot be asked.</param>
    public static DoctorLine Of(string named, string pulled, string platform, EngineImage? image, string? refusal)
    {
        var mirrored = named == pulled ? "" : $", which stands for '{named}' (TrainRegistryMirror)";
        if (image is not null)
        {
            var itsPlatform = $"{image.Os}/{image.Architecture}";
            var finding = $"'{pulled}'{mirrored} is on the engine";
            return itsPlatform == platform
                ? DoctorLine.Ok(Name, finding)
                : DoctorLine.Error(Name, $"{finding}, for {itsPlatform} and not {platform}", $"Remove it there and build again: it is then pulled for {platform}.");
        }
        return refusal switch
        {
            null => DoctorLine.Ok(Name, $"'{pulled}'{mirrored} is pulled at the first build; its registry answers"),
            "" => DoctorLine.Skipped(Name, $"'{pulled}'{mirrored} is pulled at the first build; the engine cannot ask its registry before"),
            _ => DoctorLine.Error(Name, $"'{pulled}'{mirrored} is not on the engine, and its registry: {refusal}", Codes.BaseImageUnavailable.Fix, Codes.BaseImageUnavailable.Id),
        };
    }

    /// <summary>Has the engine ask the image's registry; null if it has the image, empty if the engine has no such request.</summary>
    public static async Task<string?> AskRegistryAsync(EngineConnection engine, string reference, CancellationToken cancellation)
    {
        if (engine.Version.Kind == Plan.EngineKind.Podman)
            return "";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            using var response = await engine.Http.GetAsync($"distribution/{reference}/json", limit.Token);
            return response.StatusCode == HttpStatusCode.OK ? null : EngineMessage.Of(await response.Content.ReadAsStringAsync(limit.Token));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"no answer within {Limit.TotalSeconds} s";
        }
    }
}
