namespace ContainerTrain.Engine;

/// <summary>
/// Processes that a training program has left behind. Their parent is gone, but they have inherited its environment,
/// which names the run. Linux only: elsewhere no process can read another one's environment.
/// </summary>
internal static class Leftovers
{
    private const int SigKill = 9;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Kills every process that was started with this value of this variable.</summary>
    public static void Kill(string variable, string value)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var mark = $"{variable}={value}";
        // Again until there is none: one may have started another between being listed and being killed.
        while (Of(mark) is { Count: > 0 } processes)
        {
            foreach (var process in processes)
                _ = Posix.Kill(process, SigKill);
        }
    }

    /// <summary>Asks every such process to end, and kills what is there after the grace.</summary>
    public static async Task EndAsync(string variable, string value, TimeSpan grace, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var mark = $"{variable}={value}";
        foreach (var process in Of(mark))
            _ = Posix.Kill(process, Posix.SigTerm);
        for (var begin = DateTimeOffset.UtcNow; Of(mark).Count > 0 && DateTimeOffset.UtcNow - begin < grace;)
            await Task.Delay(Pause, cancellation);
        Kill(variable, value);
    }

    private static List<int> Of(string mark) =>
        [.. Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var process) ? process : 0)
            .Where(process => process > 0 && Environment(process).Split('\0').Contains(mark))];

    /// <summary>The variables that a process was started with, separated by zeros; empty if it has ended or is another user's.</summary>
    private static string Environment(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/environ");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
