using System.Collections.Immutable;
using System.Diagnostics;

namespace ContainerTrain.Sdk.Tests;

/// <summary>A program that has ended.</summary>
public sealed record CommandResult(int ExitCode, string Output);

/// <summary>Runs a program and takes all it prints, stdout and stderr in the order in which they come.</summary>
/// <param name="Directory">The working directory.</param>
/// <param name="Environment">Added to this process's own variables; null removes one.</param>
public sealed record Command(string Program, ImmutableArray<string> Arguments, string Directory, ImmutableDictionary<string, string?> Environment)
{
    /// <summary>Whether the caller writes to the program's standard input, which otherwise is this process's own.</summary>
    public bool HasInput { get; init; }

    /// <summary>No claim about time: it turns a hang into a failure.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <param name="onLine">Sees each line as it comes, and the running process.</param>
    public async Task<CommandResult> RunAsync(Action<Process, string>? onLine = null)
    {
        using var process = new Process { StartInfo = StartInfo() };
        var lines = new List<string>();
        process.OutputDataReceived += (_, e) => Take(e.Data);
        process.ErrorDataReceived += (_, e) => Take(e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{Program} {string.Join(' ', Arguments)} did not end; it printed:\n{Text()}", e);
        }
        return new CommandResult(process.ExitCode, Text());

        void Take(string? line)
        {
            if (line is null)
                return;
            lock (lines)
                lines.Add(line);
            onLine?.Invoke(process, line);
        }

        string Text()
        {
            lock (lines)
                return string.Concat(lines.Select(line => line + "\n"));
        }
    }

    private ProcessStartInfo StartInfo()
    {
        var info = new ProcessStartInfo(Program, Arguments)
        {
            WorkingDirectory = Directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = HasInput,
        };
        foreach (var (name, value) in Environment)
            info.Environment[name] = value;
        return info;
    }
}
