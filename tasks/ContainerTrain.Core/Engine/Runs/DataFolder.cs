using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>The process engine's <c>/train/data</c>: a temporary folder of links to the project's data.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly bool _temporary;

    private DataFolder(string path, bool temporary) => (Path, _temporary) = (path, temporary);

    public string Path { get; }

    /// <summary>CT3009 for every mount that lies outside the data folder or inside another mount, or is a volume.</summary>
    public static IEnumerable<Problem> Check(RunPlan run) =>
        // A link inside a linked folder would be made in the user's own data.
        OfData(run).Where(mount => mount.Kind != MountKind.Bind || RelativeTarget(mount) is null || run.Mounts.Any(other => IsInside(mount, other)))
            .Select(mount => Codes.MountOutsideData.With(mount.Kind == MountKind.Tmpfs ? "tmpfs" : mount.Source, mount.Target));

    public static DataFolder Create(RunPlan run)
    {
        // The whole data folder as one mount needs no links of its own.
        if (OfData(run).ToArray() is [{ Target: ContainerPaths.Data } whole])
            return new DataFolder(whole.Source, temporary: false);
        var folder = new DataFolder(Directory.CreateTempSubdirectory("train-data-").FullName, temporary: true);
        foreach (var mount in OfData(run))
        {
            var link = System.IO.Path.Join(folder.Path, RelativeTarget(mount));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(link)!);
            File.CreateSymbolicLink(link, mount.Source);
        }
        return folder;
    }

    public void Dispose()
    {
        // Deleting a folder of links deletes the links, never what they point to.
        if (!_temporary)
            return;
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The training's outcome counts, not a few links in the temporary folder.
        }
    }

    /// <summary>Without the checkpoints to go on from, which the program is told by their path on the host.</summary>
    private static IEnumerable<MountPlan> OfData(RunPlan run) => run.Mounts.Where(mount => mount.Target != ContainerPaths.Resume);

    private static bool IsInside(MountPlan mount, MountPlan other) => mount.Target.StartsWith(other.Target + "/", StringComparison.Ordinal);

    private static string? RelativeTarget(MountPlan mount) =>
        mount.Target == ContainerPaths.Data ? ""
        : mount.Target.StartsWith(ContainerPaths.Data + "/", StringComparison.Ordinal) ? mount.Target[(ContainerPaths.Data.Length + 1)..]
        : null;
}
