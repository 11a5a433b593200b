using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;
using ContainerTrain.Registry;

namespace ContainerTrain;

/// <summary>What the project says of its pushes, read; all that is wrong is told at once.</summary>
public sealed record PushOptions(PushWay Way, PushDestination Destination, bool Sbom)
{
    /// <param name="way">TrainPush.</param>
    /// <param name="registry">ContainerRegistry.</param>
    /// <param name="archive">ContainerArchiveOutputPath, absolute; empty for a registry.</param>
    /// <param name="format">TrainArchiveFormat.</param>
    /// <param name="sbom">TrainSbom.</param>
    /// <exception cref="ProblemException">CT1001, CT5001.</exception>
    public static PushOptions Parse(string way, string registry, string archive, string format, string sbom)
    {
        var problems = ImmutableArray.CreateBuilder<Problem>();
        var options = new PushOptions(
            Value<PushWay>("TrainPush", way),
            new PushDestination(registry, archive.Length > 0 ? new ArchiveSettings(archive, Value<ArchiveFormat>("TrainArchiveFormat", format)) : null),
            sbom.Equals("true", StringComparison.OrdinalIgnoreCase));
        if (!bool.TryParse(sbom, out _))
            problems.Add(Codes.UnknownValue.With("TrainSbom", sbom, "true, false", ""));
        if (registry.Length == 0 && archive.Length == 0)
            problems.Add(Codes.NoDestination.With());
        return problems.Count == 0 ? options : throw new ProblemException(problems.ToImmutable());

        // By name only: TryParse takes numbers too.
        T Value<T>(string property, string text)
            where T : struct, Enum
        {
            string[] names = [.. Enum.GetNames<T>().Select(name => name.ToLowerInvariant())];
            if (names.Contains(text.ToLowerInvariant()))
                return Enum.Parse<T>(text, ignoreCase: true);
            problems.Add(Codes.UnknownValue.With(property, text, string.Join(", ", names), Suggestion.Sentence(text, [.. names])));
            return default;
        }
    }
}
