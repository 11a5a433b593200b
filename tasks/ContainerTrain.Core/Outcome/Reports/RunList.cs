using System.Collections.Immutable;
using System.Globalization;
using ContainerTrain.Plan;

namespace ContainerTrain.Outcome;

/// <summary>Runs side by side: the rows of the table that the console and <c>index.html</c> show.</summary>
internal sealed class RunList
{
    private const int MostMetrics = 3;

    private RunList(ImmutableArray<RunSummary> runs)
    {
        Runs = runs;
        MetricNames = ChooseMetrics(runs);
        var previous = default(RunSummary);
        var changes = ImmutableArray.CreateBuilder<string>(runs.Length);
        foreach (var run in runs)
        {
            changes.Add(run.Damage.Length > 0 ? run.Damage : ChangesOf(run, previous));
            previous = run.Damage.Length > 0 ? previous : run;
        }
        Changes = changes.ToImmutable();
    }

    /// <summary>Oldest first.</summary>
    public ImmutableArray<RunSummary> Runs { get; }

    /// <summary>The metrics that get a column.</summary>
    public ImmutableArray<string> MetricNames { get; }

    /// <summary>For each run, which settings differ from those of the run before it, or what is wrong with its folder.</summary>
    public ImmutableArray<string> Changes { get; }

    public static RunList Read(string root) => new(RunSummary.ReadAll(root));

    /// <summary>A table for the console, a line for each run and one of heads.</summary>
    public ImmutableArray<string> Lines()
    {
        string[][] rows = [["run", "outcome", .. MetricNames, "time", "device", "commit", "changed"], .. Runs.Select((run, i) => Row(run, Changes[i]))];
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        return [.. rows.Select(row => string.Join("  ", row.Select((cell, column) => IsNumber(column) ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]))).TrimEnd())];

        bool IsNumber(int column) => column >= 2 && column < 3 + MetricNames.Length;
    }

    public static string Show(double? value) => value is { } number ? number.ToString("G6", CultureInfo.InvariantCulture) : "–";

    public static string Commit(RunSummary run) => run.Commit.Length == 0 ? "–" : run.Commit[..Math.Min(8, run.Commit.Length)] + (run.Dirty ? "+" : "");

    public static string Duration(RunSummary run) => run.Seconds is >= 0 and < 1e9 and var seconds ? Units.Show(TimeSpan.FromSeconds(seconds)) : "–";

    public static double? Value(RunSummary run, string metric) => run.Metrics.FirstOrDefault(one => one.Name == metric)?.Value;

    private string[] Row(RunSummary run, string changes) =>
    [
        run.Id, run.Code.Length > 0 ? $"{run.Outcome} {run.Code}" : run.Outcome,
        .. MetricNames.Select(name => Show(Value(run, name))),
        Duration(run), run.Device.Length > 0 ? run.Device : "–", Commit(run), OneLine(changes),
    ];

    /// <summary>Those that most runs have; of these, what was measured on other rows than those trained on comes first.</summary>
    private static ImmutableArray<string> ChooseMetrics(ImmutableArray<RunSummary> runs) =>
    [
        .. runs.Reverse().SelectMany(run => run.Metrics).Select(metric => metric.Name).Where(name => name.Length is > 0 and <= 30)
            .GroupBy(name => name, StringComparer.Ordinal)
            .OrderByDescending(group => group.Count()).ThenBy(group => Rank(group.Key))
            .Take(MostMetrics).Select(group => group.Key),
    ];

    private static int Rank(string metric) =>
        metric.StartsWith("val", StringComparison.OrdinalIgnoreCase) || metric.StartsWith("test", StringComparison.OrdinalIgnoreCase) ? 0
        : metric.StartsWith("train", StringComparison.OrdinalIgnoreCase) ? 1 : 2;

    private static string ChangesOf(RunSummary run, RunSummary? previous)
    {
        if (run.RerunOf.Length > 0)
            return $"rerun of {run.RerunOf}";
        if (previous is null)
            return "";
        var names = run.Settings.Keys.Union(previous.Settings.Keys).Order(StringComparer.Ordinal);
        return string.Join(", ", names
            .Select(name => (name, before: previous.Settings.GetValueOrDefault(name), now: run.Settings.GetValueOrDefault(name)))
            .Where(setting => setting.before != setting.now)
            .Select(setting => setting.before is null ? $"{setting.name} = {Short(setting.now!)}"
                : setting.now is null ? $"{setting.name} not set any more (was {Short(setting.before)})"
                : $"{setting.name} {Short(setting.before)} → {Short(setting.now)}"));
    }

    private static string Short(string value) => value.Length > 40 ? value[..39] + "…" : value;

    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
