using System.ComponentModel;
using System.Diagnostics;

namespace ContainerTrain.Engine;

/// <summary>
/// A shell that waits at a pipe whose other end this process holds. If this process dies, the pipe ends, and the shell
/// becomes the program that ends the run in its place. Waiting that way takes a megabyte, and no time to start. Not for Windows.
/// </summary>
public sealed class RunGuard : IDisposable
{
    /// <summary>
    /// Whoever reads the build's output must not wait for the guard, and signals for the build are not for it: it outlives
    /// the terminal.
    /// </summary>
    private const string Script = "exec >/dev/null 2>&1; trap '' INT TERM HUP; cd /; read -r end && exit 0; exec \"$@\"";

    private const string Session = "/usr/bin/setsid";

    private readonly Process _shell;

    private RunGuard(Process shell) => _shell = shell;

    /// <summary>Starts it; null where there is no shell. The reaper at the next start does without.</summary>
    /// <param name="command">The program that ends the run, and its arguments.</param>
    public static RunGuard? TryStart(params IReadOnlyList<string> command)
    {
        if (OperatingSystem.IsWindows())
            return null;
        string[] shell = ["/bin/sh", "-c", Script, "sh", .. command];
        string[] all = File.Exists(Session) ? [Session, .. shell] : shell;
        var info = new ProcessStartInfo(all[0], all[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            return Process.Start(info) is { } process ? new RunGuard(process) : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Nobody else ends what a run has started that throws: the guard does then, and at once.</summary>
    internal static async Task<T> UnlessItThrowsAsync<T>(Task<RunGuard?> guard, Task<T> run)
    {
        try
        {
            return await run;
        }
        catch
        {
            (await guard)?.Dispose();
            throw;
        }
    }

    /// <summary>The run has ended: nothing is left to do.</summary>
    public void Release()
    {
        try
        {
            _shell.StandardInput.Write("ended\n");
            _shell.StandardInput.Flush();
        }
        catch (IOException)
        {
            // Somebody ended the guard.
        }
    }

    /// <summary>Without a <see cref="Release"/> the guard does its work now.</summary>
    public void Dispose()
    {
        try
        {
            _shell.StandardInput.Dispose();
        }
        catch (IOException)
        {
            // Somebody ended the guard.
        }
        _shell.Dispose();
    }
}
