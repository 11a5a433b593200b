using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Plan;

/// <summary>TrainData and TrainVolume items as mounts.</summary>
internal static partial class MountPlanner
{
    public static ImmutableArray<MountPlan> Plan(TrainInputs inputs, ProblemCollector problems)
    {
        var mounts = new List<(string Item, string Include, MountPlan Mount)>();
        foreach (var data in inputs.Run.Data)
            mounts.Add(("TrainData", data.Include, Data(data, inputs.Project.ProjectDirectory, problems)));
        foreach (var volume in inputs.Run.Volumes)
            mounts.Add(("TrainVolume", volume.Include, Volume(volume, problems)));

        var taken = new HashSet<string>(ContainerPaths.Reserved, StringComparer.Ordinal);
        foreach (var (item, include, mount) in mounts)
        {
            if (!ImagePlanner.IsAbsoluteLinuxPath(mount.Target) || mount.Target == "/")
                problems.AddForItem(item, include, Codes.InvalidMount, item, include, mount.Target, "that is no path below '/'");
            else if (!taken.Add(mount.Target))
                problems.AddForItem(item, include, Codes.InvalidMount, item, include, mount.Target, "that path is taken already");
        }
        return [.. mounts.Select(entry => entry.Mount)];
    }

    private static MountPlan Data(InputItem item, string projectDirectory, ProblemCollector problems)
    {
        var isVolume = VolumeName().IsMatch(item.Include) && item["Type"].Equals("volume", StringComparison.OrdinalIgnoreCase);
        var source = isVolume ? item.Include : Path.TrimEndingDirectorySeparator(Path.GetFullPath(item.Include, projectDirectory));
        if (!isVolume && !Path.Exists(source))
            problems.AddForItem("TrainData", item.Include, Codes.MissingData, item.Include, source);
        var target = item["TargetPath"].Length > 0 ? item["TargetPath"] : Path.GetFileName(source);
        return new MountPlan(
            isVolume ? MountKind.Volume : MountKind.Bind, source, Absolute(target), ReadOnly(item, "TrainData", usual: true, problems));
    }

    private static MountPlan Volume(InputItem item, ProblemCollector problems)
    {
        if (!VolumeName().IsMatch(item.Include))
            problems.AddForItem("TrainVolume", item.Include, Codes.InvalidName, "TrainVolume", item.Include, "is no volume name: letters, digits, '_', '.' and '-'");
        var target = item["TargetPath"].Length > 0 ? item["TargetPath"] : item.Include;
        return new MountPlan(MountKind.Volume, item.Include, Absolute(target), ReadOnly(item, "TrainVolume", usual: false, problems));
    }

    private static string Absolute(string target)
    {
        var path = target.StartsWith('/') ? target : ContainerPaths.Data + "/" + target;
        // As the engine reads it: two spellings of one path are one path.
        return "/" + string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."));
    }

    private static bool ReadOnly(InputItem item, string kind, bool usual, ProblemCollector problems)
    {
        var text = item["ReadOnly"];
        if (text.Length == 0)
            return usual;
        if (!bool.TryParse(text, out var value))
            problems.AddForItem(kind, item.Include, Codes.UnknownValue, $"ReadOnly of {kind} '{item.Include}'", text, "true, false", "");
        return value;
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_.-]+\z")]
    private static partial Regex VolumeName();
}
