using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>Something of this host that goes into a volume.</summary>
/// <param name="Source">A file or folder of this host.</param>
/// <param name="Path">Its place below the volume's root; empty for a folder whose content is the volume's.</param>
internal sealed record CarriedFile(string Source, string Path);

/// <summary>A volume on a remote engine that stands for a folder of this host.</summary>
/// <param name="Part">What it holds, in a word that its name ends with.</param>
/// <param name="Targets">Where the program sees it.</param>
/// <param name="ReadOnly">Whether the program may not write to it.</param>
internal sealed record RemoteVolume(string Part, ImmutableArray<string> Targets, bool ReadOnly)
{
    public ImmutableArray<CarriedFile> Content { get; init; } = [];

    /// <summary>Folders below its root that other mounts need: an engine cannot make them in what is read-only.</summary>
    public ImmutableArray<string> MountPoints { get; init; } = [];

    /// <summary>The folder of this host that gets what the program wrote; null: nothing comes back.</summary>
    public string? Back { get; init; }
}

/// <summary>
/// The mounts of a run, with a volume in place of each folder of this host. A volume is mounted as a whole, so that single
/// files share one, and a folder that the program sees twice (the checkpoints, as a folder of their own and inside the
/// output) is one volume in two places.
/// </summary>
internal static class RemoteVolumes
{
    private const string Numbered = "folder";

    /// <summary>What cannot be brought to another machine, CT3042; and secrets, which must not be, CT3053.</summary>
    public static ImmutableArray<Problem> Check(RunPlan run) =>
    [
        .. run.Secrets.IsEmpty ? [] : ImmutableArray.Create(Codes.SecretsOnAnotherHost.With(string.Join(", ", run.Secrets.Select(secret => secret.Name)))),
        .. run.Mounts.Where(mount => mount.Kind == MountKind.Bind && File.Exists(mount.Source)).Select(mount => Refusal(mount, run)).OfType<Problem>(),
    ];

    /// <summary>Whether its name is a number, which depends on what of this host was a file and what a folder.</summary>
    public static bool IsNumbered(RemoteVolume volume) => volume.Part.StartsWith(Numbered, StringComparison.Ordinal);

    /// <summary>The volumes that stand for the bind mounts among <paramref name="mounts"/>.</summary>
    public static ImmutableArray<RemoteVolume> Of(ImmutableArray<MountPlan> mounts)
    {
        var binds = mounts.Where(mount => mount.Kind == MountKind.Bind).ToArray();
        var folders = binds.Where(mount => !File.Exists(mount.Source)).ToArray();
        var volumes = folders.Select((mount, i) => new RemoteVolume(PartOf(mount.Target, i), TargetsOf(mount, folders), mount.ReadOnly)
        {
            Content = mount.ReadOnly || !IsOwn(mount.Target) ? [new CarriedFile(mount.Source, "")] : [],
            Back = mount.ReadOnly ? null : mount.Source,
        }).ToList();
        foreach (var group in binds.Except(folders).GroupBy(mount => FolderOf(mount.Target)))
            AddFiles(group.Key, [.. group], volumes);
        return [.. volumes.Select(volume => volume with { MountPoints = MountPointsIn(volume, volumes, mounts) })];
    }

    /// <summary>Single files share the volume that begins above them, or get one.</summary>
    private static void AddFiles(string folder, ImmutableArray<MountPlan> files, List<RemoteVolume> volumes)
    {
        var at = volumes.FindIndex(volume => volume.Targets.Any(target => IsInOrAt(folder, target)));
        if (at < 0)
        {
            volumes.Add(new RemoteVolume(PartOf(folder, volumes.Count), [folder], ReadOnly: true));
            at = volumes.Count - 1;
        }
        var root = volumes[at].Targets[0];
        volumes[at] = volumes[at] with { Content = volumes[at].Content.AddRange(files.Select(file => new CarriedFile(file.Source, file.Target[(root.Length + 1)..]))) };
    }

    private static Problem? Refusal(MountPlan file, RunPlan run) =>
        !file.ReadOnly ? Codes.FileNotCarried.With(file.Source, file.Target, "the program may write to it (ReadOnly=false)")
        : !file.Target.StartsWith(ContainerPaths.Data + "/", StringComparison.Ordinal) ? Codes.FileNotCarried.With(file.Source, file.Target, $"it is to lie outside of {ContainerPaths.Data}")
        : run.Mounts.Any(mount => mount != file && IsInOrAt(file.Target, mount.Target) && (mount.Kind != MountKind.Bind || !mount.ReadOnly))
            ? Codes.FileNotCarried.With(file.Source, file.Target, "it is to lie inside of a volume or folder that the program may write to")
        : null;

    /// <summary>Files below the data folder are in one volume there, however deep they lie.</summary>
    private static string FolderOf(string target) =>
        IsInOrAt(target, ContainerPaths.Data) ? ContainerPaths.Data : target[..target.LastIndexOf('/')];

    /// <summary>Where a folder is seen: at its target, and inside the folder around it where that is mounted too.</summary>
    private static ImmutableArray<string> TargetsOf(MountPlan mount, MountPlan[] folders) =>
    [
        mount.Target,
        .. from other in folders
           where !other.ReadOnly && !mount.ReadOnly && mount.Source != other.Source && IsInOrAt(mount.Source, other.Source)
           select other.Target + mount.Source[other.Source.Length..].Replace('\\', '/'),
    ];

    private static ImmutableArray<string> MountPointsIn(RemoteVolume volume, List<RemoteVolume> volumes, ImmutableArray<MountPlan> mounts)
    {
        var others = volumes.Where(other => other != volume).SelectMany(other => other.Targets)
            .Concat(mounts.Where(mount => mount.Kind != MountKind.Bind).Select(mount => mount.Target));
        return
        [
            .. (from other in others
                from target in volume.Targets
                where other != target && IsInOrAt(other, target)
                select other[(target.Length + 1)..]).Distinct(),
        ];
    }

    /// <summary>A folder of the run itself, which is empty when the program starts.</summary>
    private static bool IsOwn(string target) => target is ContainerPaths.Output or ContainerPaths.Checkpoints;

    private static string PartOf(string target, int number) => IsInOrAt(target, "/train") && target.Count(c => c == '/') == 2
        ? target[(target.LastIndexOf('/') + 1)..]
        : $"{Numbered}{number}";

    private static bool IsInOrAt(string path, string folder) => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);
}
