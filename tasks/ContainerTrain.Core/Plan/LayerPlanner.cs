using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Plan;

/// <summary>
/// Distributes files to layers so that an edit changes the last layer only: first one layer per native package, then
/// the managed packages, then what the project moved elsewhere, its project references, and its own output.
/// </summary>
internal static partial class LayerPlanner
{
    public static ImmutableArray<LayerPlan> Plan(ImageInputs image, ProblemCollector problems)
    {
        var files = Needed(image, problems);
        CheckTargets(files, problems);
        return
        [
            .. files.GroupBy(file => LayerOf(file, problems))
                .OrderBy(layer => layer.Key.Kind).ThenBy(layer => layer.Key.Name, StringComparer.Ordinal)
                .Select(layer => new LayerPlan(layer.Key.Name, layer.Key.Kind, Sorted(layer))),
        ];
    }

    /// <summary>Both, in the order of the image.</summary>
    public static ImmutableArray<LayerPlan> Merge(ImmutableArray<LayerPlan> program, ImmutableArray<LayerPlan> extra) =>
        extra.IsEmpty ? program : [.. program.Concat(extra).OrderBy(layer => layer.Kind).ThenBy(layer => layer.Name, StringComparer.Ordinal)];

    /// <summary>Leaves out the native libraries that no training loads, unless TrainNatives=all.</summary>
    private static ImmutableArray<InputFile> Needed(ImageInputs image, ProblemCollector problems)
    {
        var wish = image.Natives.Length > 0 ? image.Natives.ToLowerInvariant() : "needed";
        if (wish is not ("needed" or "all"))
            problems.AddForProperty("TrainNatives", Codes.UnknownValue, "TrainNatives", image.Natives, "needed, all", Suggestion.Sentence(image.Natives, ["needed", "all"]));
        var unneeded = image.UnneededNatives.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. image.Files.Where(file => file.Origin != FileOrigin.PackageNative || (!IsChecksum(file) && (wish == "all" || !IsUnneeded(file))))];

        bool IsUnneeded(InputFile file) => unneeded.Contains($"{file.PackageId}/{Path.GetFileName(file.Target)}");

        // libtorch_cuda.so.sha, which is there to check libtorch_cuda.so before it goes into the image.
        static bool IsChecksum(InputFile file) => file.Target.EndsWith(".so.sha", StringComparison.Ordinal);
    }

    private static void CheckTargets(ImmutableArray<InputFile> files, ProblemCollector problems)
    {
        var twice = files.GroupBy(file => file.Target, StringComparer.Ordinal)
            .Select(group => group.Select(file => file.Source).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray() is { Length: > 1 } sources
                ? (group.Key, Sources: sources)
                : default)
            .Where(group => group.Sources is not null);
        foreach (var (target, sources) in twice)
            problems.Add(Codes.SameTarget.With(sources[0], sources[1], target));
    }

    private static (LayerKind Kind, string Name) LayerOf(InputFile file, ProblemCollector problems)
    {
        switch (file.Layer)
        {
            case "app":
                return (LayerKind.App, "app");
            case "references":
                return (LayerKind.References, "references");
            case "libraries":
                return (LayerKind.Libraries, "libraries");
            case { Length: > 0 } custom:
                if (!CustomName().IsMatch(custom))
                    problems.Add(Codes.InvalidName.With("TrainLayer", custom, $"of '{file.Target}' is no layer: app, references, libraries, or a name of lower-case letters, digits and '-'"));
                return (LayerKind.Custom, "custom/" + custom);
            default:
                return file.Origin switch
                {
                    FileOrigin.PackageNative => (LayerKind.Natives, $"natives/{file.PackageId.ToLowerInvariant()}/{file.PackageVersion}"),
                    FileOrigin.PackageLibrary => (LayerKind.Libraries, "libraries"),
                    FileOrigin.ProjectReference => (LayerKind.References, "references"),
                    _ => (LayerKind.App, "app"),
                };
        }
    }

    private static ImmutableArray<FilePlan> Sorted(IEnumerable<InputFile> files) =>
    [
        .. files.DistinctBy(file => file.Target, StringComparer.Ordinal)
            .OrderBy(file => file.Target, StringComparer.Ordinal)
            .Select(file => new FilePlan(file.Source, file.Target)),
    ];

    [GeneratedRegex("^[a-z0-9][a-z0-9-]*$")]
    private static partial Regex CustomName();
}
