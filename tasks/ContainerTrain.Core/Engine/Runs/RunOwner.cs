using System.Globalization;

namespace ContainerTrain.Engine;

/// <summary>
/// The process that watches a container, as a label of the container: a process id alone is used again, by another
/// process, after a restart of the machine, and in every container that shares the engine's socket.
/// </summary>
/// <param name="Host">The machine's name.</param>
/// <param name="Boot">The kernel's id of the machine's start.</param>
/// <param name="Processes">The name space that the id is of.</param>
/// <param name="Start">In the kernel's ticks since its start.</param>
internal sealed record RunOwner(string Host, string Boot, string Processes, int Process, string Start)
{
    public const string Label = "containertrain.owner";

    /// <summary>The run's folder on that host.</summary>
    public const string FolderLabel = "containertrain.folder";

    private const string Proc = "/proc";
    private const int StateField = 0;
    private const int StartField = 19;

    /// <summary>Null on systems that do not tell all of it: then nobody may conclude that the process is gone.</summary>
    public static RunOwner? OfThisProcess()
    {
        if (!OperatingSystem.IsLinux() || StartOf(Environment.ProcessId, Proc) is not { } start)
            return null;
        try
        {
            var processes = new FileInfo("/proc/self/ns/pid").LinkTarget ?? "";
            return new RunOwner(Environment.MachineName, File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), processes, Environment.ProcessId, start);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Null for what no build wrote.</summary>
    public static RunOwner? Parse(string label) =>
        label.Split('/') is [var host, var boot, var processes, var process, var start] && int.TryParse(process, CultureInfo.InvariantCulture, out var id)
            ? new RunOwner(host, boot, processes, id, start) : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}/{Boot}/{Processes}/{Process}/{Start}");

    /// <summary>Whether <paramref name="self"/> can be sure that this process does not watch any more.</summary>
    /// <param name="self">The process that asks.</param>
    /// <param name="isRunning">Whether the container runs: one that does was not started before the machine was.</param>
    /// <param name="isEngineHere">Whether the engine is this machine's: on another's, machines of one name may meet.</param>
    /// <param name="proc">What the kernel shows of processes.</param>
    public bool IsGone(RunOwner self, bool isRunning, bool isEngineHere, string proc = Proc)
    {
        if (Host != self.Host)
            return false;
        if (Boot != self.Boot)
            return !isRunning && isEngineHere;
        // The first process is another user's: where it is hidden (hidepid), so may be one that lives.
        return Processes == self.Processes && StartOf(1, proc) is not null && StartOf(Process, proc) != Start;
    }

    /// <summary>When a process started; null if there is none, or it has ended and only its parent has not asked how.</summary>
    private static string? StartOf(int process, string proc)
    {
        try
        {
            var stat = File.ReadAllText($"{proc}/{process}/stat");
            // The name before is in brackets and may have any character.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[StateField] is "Z" or "X" ? null : fields[StartField];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
