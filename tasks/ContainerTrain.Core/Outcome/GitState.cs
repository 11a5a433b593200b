using System.ComponentModel;
using System.Diagnostics;

namespace ContainerTrain.Outcome;

/// <summary>Which commit a run was made from.</summary>
internal static class GitState
{
    /// <summary>The commit and whether the working tree differs from it; null outside a repository or without git.</summary>
    public static GitRecord? Of(string directory) =>
        Git(directory, "rev-parse", "HEAD") is { Length: > 0 } commit
            ? new GitRecord(commit, Git(directory, "status", "--porcelain", "--untracked-files=normal") is { Length: > 0 })
            : null;

    private static string? Git(string directory, params IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo("git", ["-C", directory, "--no-optional-locks", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(info)!;
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            var output = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (Win32Exception)
        {
            return null; // no git on this machine
        }
    }
}
