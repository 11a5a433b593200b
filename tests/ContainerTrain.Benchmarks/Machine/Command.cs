using System.Collections.Immutable;
using System.Diagnostics;

namespace ContainerTrain.Benchmarks.Machine;

/// <summary>A process to run, and in what.</summary>
/// <param name="Program">A name on the PATH, or a path.</param>
/// <param name="Folder">Where it runs.</param>
/// <param name="Arguments">One by one, unquoted.</param>
internal sealed record Command(string Program, string Folder, params ImmutableArray<string> Arguments)
{
    /// <summary>Variables on top of the bench's own.</summary>
    public ImmutableDictionary<string, string> Variables { get; init; } = ImmutableDictionary<string, string>.Empty;

    public override string ToString() => string.Join(' ', [Path.GetFileName(Program), .. Arguments]);

    /// <summary>Runs it to its end and returns how long it took from start to exit. Its output goes to a file.</summary>
    /// <exception cref="BenchException">It failed.</exception>
    public TimeSpan Run(string log)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        // A shell opens the file. Through a pipe, waiting would mean waiting for servers that the build leaves running.
        using var process = new Process { StartInfo = StartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1 </dev/null", "sh", log, Program, .. Arguments]) };
        var time = Stopwatch.StartNew();
        process.Start();
        process.WaitForExit();
        time.Stop();
        return process.ExitCode == 0
            ? time.Elapsed
            : throw new BenchException($"'{this}' failed with exit code {process.ExitCode} in {Folder}:\n{Tail(log)}");
    }

    /// <summary>What it writes to its standard output, without the last line break; null if it fails.</summary>
    public string? TryRead()
    {
        var start = StartInfo(Program, Arguments);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = new Process { StartInfo = start };
        process.ErrorDataReceived += (_, _) => { };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // there is no such program
        }
        process.BeginErrorReadLine();
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? text.TrimEnd() : null;
    }

    /// <exception cref="BenchException">It failed.</exception>
    public string Read() => TryRead() ?? throw new BenchException($"'{this}' failed in {Folder}");

    /// <summary>Starts it and hands its standard output on.</summary>
    public Process Open()
    {
        var start = StartInfo(Program, Arguments);
        start.RedirectStandardOutput = true;
        return Process.Start(start)!;
    }

    private ProcessStartInfo StartInfo(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, UseShellExecute = false };
        foreach (var (name, value) in Variables)
            start.Environment[name] = value;
        return start;
    }

    private static string Tail(string log) => string.Join('\n', File.ReadLines(log).TakeLast(40));
}
