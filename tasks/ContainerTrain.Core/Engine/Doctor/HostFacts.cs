using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>Questions to this host whose answers the checks judge.</summary>
internal static class HostFacts
{
    public const string WslLibraries = "/usr/lib/wsl/lib";

    /// <summary>The text of /proc/version, empty where there is none.</summary>
    public static string Kernel => File.Exists("/proc/version") ? File.ReadAllText("/proc/version") : "";

    public static bool IsRoot => !OperatingSystem.IsWindows() && Posix.EffectiveUserId() == 0;

    /// <summary>The nearest folder above a path, or itself, that exists.</summary>
    public static string Existing(string path) =>
        Directory.Exists(path) || Path.GetDirectoryName(path) is not { } parent ? path : Existing(parent);

    /// <summary>Free bytes for this user on the disk of an existing folder.</summary>
    public static long FreeBytes(string folder) => new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>Whether a file can be made in an existing folder; asked by making one, since a disk may also be read-only.</summary>
    public static bool IsWritable(string folder)
    {
        try
        {
            using var file = new FileStream(
                Path.Join(folder, $".containertrain-{Guid.NewGuid():n}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>What a build sends to the engine that has none of the plan's images.</summary>
    public static long SizeOf(ImagePlan plan) =>
        plan.Layers.SelectMany(layer => layer.Files).Select(file => new FileInfo(file.Source)).Where(file => file.Exists).Sum(file => file.Length);
}
