using System.Diagnostics;
using System.Globalization;
using ContainerTrain.Benchmarks.Machine;
using ContainerTrain.Benchmarks.Measuring;

namespace ContainerTrain.Benchmarks.Runs;

/// <summary>
/// How fast the lines of a training reach log.txt, beside the docker command's ways into a file, and what memory the build
/// takes while they do. The program is <c>yes</c>, which prints faster than any engine passes on.
/// </summary>
internal sealed class LogsBench
{
    private const int Megabytes = 100;
    private const double Target = 0.9;

    private const string Line = "epoch 17 step 4711 loss 0.123456789 rate 0.001 seconds 12.5 samples 123456 of 1000000 device cpu";

    private readonly RunBenchOptions _options;
    private readonly TrainedProject _project;

    private LogsBench(RunBenchOptions options, int megabytes)
    {
        _options = options;
        _project = new TrainedProject(Path.Join(options.Folder, $"logs-{megabytes}"), options.Version, "/bin/sh", "-c", $"yes '{Line}' | head -c {megabytes}000000");
    }

    /// <summary>A build that was watched.</summary>
    /// <param name="Seconds">Of the container, from its start to the log's last line.</param>
    /// <param name="Peak">The most memory that the build's process had, in megabytes.</param>
    private sealed record Watched(double Seconds, double Peak);

    /// <exception cref="BenchException">A build or a container failed, or the log is not whole.</exception>
    public static string Run(RunBenchOptions options)
    {
        var load = HostState.LoadLine();
        var (ours, attached, followed) = (new List<double>(), new List<double>(), new List<double>());
        With(options, Megabytes, bench =>
        {
            for (var round = 0; round <= options.Count; round++)
            {
                var seconds = (Run: bench.DockerRun(), Logs: bench.DockerLogs(), Ours: bench.Train().Seconds);
                Say($"docker run > file {seconds.Run:0.00} s, docker logs -f > file {seconds.Logs:0.00} s, ours {seconds.Ours:0.00} s");
                if (round == 0)
                    continue; // the image's first use
                attached.Add(seconds.Run);
                followed.Add(seconds.Logs);
                ours.Add(seconds.Ours);
            }
        });
        var small = default(Watched);
        With(options, 10, bench => small = bench.Train());
        var large = default(Watched);
        With(options, options.LongMegabytes, bench => large = bench.Train());
        return Report(options, load, ours, attached, followed, small!, large!);
    }

    private static void With(RunBenchOptions options, int megabytes, Action<LogsBench> action)
    {
        var bench = new LogsBench(options, megabytes);
        try
        {
            bench._project.Build.Run(bench._project.Log);
            action(bench);
        }
        finally
        {
            bench._project.Remove();
        }
    }

    private double DockerRun()
    {
        var file = Path.Join(_project.Folder, "docker-run.txt");
        var seconds = _project.DockerRun("--rm").Run(file).TotalSeconds;
        CheckWhole(file);
        return seconds;
    }

    /// <summary>Follows a container that was started detached, as a second terminal would.</summary>
    private double DockerLogs()
    {
        var file = Path.Join(_project.Folder, "docker-logs.txt");
        var name = $"containertrain-bench-{Guid.NewGuid():n}";
        var time = Stopwatch.StartNew();
        _project.DockerRun("--detach", "--name", name).Read();
        new Command("docker", _project.Folder, "logs", "--follow", name).Run(file);
        var seconds = time.Elapsed.TotalSeconds;
        new Command("docker", _project.Folder, "rm", "--force", name).Read();
        CheckWhole(file);
        return seconds;
    }

    private Watched Train()
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec dotnet build -t:Train >build.log 2>&1 </dev/null"]) { WorkingDirectory = _project.Folder })!;
        var peak = 0.0;
        while (!process.WaitForExit(100))
            peak = Math.Max(peak, PeakOf(process.Id));
        if (process.ExitCode != 0)
            throw new BenchException($"the training in {_project.Folder} failed with exit code {process.ExitCode}");
        CheckWhole(_project.RunLog);
        var record = _project.Record();
        var phases = record.GetProperty("seconds");
        Say($"{new FileInfo(_project.RunLog).Length / 1e6:0} MB, peak memory {peak:0} MB, train {phases.GetProperty("train").GetDouble():0.00} s, collect {phases.GetProperty("collect").GetDouble():0.00} s");
        return new Watched((record.GetProperty("outcome").GetProperty("finished").GetDateTimeOffset() - record.GetProperty("started").GetDateTimeOffset()).TotalSeconds, peak);
    }

    /// <summary>The kernel's own high-water mark, so that nothing between two looks is missed.</summary>
    private static double PeakOf(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024 / 1e6;
        }
        catch (IOException)
        {
            return 0; // it has just ended
        }
    }

    private void CheckWhole(string file)
    {
        var wanted = long.Parse(_project.Words[^1].Split(' ')[^1], CultureInfo.InvariantCulture);
        // The last line is cut in the middle and gets an end in the run's log.
        if (new FileInfo(file).Length - wanted is not (0 or 1))
            throw new BenchException($"{file} has {new FileInfo(file).Length} bytes of {wanted}");
    }

    private static string Report(
        RunBenchOptions options, string load, List<double> ours, List<double> attached, List<double> followed, Watched small, Watched large)
    {
        var toRun = Series.MedianOf(ours.Zip(attached, (own, other) => other / own));
        var toLogs = Series.MedianOf(ours.Zip(followed, (own, other) => other / own));
        return string.Create(CultureInfo.InvariantCulture, $"""
            # Logs

            {DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm} UTC; {Environment.ProcessorCount} cores ({HostState.Processor()}), {HostState.OperatingSystem()}; Docker {new DockerEngine(options.Folder).Format("{{.Server.Version}}")}.
            Load average {load} at the start and {HostState.LoadLine()} at the end; {ours.Count} rounds of {Megabytes} MB in lines of {Line.Length} characters. Medians.

            | | s | MB/s |
            |---|---:|---:|
            | `dotnet build -t:Train`: the run's log.txt and the build's output, from the container's request to the end | {Series.MedianOf(ours):0.00} | {Megabytes / Series.MedianOf(ours):0} |
            | `docker run > file` | {Series.MedianOf(attached):0.00} | {Megabytes / Series.MedianOf(attached):0} |
            | `docker run --detach`, then `docker logs --follow > file` | {Series.MedianOf(followed):0.00} | {Megabytes / Series.MedianOf(followed):0} |

            Rate over that of `docker run`: {toRun:0.00}; over that of `docker logs --follow`: {toLogs:0.00}. Target: at least {Target} of the latter, or 100 MB/s: **{(toLogs >= Target || Megabytes / Series.MedianOf(ours) >= 100 ? "met" : "missed")}**.

            Peak memory of the build's process: {small.Peak:0} MB with 10 MB of log, {large.Peak:0} MB with {options.LongMegabytes} MB.

            """);
    }

    private static void Say(FormattableString line) => Console.Error.WriteLine("bench: " + line.ToString(CultureInfo.InvariantCulture));
}
