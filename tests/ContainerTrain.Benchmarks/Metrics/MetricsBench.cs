using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ContainerTrain.Benchmarks.Machine;
using ContainerTrain.Benchmarks.Measuring;
using ContainerTrain.Runtime;

namespace ContainerTrain.Benchmarks.Metrics;

/// <summary>What logging costs a training loop: a loop of about a thousand steps per second, with a log in each step and without.</summary>
internal sealed class MetricsBench
{
    /// <summary>With the writing itself, of which a second has a thousand.</summary>
    private const double StepMilliseconds = 0.9;
    private const int StepsInBlock = 250;
    private const int LogsInARow = 20_000;

    private readonly string _folder;
    private readonly int _rounds;
    private readonly Work _work = Work.OfMilliseconds(StepMilliseconds);

    private MetricsBench(string folder, int rounds) => (_folder, _rounds) = (folder, rounds);

    /// <param name="args">--folder PATH, --rounds N.</param>
    public static int Run(string[] args)
    {
        if (args is not ["--folder", var folder, "--rounds", var text] || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) || rounds < 1)
        {
            Console.Error.WriteLine("bench: error: metrics takes --rounds N, a whole number above 0");
            return 2;
        }
        var report = new MetricsBench(folder, rounds).Measure();
        File.WriteAllText(Path.Join(folder, "metrics.md"), report);
        Console.Write(report);
        return 0;
    }

    private string Measure()
    {
        var load = HostState.LoadLine();
        using var ours = Ours("ours", withEvents: true);
        using var withoutEvents = Ours("ours without TensorBoard's file", withEvents: false);
        using var stream = new StreamPeer(At("stream"));
        using var append = new AppendPeer(At("append"));
        ILogger[] loggers = [ours, withoutEvents, stream, append];
        // Warm: compiled, and the files there.
        foreach (var logger in loggers)
            Row(logger, 2_000);
        Block(null);

        var costs = loggers.ToDictionary(logger => logger.Name, logger => Series.MedianOf(Enumerable.Range(0, 5).Select(_ => Row(logger, LogsInARow))));
        ILogger[] compared = [ours, withoutEvents, stream];
        var ratios = compared.ToDictionary(logger => logger, _ => new List<Spent>());
        var rates = new List<double>();
        for (var round = 0; round < _rounds; round++)
        {
            foreach (var logger in compared)
            {
                // Without, with, with, without: what drifts meanwhile meets both.
                var plain = Block(null);
                var logged = Block(logger) + Block(logger);
                plain += Block(null);
                ratios[logger].Add(new Spent(logged.Wall / plain.Wall, logged.Processor / plain.Processor));
                if (ReferenceEquals(logger, ours))
                    rates.Add(2 * StepsInBlock / logged.Processor);
            }
        }

        var ratio = Series.MedianOf(ratios[ours].Select(spent => spent.Processor));
        var table = string.Concat(loggers.Select(logger => string.Create(CultureInfo.InvariantCulture,
            $"| {logger.Name} | {Ratios(ratios, logger, spent => spent.Processor)} | {Ratios(ratios, logger, spent => spent.Wall)} | {costs[logger.Name]:0.00} | {costs[logger.Name] / 10:0.00} % |\n")));
        return string.Create(CultureInfo.InvariantCulture, $"""
            # Metrics

            {DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm} UTC; {Environment.ProcessorCount} cores ({HostState.Processor()}), {HostState.OperatingSystem()}; .NET {Environment.Version}.
            Load average {load} at the start and {HostState.LoadLine()} at the end; {_rounds} rounds of blocks of {StepsInBlock} steps, without, with, with and without logging.
            A step computes for about {StepMilliseconds} ms and logs two metrics; {Series.MedianOf(rates):0} logs per second of processor time. Ratios are medians, and quartiles, over blocks that ran side by side;
            processor time is what a loop takes on a machine that does nothing else, and what counts here.

            | writer | loop with over loop without | by the wall clock | µs per log, in a row | of a second with 1,000 logs |
            |---|--:|--:|--:|--:|
            {table}
            | target | measured | met |
            |---|---|---|
            | ≤ 1.01× the loop without, at 1,000 logs/s | {ratio:0.0000}× | {(ratio <= 1.01 ? "yes" : "no")} |
            | ≤ 10 µs per log | {costs[ours.Name]:0.00} µs | {(costs[ours.Name] <= 10 ? "yes" : "no")} |

            """);
    }

    private OurLogger Ours(string name, bool withEvents) =>
        new(name, MetricsLog.Open(Path.GetDirectoryName(At(name))!, "bench", TimeProvider.System, _ => { }, withEvents));

    private string At(string name)
    {
        var folder = Path.Join(_folder, "metrics", name);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        return Path.Join(Directory.CreateDirectory(folder).FullName, "metrics.jsonl");
    }

    private Spent Block(ILogger? logger)
    {
        var start = Spent.Now();
        for (var step = 1; step <= StepsInBlock; step++)
        {
            var loss = _work.Do();
            logger?.Log(step, loss, loss + 1);
        }
        return Spent.Now() - start;
    }

    /// <summary>Microseconds of processor time per log, with nothing between them.</summary>
    private static double Row(ILogger logger, int count)
    {
        var start = Spent.Now();
        for (var step = 1; step <= count; step++)
            logger.Log(step, 1.0 / step, 2.0 / step);
        return (Spent.Now() - start).Processor * 1e6 / count;
    }

    private static string Ratios(Dictionary<ILogger, List<Spent>> ratios, ILogger logger, Func<Spent, double> which)
    {
        if (!ratios.TryGetValue(logger, out var spent))
            return "";
        var sorted = spent.Select(which).Order().ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"{Series.MedianOf(sorted):0.0000} ({sorted[sorted.Length / 4]:0.0000}–{sorted[sorted.Length * 3 / 4]:0.0000})");
    }

    /// <summary>Seconds that passed, and seconds that the thread had a processor.</summary>
    private readonly record struct Spent(double Wall, double Processor)
    {
        /// <summary>Of this thread, in nanoseconds (sched-stats.rst of the kernel): the compiler's and the timer's threads are not the loop.</summary>
        public static Spent Now() => new(
            Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency,
            long.Parse(File.ReadAllText("/proc/thread-self/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1e9);

        public static Spent operator +(Spent a, Spent b) => new(a.Wall + b.Wall, a.Processor + b.Processor);

        public static Spent operator -(Spent a, Spent b) => new(a.Wall - b.Wall, a.Processor - b.Processor);
    }

    private interface ILogger : IDisposable
    {
        string Name { get; }

        void Log(int step, double train, double validation);
    }

    private sealed record OurLogger(string Name, MetricsLog Metrics) : ILogger
    {
        public void Log(int step, double train, double validation) => Metrics.Log(step, ("train_mse", train), ("val_mse", validation));

        public void Dispose() => Metrics.Dispose();
    }

    /// <summary>What one would write first, and as safe: a writer that is flushed at each line.</summary>
    private sealed class StreamPeer(string path) : ILogger
    {
        private readonly StreamWriter _writer = new(path) { AutoFlush = true };

        public string Name => "StreamWriter with AutoFlush, JsonSerializer";

        public void Log(int step, double train, double validation) =>
            _writer.WriteLine(JsonSerializer.Serialize(new { step, time = DateTime.UtcNow, train_mse = train, val_mse = validation }));

        public void Dispose() => _writer.Dispose();
    }

    private sealed class AppendPeer(string path) : ILogger
    {
        public string Name => "File.AppendAllText, JsonSerializer";

        public void Log(int step, double train, double validation) =>
            File.AppendAllText(path, JsonSerializer.Serialize(new { step, time = DateTime.UtcNow, train_mse = train, val_mse = validation }) + "\n");

        public void Dispose()
        {
            // It holds nothing open.
        }
    }
}
