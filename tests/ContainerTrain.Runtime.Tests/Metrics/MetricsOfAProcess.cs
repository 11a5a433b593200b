using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ContainerTrain.Runtime.Tests;

/// <summary>What a process of its own leaves of its metrics, however it ends.</summary>
public sealed class MetricsOfAProcess : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(57)]
    [InlineData(3000)]
    public void AreAllThereAfterAKill(int after)
    {
        using var process = Start(_folder.FullPath, 100_000_000);
        var said = 0;
        while (said < after)
        {
            said = int.Parse(process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        }

        process.Kill();
        process.WaitForExit();

        // What it said, it had logged before. Only the line that it was writing may be half there.
        var lines = File.ReadAllText(_folder.Path("metrics.jsonl")).Split('\n');
        var steps = lines[1..^1].Select(line => MetricsReader.Parse(line)?.GetProperty("step").GetInt32()).ToArray();
        Assert.Equal(Enumerable.Range(1, steps.Length).Cast<int?>(), steps);
        Assert.InRange(steps.Length, said, int.MaxValue);
        var events = EventReader.Read(Assert.Single(Directory.GetFiles(_folder.Path("tensorboard"))), allowsHalfRecord: true);
        Assert.Equal(Enumerable.Range(0, events.Count).Select(step => (long)step), events.Select(record => record.Step));
    }

    [Fact]
    public void AreAddedToAfterAKill()
    {
        using (var process = Start(_folder.FullPath, 100_000_000))
        {
            process.StandardOutput.ReadLine();
            process.Kill();
            process.WaitForExit();
        }

        var before = File.ReadAllText(_folder.Path("metrics.jsonl"));
        var (exitCode, _) = Run(_folder.FullPath, 2);

        Assert.Equal(0, exitCode);
        Assert.StartsWith(before, File.ReadAllText(_folder.Path("metrics.jsonl")), StringComparison.Ordinal);
    }

    [Fact]
    public void AreCutBackToWholeLinesByAFullDisk()
    {
        // The kernel refuses a write beyond the limit like one to a full disk: in the middle of a record, if the limit is there.
        var limited = new ProcessStartInfo("/bin/bash", ["-c", "trap '' XFSZ; ulimit -f 3; exec \"$0\" \"$@\"", Dotnet, App, _folder.FullPath, "1000000"]);
        // It maps its own code from a file of gigabytes, which the limit would forbid too.
        limited.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        var (exitCode, errors) = Run(limited);

        Assert.True(exitCode == 65, errors);
        Assert.StartsWith($"{_folder.Path("metrics.jsonl")}: error CT4110: ", errors, StringComparison.Ordinal);
        var text = File.ReadAllText(_folder.Path("metrics.jsonl"));
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 2500, 3072);
    }

    [Fact]
    public void AreNotWrittenByTwoProcesses()
    {
        using var first = Start(_folder.FullPath, 1);
        Assert.Equal("1", first.StandardOutput.ReadLine());
        var before = File.ReadAllText(_folder.Path("metrics.jsonl"));

        var (exitCode, errors) = Run(_folder.FullPath, 1);

        Assert.Equal(65, exitCode);
        Assert.StartsWith($"{_folder.Path("metrics.jsonl")}: error CT4112: ", errors, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(_folder.Path("metrics.jsonl")));
        first.StandardInput.WriteLine();
        first.WaitForExit();
        Assert.Equal(0, Run(_folder.FullPath, 1).ExitCode);
    }

    [Theory]
    [InlineData("/sys/containertrain")] // no place for files of any user
    [InlineData("/dev/full", "metrics.jsonl")]
    public void AreRefusedWithCT4110WhereTheyCannotBeWritten(string place, string? link = null)
    {
        if (link is not null)
        {
            File.CreateSymbolicLink(_folder.Path(link), place);
        }

        var (exitCode, errors) = Run(link is null ? place : _folder.FullPath, 1);

        Assert.Equal(65, exitCode);
        Assert.Contains("error CT4110: ", errors, StringComparison.Ordinal);
    }

    private static string Dotnet => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    private static string App => Path.Combine(AppContext.BaseDirectory, "MetricsApp.dll");

    private static Process Start(string folder, int count) => Start(new ProcessStartInfo(Dotnet, [App, folder, count.ToString(CultureInfo.InvariantCulture)]));

    private static Process Start(ProcessStartInfo start)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        return Process.Start(start)!;
    }

    private static (int ExitCode, string Errors) Run(string folder, int count) => Run(new ProcessStartInfo(Dotnet, [App, folder, count.ToString(CultureInfo.InvariantCulture)]));

    private static (int ExitCode, string Errors) Run(ProcessStartInfo start)
    {
        using var process = Start(start);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEnd();
        output.GetAwaiter().GetResult();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }
}
