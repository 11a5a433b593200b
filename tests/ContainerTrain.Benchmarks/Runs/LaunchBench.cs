using System.Globalization;
using System.Text;
using ContainerTrain.Benchmarks.Machine;
using ContainerTrain.Benchmarks.Measuring;

namespace ContainerTrain.Benchmarks.Runs;

/// <summary>
/// What Train adds to the same <c>docker run</c>: the container prints the time and ends, and everything else is overhead.
/// Each round runs a build that has nothing to do, a training and a docker run, in turn.
/// </summary>
internal sealed class LaunchBench
{
    private const double Target = 0.15;

    private readonly RunBenchOptions _options;
    private readonly TrainedProject _project;

    private LaunchBench(RunBenchOptions options)
    {
        _options = options;
        _project = new TrainedProject(Path.Join(options.Folder, "launch"), options.Version, "/bin/date", "+%s%N");
    }

    /// <summary>One way to start the program.</summary>
    /// <param name="Total">Seconds from start to end.</param>
    /// <param name="FirstLine">Seconds from start until the program printed its line, by the program's own clock.</param>
    private sealed record Start(double Total, double FirstLine);

    /// <exception cref="BenchException">A build or a container failed.</exception>
    public static string Run(RunBenchOptions options)
    {
        var bench = new LaunchBench(options);
        try
        {
            return bench.Measure();
        }
        finally
        {
            bench._project.Remove();
        }
    }

    private string Measure()
    {
        var load = HostState.LoadLine();
        _project.Build.Run(_project.Log);
        _project.Train.Run(_project.Log);
        Docker();
        var (idle, task, build, docker, phases) = (new List<double>(), new List<Start>(), new List<double>(), new List<Start>(), new List<Dictionary<string, double>>());
        for (var pair = 0; pair < _options.Count; pair++)
        {
            idle.Add(_project.Build.Run(_project.Log).TotalSeconds);
            docker.Add(Docker());
            var (whole, start, seconds) = Train();
            build.Add(whole);
            task.Add(start);
            phases.Add(seconds);
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"bench: {pair + 1}/{_options.Count}: docker run {docker[^1].Total:0.000} s, training {start.Total:0.000} s, build with it {whole:0.000} s, build without {idle[^1]:0.000} s"));
        }
        return Report(load, idle, task, build, docker, phases);
    }

    private Start Docker()
    {
        var start = DateTimeOffset.UtcNow;
        var total = _project.DockerRun("--rm").Run(_project.Log);
        return new Start(total.TotalSeconds, Printed(_project.Log) - Unix(start));
    }

    private (double Whole, Start Task, Dictionary<string, double> Phases) Train()
    {
        var summary = Path.Join(_project.Folder, "summary.log");
        var train = _project.Train with { Arguments = [.. _project.Train.Arguments, $"-flp:LogFile={summary};Verbosity=minimal;PerformanceSummary"] };
        var whole = train.Run(_project.Log);
        var record = _project.Record();
        var phases = record.GetProperty("seconds").EnumerateObject().ToDictionary(phase => phase.Name, phase => phase.Value.GetDouble());
        // The record's time is that of the container's request; the preparation before it began with the task.
        var start = Unix(record.GetProperty("started").GetDateTimeOffset()) - phases["prepare"];
        return (whole.TotalSeconds, new Start(TrainedProject.TaskSeconds(summary, "RunTraining"), Printed(_project.RunLog) - start), phases);
    }

    private static double Printed(string log) =>
        long.Parse(File.ReadLines(log).Last(line => line.Length > 0), CultureInfo.InvariantCulture) / 1e9;

    private static double Unix(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).TotalSeconds;

    private string Report(
        string load, List<double> idle, List<Start> task, List<double> build, List<Start> docker, List<Dictionary<string, double>> phases)
    {
        var overhead = Series.MedianOf(task.Zip(docker, (ours, theirs) => ours.Total - theirs.Total));
        var whole = Series.MedianOf(Enumerable.Range(0, build.Count).Select(i => build[i] - idle[i] - docker[i].Total));
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # Launch

            {DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm} UTC; {Environment.ProcessorCount} cores ({HostState.Processor()}), {HostState.OperatingSystem()}; Docker {new DockerEngine(_options.Folder).Format("{{.Server.Version}}")}.
            Load average {load} at the start and {HostState.LoadLine()} at the end; {task.Count} rounds, in each of which all of them ran in turn. Medians; the image is built, the program is `date`.

            | | s | to the program's line | over `docker run` |
            |---|---:|---:|---:|
            | `docker run --rm`, same image, user, mounts and limits | {Median(docker, start => start.Total)} | {Median(docker, start => start.FirstLine)} | |
            | the task RunTraining, from its start to its end | {Median(task, start => start.Total)} | {Median(task, start => start.FirstLine)} | {overhead:+0.000;-0.000} s ({Series.MedianOf(task.Zip(docker, (ours, theirs) => ours.Total / theirs.Total)):0.00} ×) |
            | `dotnet build -t:Train` less `dotnet build` with nothing to do | {Series.MedianOf(build.Zip(idle, (with, without) => with - without)):0.000} | | {whole:+0.000;-0.000} s |
            | `dotnet build` with nothing to do | {Series.MedianOf(idle):0.000} | | |

            Target: the training task at most {Target} s over the same `docker run`: **{(overhead <= Target ? "met" : "missed")}** ({overhead:0.000} s).
            Where the task's time goes, as its record has it:
            """);
        text.Append(' ').AppendJoin(", ", phases[0].Keys.Select(name => string.Create(CultureInfo.InvariantCulture, $"{name} {Series.MedianOf(phases.Select(phase => phase[name])):0.000} s"))).Append(".\n");
        return text.ToString();
    }

    private static string Median(List<Start> starts, Func<Start, double> value) =>
        Series.MedianOf(starts.Select(value)).ToString("0.000", CultureInfo.InvariantCulture);
}
