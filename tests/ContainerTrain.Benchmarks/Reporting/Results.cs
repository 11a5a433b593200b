using System.Collections.Immutable;
using ContainerTrain.Benchmarks.Measuring;

namespace ContainerTrain.Benchmarks.Reporting;

/// <summary>Everything that was measured: what inner-loop.json holds.</summary>
internal sealed record Results(
    BenchEnvironment Environment,
    ImmutableArray<CaseResult> Cases,
    ImmutableArray<ImageSize> Sizes,
    ImmutableArray<EditBytes> Bytes,
    ImmutableArray<Profile> Profiles,
    ImmutableArray<Target> Targets)
{
    public Series? Find(string @case, string variant) => Cases.FirstOrDefault(one => one.Name == @case)?.Find(variant);
}

/// <param name="OverBase">The image's layers above the base image in bytes, as the engine counts them.</param>
internal sealed record ImageSize(string Variant, string Title, long OverBase);

/// <summary>A row of the targets.</summary>
/// <param name="Measured">In words.</param>
/// <param name="IsMet">Null where it was not measured.</param>
internal sealed record Target(string Case, string Goal, string Measured, bool? IsMet);
