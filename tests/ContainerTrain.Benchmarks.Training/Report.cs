using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace ContainerTrain.Benchmarks.Training;

/// <summary>Everything that was measured: what training.json holds.</summary>
internal sealed record Results
{
    public required string Time { get; init; }

    public required string Commit { get; init; }

    public required int Processors { get; init; }

    public required int Threads { get; init; }

    public required string LoadAtStart { get; init; }

    public string LoadAtEnd { get; init; } = "";

    public required int Rounds { get; init; }

    public ImmutableArray<Series> FullBatch { get; init; } = [];

    public ImmutableArray<Series> Minibatch { get; init; } = [];

    public ImmutableArray<FlightRun> FlightsOurs { get; init; } = [];

    public ImmutableArray<FlightRun> FlightsMlNet { get; init; } = [];

    public double? FlightsExactRmse { get; init; }

    public ImmutableArray<double> FirstEpochMilliseconds { get; init; } = [];

    public ImmutableArray<Target> Targets { get; init; } = [];
}

/// <summary>A row of the targets.</summary>
internal sealed record Target(string Case, string Goal, string Measured, bool IsMet);

/// <summary>The results for people.</summary>
internal sealed class Report(Results results)
{
    private readonly StringBuilder _text = new();

    public string Write()
    {
        Line("# Training");
        Line();
        Line($"{results.Time}, commit {results.Commit}; {results.Processors} processors, {results.Threads} threads of torch, in the base image.");
        Line($"Load average {results.LoadAtStart} at the start and {results.LoadAtEnd} at the end; medians of {results.Rounds} rounds, all variants in each, ratios from the same round.");
        Line();
        WriteLoops($"Full batch: {Problem.Rows:N0} rows, {Problem.Features} features, float32; ms a step", results.FullBatch, FullBatch.Read, "× reading X");
        WriteLoops($"Minibatches of 1,024 of the same; ms a step, shuffling included", results.Minibatch, Minibatch.Ours, "× ours");
        WriteFlights();
        if (!results.FirstEpochMilliseconds.IsEmpty)
        {
            Line("## Start of the process to its first line of metrics, in the container");
            Line();
            Line($"{Number(Timing.Median(results.FirstEpochMilliseconds))} ms ({Number(results.FirstEpochMilliseconds.Min())}–{Number(results.FirstEpochMilliseconds.Max())})");
            Line();
        }

        Line("## Targets");
        Line();
        Row("case", "target", "measured", "");
        Row("---", "---", "---", "---");
        foreach (var target in results.Targets)
        {
            Row(target.Case, target.Goal, target.Measured, target.IsMet ? "met" : "**missed**");
        }

        return _text.ToString();
    }

    private void WriteLoops(string title, ImmutableArray<Series> all, string yardstick, string ratio)
    {
        if (all.IsEmpty)
        {
            return;
        }

        Line($"## {title}");
        Line();
        Row("loop", "median ms", "min–max ms", ratio);
        Row("---", "--:", "--:", "--:");
        var reference = all.First(series => series.Name == yardstick);
        foreach (var series in all)
        {
            Row(series.Name, Number(series.Median), $"{Number(series.Min)}–{Number(series.Max)}", Number(series.RatioTo(reference)));
        }

        Line();
    }

    private void WriteFlights()
    {
        if (results.FlightsOurs.IsEmpty)
        {
            return;
        }

        Line($"## Flights: {results.FlightsOurs[0].Rows:N0} rows, {Flights.Features} features, one shuffled pass; a process each");
        Line();
        Row("library", "rows/s", "train s", "read Parquet s", "peak MB", "RMSE min");
        Row("---", "--:", "--:", "--:", "--:", "--:");
        WriteFlights("ours, minibatches of 1,024", results.FlightsOurs);
        WriteFlights("ML.NET, OnlineGradientDescent", results.FlightsMlNet);
        var full = Timing.Median([.. results.FlightsOurs.Select(run => run.FullBatchSeconds!.Value)]);
        Line();
        Line($"RMSE of the exact least-squares line: {Number(results.FlightsExactRmse ?? double.NaN)}. A full-batch step of ours takes {Number(full * 1000)} ms, {results.FlightsOurs[0].Rows / full:N0} rows/s.");
        Line("Training is from columns in memory to weights: features computed and standardized, and of ours copied to a tensor.");
        Line();
    }

    private void WriteFlights(string name, ImmutableArray<FlightRun> runs)
    {
        var seconds = Timing.Median([.. runs.Select(run => run.TrainSeconds)]);
        Row(name, $"{runs[0].Rows / seconds:N0}", Number(seconds), Number(Timing.Median([.. runs.Select(run => run.ReadSeconds)])),
            $"{Timing.Median([.. runs.Select(run => run.PeakMegabytes)]):0}", Number(Timing.Median([.. runs.Select(run => run.Rmse)])));
    }

    private void Row(params ReadOnlySpan<string> cells) => Line($"| {string.Join(" | ", cells)} |");

    private void Line(string text = "") => _text.Append(text).Append('\n');

    private static string Number(double value) => value.ToString(value switch { < 1 => "0.0000", < 100 => "0.00", _ => "0" }, CultureInfo.InvariantCulture);
}
