using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Plan;

/// <summary>
/// Files that the project puts into its image beside its program (TrainImageFile, TrainPipRequirements): one layer per
/// stage, owner and folder. Below the working directory that folder is the working directory itself; elsewhere it is
/// the folder that a file goes to, as a COPY changes owner and mode of every folder between the two.
/// </summary>
internal static partial class FilePlanner
{
    /// <summary>Where in the Dockerfile, below which folder, whose.</summary>
    private sealed record Place(LayerKind Kind, string? Folder, string? Owner);

    public static ImmutableArray<LayerPlan> Plan(TrainInputs inputs, string workingDirectory, ProblemCollector problems)
    {
        var (project, image) = (inputs.Project, inputs.Image);
        if (image.ExtraFiles.IsEmpty && image.PipRequirements.IsEmpty && image.Dockerfile.Length == 0)
            return [];
        var placed = new List<(Place Place, FilePlan File)>();
        foreach (var item in image.ExtraFiles)
        {
            if (Placed(item, inputs, workingDirectory, problems) is { } one)
                placed.Add(one);
        }
        foreach (var item in image.PipRequirements)
            placed.Add((new Place(LayerKind.System, null, null), new FilePlan(item.Include, Path.GetFileName(item.Include))));
        foreach (var item in image.ExtraFiles.Where(item => !File.Exists(item.Include)))
            problems.AddForItem("TrainImageFile", NameOf(item, project), Codes.ImageFileMissing, "TrainImageFile", NameOf(item, project), item.Include);
        if (image.Dockerfile.Length > 0)
            placed.Add((new Place(LayerKind.Context, null, null), new FilePlan(image.Dockerfile, ContainerPaths.OwnDockerfile)));
        CheckTargets(placed, image, workingDirectory, problems);
        return Layers(placed);
    }

    /// <summary>A path without '.', '..' and doubled slashes; null if '..' leads out of it.</summary>
    public static string? Normalize(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count == 0)
                return null;
            if (part == "..")
                parts.RemoveAt(parts.Count - 1);
            else if (part != ".")
                parts.Add(part);
        }
        return string.Join('/', parts);
    }

    private static (Place, FilePlan)? Placed(InputItem item, TrainInputs inputs, string workingDirectory, ProblemCollector problems)
    {
        var project = inputs.Project;
        var stage = item["Stage"].Length > 0 ? item["Stage"].ToLowerInvariant() : "app";
        if (stage is not ("app" or "system"))
            Complain(Codes.UnknownValue, "TrainImageFile Stage", item["Stage"], "app, system", Suggestion.Sentence(stage, ["app", "system"]));
        var owner = OwnerPattern().Match(item["Owner"]);
        if (item["Owner"].Length > 0 && !owner.Success)
            Complain(Codes.InvalidNumber, "TrainImageFile Owner", item["Owner"], "uid or uid:gid in numbers, such as 1000:1000: names differ from image to image");
        if (item["Mode"].Length > 0 && !ModePattern().IsMatch(item["Mode"]))
            Complain(Codes.InvalidNumber, "TrainImageFile Mode", item["Mode"], "permissions as three octal digits, such as 644 or 755");
        var target = TargetOf(item, project);
        if (target is null || target.Length == 0 || target.Any(char.IsControl))
        {
            Complain(Codes.InvalidTargetPath, NameOf(item, project), item["TargetPath"], "it leads out of the image's folder, or names no file in it");
            return null;
        }
        var (folder, name) = Split(item, target, workingDirectory);
        var owned = owner.Success && item["Owner"] is not ("0" or "0:0")
            ? $"{owner.Groups[1].Value}:{(owner.Groups[2].Success ? owner.Groups[2].Value : owner.Groups[1].Value)}"
            : null;
        // A Dockerfile of the project's own copies what it wants itself.
        var kind = stage == "system" ? LayerKind.System
            : inputs.Image.Dockerfile.Length > 0 && owned is null && folder is null ? LayerKind.Context
            : !project.IsProgram && owned is null && folder is null ? LayerKind.App
            : LayerKind.Files;
        int? mode = ModePattern().IsMatch(item["Mode"]) ? Convert.ToInt32(item["Mode"], 8) : null;
        return (new Place(kind, folder, owned), new FilePlan(item.Include, name) { Mode = mode });

        void Complain(DiagnosticCode code, params object[] arguments) =>
            problems.AddForItem("TrainImageFile", NameOf(item, project), code, arguments);
    }

    /// <summary>Below the working directory where it does not begin with '/'; null where it leads out.</summary>
    private static string? TargetOf(InputItem item, ProjectInputs project)
    {
        var wanted = item["TargetPath"];
        var root = wanted.StartsWith('/') ? "/" : "";
        var below = item["Folder"] is { Length: > 0 } folder
            ? $"{(wanted.Length > 0 ? wanted : Relative(project, folder))}/{Path.GetRelativePath(folder, item.Include)}"
            : wanted.Length == 0 ? Relative(project, item.Include)
            : wanted.EndsWith('/') || wanted == "." ? $"{wanted}/{Path.GetFileName(item.Include)}"
            : wanted;
        return Normalize(below.Replace('\\', '/')) is { } path ? root + path : null;
    }

    /// <summary>As the project's folder has it; what lies elsewhere has only its name.</summary>
    private static string Relative(ProjectInputs project, string path)
    {
        var relative = Path.GetRelativePath(project.ProjectDirectory, path).Replace('\\', '/');
        return relative.StartsWith("../", StringComparison.Ordinal) || relative == ".." || Path.IsPathRooted(relative) ? Path.GetFileName(path) : relative;
    }

    private static (string? Folder, string Name) Split(InputItem item, string target, string workingDirectory)
    {
        var root = "/" + Normalize(workingDirectory);
        if (!target.StartsWith('/'))
            return (null, target);
        if (root != "/" && target.StartsWith(root + "/", StringComparison.Ordinal))
            return (null, target[(root.Length + 1)..]);
        // What a folder has inside stays together.
        var inside = item["Folder"] is { Length: > 0 } folder ? Path.GetRelativePath(folder, item.Include).Replace('\\', '/') : Path.GetFileName(target);
        return (target[..^inside.Length] is { Length: > 1 } above ? above.TrimEnd('/') : "/", inside);
    }

    private static ImmutableArray<LayerPlan> Layers(List<(Place Place, FilePlan File)> placed)
    {
        var layers = ImmutableArray.CreateBuilder<LayerPlan>();
        var groups = placed.GroupBy(one => one.Place)
            .OrderBy(group => group.Key.Kind).ThenBy(group => group.Key.Folder, StringComparer.Ordinal).ThenBy(group => group.Key.Owner, StringComparer.Ordinal);
        var count = 0;
        foreach (var group in groups)
        {
            var name = group.Key.Kind switch { LayerKind.App => "app", LayerKind.Context => "context", LayerKind.System => $"system/{++count}", _ => $"files/{++count}" };
            var files = group.Select(one => one.File).DistinctBy(file => file.Target, StringComparer.Ordinal).OrderBy(file => file.Target, StringComparer.Ordinal);
            layers.Add(new LayerPlan(name, group.Key.Kind, [.. files]) { Folder = group.Key.Folder, Owner = group.Key.Owner });
        }
        return layers.ToImmutable();
    }

    private static void CheckTargets(List<(Place Place, FilePlan File)> placed, ImageInputs image, string workingDirectory, ProblemCollector problems)
    {
        var all = placed.Select(one => (Path: $"{(one.Place.Folder ?? workingDirectory).TrimEnd('/')}/{one.File.Target}", one.File.Source, IsExtra: true))
            .Concat((image.Dockerfile.Length > 0 ? [] : image.Files).Select(file => (Path: $"{workingDirectory.TrimEnd('/')}/{file.Target}", file.Source, IsExtra: false)));
        foreach (var group in all.GroupBy(file => file.Path, StringComparer.Ordinal).Where(group => group.Any(file => file.IsExtra)))
        {
            string[] sources = [.. group.Select(file => file.Source).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            if (sources.Length > 1)
                problems.Add(Codes.SameTarget.With(sources[0], sources[1], group.Key));
        }
    }

    /// <summary>The item as the project most likely names it.</summary>
    private static string NameOf(InputItem item, ProjectInputs project) =>
        Path.GetRelativePath(project.ProjectDirectory, item["Folder"] is { Length: > 0 } folder ? folder : item.Include);

    [GeneratedRegex(@"^([0-9]{1,9})(?::([0-9]{1,9}))?\z")]
    private static partial Regex OwnerPattern();

    [GeneratedRegex(@"^0?[0-7]{3}\z")]
    private static partial Regex ModePattern();
}
