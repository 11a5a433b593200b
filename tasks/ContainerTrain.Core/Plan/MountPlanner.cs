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
            mounts.Add(("TrainVolume", volume.Include, Volume(volume, inputs.Project.ProjectDirectory, problems)));

        var taken = new HashSet<string>(ContainerPaths.Reserved, StringComparer.Ordinal);
        foreach (var (item, include, mount) in mounts)
        {
            if (!ImagePlanner.IsAbsoluteLinuxPath(mount.Target) || mount.Target == "/" || ProgramText.Fault(mount.Target).Length > 0)
                problems.AddForItem(item, include, Codes.InvalidMount, item, include, mount.Target, "that is no path below '/'");
            else if (!taken.Add(mount.Target) || mount.Target.StartsWith(ContainerPaths.Secrets + "/", StringComparison.Ordinal))
                problems.AddForItem(item, include, Codes.InvalidMount, item, include, mount.Target, "that path is taken already");
        }
        return [.. mounts.Select(entry => entry.Mount)];
    }

    private static MountPlan Data(InputItem item, string projectDirectory, ProblemCollector problems)
    {
        var type = Type(item, "TrainData", problems, "bind", "volume");
        var readOnly = ReadOnly(item, "TrainData", usual: true, problems);
        if (type == "volume")
            return Volume(item, "TrainData", readOnly, problems);
        var source = Source(item, "TrainData", projectDirectory, problems);
        if (source.Length > 0 && !Path.Exists(source))
            problems.AddForItem("TrainData", item.Include, Codes.MissingData, item.Include, source);
        return new MountPlan(MountKind.Bind, source, Absolute(item["TargetPath"].Length > 0 ? item["TargetPath"] : Path.GetFileName(source)), readOnly);
    }

    private static MountPlan Volume(InputItem item, string projectDirectory, ProblemCollector problems)
    {
        const string kind = "TrainVolume";
        var type = Type(item, kind, problems, "volume", "bind", "tmpfs");
        var readOnly = ReadOnly(item, kind, usual: false, problems);
        var size = Size(item, type, problems);
        if (type == "volume")
            return Volume(item, kind, readOnly, problems);
        if (type == "tmpfs")
        {
            if (readOnly)
                problems.AddForItem(kind, item.Include, Codes.InvalidVolume, item.Include, "is of Type tmpfs and ReadOnly: nothing could ever be in it");
            return new MountPlan(MountKind.Tmpfs, "", Absolute(item["TargetPath"].Length > 0 ? item["TargetPath"] : item.Include), ReadOnly: false, size);
        }
        var source = Source(item, kind, projectDirectory, problems);
        if (source.Length > 0 && !Path.Exists(source))
            problems.AddForItem(kind, item.Include, Codes.InvalidVolume, item.Include, $"is of Type bind, and '{source}' does not exist");
        return new MountPlan(MountKind.Bind, source, Absolute(item["TargetPath"].Length > 0 ? item["TargetPath"] : Path.GetFileName(source)), readOnly);
    }

    private static MountPlan Volume(InputItem item, string kind, bool readOnly, ProblemCollector problems)
    {
        if (!VolumeName().IsMatch(item.Include))
            problems.AddForItem(kind, item.Include, Codes.InvalidName, kind, item.Include, "is no volume name: letters, digits, '_', '.' and '-'");
        return new MountPlan(MountKind.Volume, item.Include, Absolute(item["TargetPath"].Length > 0 ? item["TargetPath"] : item.Include), readOnly);
    }

    private static long? Size(InputItem item, string type, ProblemCollector problems)
    {
        var text = item["Size"];
        if (text.Length == 0)
            return null;
        if (type != "tmpfs")
            problems.AddForItem("TrainVolume", item.Include, Codes.InvalidVolume, item.Include, $"has a Size, which only a Type of tmpfs can have; its Type is {type}");
        if (Units.TryParseBytes(text, out var size))
            return size;
        problems.AddForItem("TrainVolume", item.Include, Codes.InvalidNumber, $"Size of TrainVolume '{item.Include}'", text, "a size such as 64m or 1g");
        return null;
    }

    private static string Type(InputItem item, string kind, ProblemCollector problems, params ImmutableArray<string> allowed)
    {
        var type = item["Type"].Length > 0 ? item["Type"].ToLowerInvariant() : allowed[0];
        if (allowed.Contains(type))
            return type;
        problems.AddForItem(kind, item.Include, Codes.UnknownValue, $"Type of {kind} '{item.Include}'", item["Type"], string.Join(", ", allowed), Suggestion.Sentence(type, allowed));
        return allowed[0];
    }

    /// <summary>The host's path, absolute; empty if it is none.</summary>
    private static string Source(InputItem item, string kind, string projectDirectory, ProblemCollector problems)
    {
        if (ProgramText.Fault(item.Include) is { Length: > 0 } fault)
        {
            problems.AddForItem(kind, item.Include, Codes.UncarriableText, $"The path of a {kind} item", fault);
            return "";
        }
        var source = Path.TrimEndingDirectorySeparator(Path.GetFullPath(item.Include, projectDirectory));
        if (EngineSockets.Below(source) is { } socket)
            problems.AddForItem(kind, item.Include, Codes.EngineSocketMounted, kind, item.Include, socket);
        return source;
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
