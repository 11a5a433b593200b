using ContainerTrain.Outcome;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine;

/// <summary>Whether the engine's storage shares layers between images: the natives alone are half a gigabyte.</summary>
internal static class StorageCheck
{
    private const string Name = "storage";

    public static DoctorLine Of(SystemInfoResponse info)
    {
        var driver = info.Driver ?? "";
        var usesContainerd = info.DriverStatus?.Any(pair => pair.Any(text => text.Contains("io.containerd.snapshotter", StringComparison.Ordinal))) == true;
        var finding = usesContainerd ? $"{driver}, in containerd's image store" : driver;
        return driver switch
        {
            "" => DoctorLine.Skipped(Name, "the engine does not say"),
            "vfs" => DoctorLine.Warning(
                Name, $"{finding}, which copies every layer into each image and container: gigabytes and seconds at every build",
                "Let the engine store on a file system that overlayfs works on (ext4, xfs with ftype=1), or install fuse-overlayfs for a rootless engine."),
            "devicemapper" or "aufs" => DoctorLine.Warning(Name, $"{finding}, which engines no longer support", "Change the engine's storage driver to overlay2."),
            _ => DoctorLine.Ok(Name, finding),
        };
    }
}
