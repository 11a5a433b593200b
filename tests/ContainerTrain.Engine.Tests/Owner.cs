using System.Diagnostics;

namespace ContainerTrain.Engine.Tests;

internal static class Owner
{
    /// <summary>The owner of a file as <c>uid:gid</c>.</summary>
    public static string Of(string path) => Stat("%u:%g", path);

    /// <summary>The permissions of a file in octal; the middle digit is the mask of an access control list, where there is one.</summary>
    public static string ModeOf(string path) => Stat("%a", path);

    private static string Stat(string format, string path)
    {
        using var stat = Process.Start(new ProcessStartInfo("stat", ["-c", format, path]) { RedirectStandardOutput = true })!;
        return stat.StandardOutput.ReadToEnd().Trim();
    }
}
