using System.Diagnostics;

namespace ContainerTrain.Engine.Tests;

internal static class Owner
{
    /// <summary>The owner of a file as <c>uid:gid</c>.</summary>
    public static string Of(string path)
    {
        using var stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%u:%g", path]) { RedirectStandardOutput = true })!;
        return stat.StandardOutput.ReadToEnd().Trim();
    }
}
