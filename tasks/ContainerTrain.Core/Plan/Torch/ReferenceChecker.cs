using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Plan;

/// <summary>
/// Finds, before anything is downloaded, references to TorchSharp and libtorch that cannot work. What packages and
/// projects bring besides is known after the restore, and is checked with the plan.
/// </summary>
public static class ReferenceChecker
{
    /// <param name="references">PackageReference items, implicit ones included.</param>
    /// <param name="centralVersions">PackageVersion items, for references without a version.</param>
    /// <param name="runtimeIdentifier">What the project is built for.</param>
    /// <param name="gpus">TrainGpus.</param>
    /// <param name="elements">Where the references stand.</param>
    public static ImmutableArray<Problem> Check(
        ImmutableArray<InputItem> references, ImmutableArray<InputItem> centralVersions, string runtimeIdentifier, string gpus,
        ImmutableArray<SourceElement> elements)
    {
        var problems = new ProblemCollector(elements);
        var packages = references.Select(reference => new PackageInput(reference.Include, VersionOf(reference, centralVersions)));
        TorchReferences.Of([.. packages]).Check(runtimeIdentifier, gpus, problems);
        return problems.ToImmutable();
    }

    private static string VersionOf(InputItem item, ImmutableArray<InputItem> centralVersions)
    {
        if (item["VersionOverride"] is { Length: > 0 } version)
            return version;
        return item["Version"] is { Length: > 0 } own
            ? own
            : centralVersions.LastOrDefault(central => central.Include.Equals(item.Include, StringComparison.OrdinalIgnoreCase))?["Version"] ?? "";
    }
}
