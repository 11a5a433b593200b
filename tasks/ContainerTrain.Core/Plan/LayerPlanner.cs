using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Plan;

/// <summary>
/// Distributes files to layers so that an edit changes the last layer only: first one layer per native package,
/// then the managed packages, then the project's own output.
/// </summary>
internal static class LayerPlanner
{
    public static ImmutableArray<LayerPlan> Plan(ImmutableArray<InputFile> files, ProblemCollector problems)
    {
        foreach (var twice in files.GroupBy(file => file.Target, StringComparer.Ordinal).Where(group => group.Select(file => file.Source).Distinct().Count() > 1))
            problems.Add(Codes.SameTarget.With(twice.First().Source, twice.Last().Source, twice.Key));
        return
        [
            .. files.Where(file => file.Origin == FileOrigin.PackageNative)
                .GroupBy(file => $"natives/{file.PackageId.ToLowerInvariant()}/{file.PackageVersion}")
                .OrderBy(package => package.Key, StringComparer.Ordinal)
                .Select(package => Layer(package.Key, LayerKind.Natives, package)),
            .. LayerOf(FileOrigin.PackageLibrary, "libraries", LayerKind.Libraries),
            .. LayerOf(FileOrigin.Project, "app", LayerKind.App),
        ];

        IEnumerable<LayerPlan> LayerOf(FileOrigin origin, string name, LayerKind kind) =>
            files.Any(file => file.Origin == origin) ? [Layer(name, kind, files.Where(file => file.Origin == origin))] : [];
    }

    private static LayerPlan Layer(string name, LayerKind kind, IEnumerable<InputFile> files) =>
        new(name, kind, [.. files
            .DistinctBy(file => file.Target, StringComparer.Ordinal)
            .OrderBy(file => file.Target, StringComparer.Ordinal)
            .Select(file => new FilePlan(file.Source, file.Target))]);
}
