using System.Collections.Immutable;
using System.Globalization;

namespace ContainerTrain.Outcome;

/// <summary>Whether two runs came to the same: final metrics to the last bit, the model's files by their SHA-256.</summary>
/// <param name="Lines">What was compared and what came of it, a line each.</param>
/// <param name="Differences">What is not the same; empty if everything is.</param>
internal sealed record RunComparison(ImmutableArray<string> Lines, ImmutableArray<string> Differences)
{
    private const string ModelFolder = "model/";

    /// <summary>Whether there was anything to compare.</summary>
    public bool IsEmpty => Lines.IsEmpty;

    public static RunComparison Of(RunRecord first, RunRecord second)
    {
        var metrics = first.Metrics.Select(metric => metric.Name).Union(second.Metrics.Select(metric => metric.Name))
            .Select(name => Metric(name, first.Metrics.FirstOrDefault(metric => metric.Name == name), second.Metrics.FirstOrDefault(metric => metric.Name == name)));
        var files = Models(first).Keys.Union(Models(second).Keys).Order(StringComparer.Ordinal)
            .Select(path => File(path, Models(first).GetValueOrDefault(path), Models(second).GetValueOrDefault(path)));
        var all = metrics.Concat(files).ToArray();
        return new RunComparison([.. all.Select(one => one.Line)], [.. all.Where(one => one.Difference.Length > 0).Select(one => one.Difference)]);
    }

    private static Dictionary<string, string> Models(RunRecord run) =>
        run.Artifacts.Where(file => file.Path.StartsWith(ModelFolder, StringComparison.Ordinal)).ToDictionary(file => file.Path, file => file.Sha256 ?? "unknown", StringComparer.Ordinal);

    private static (string Line, string Difference) Metric(string name, MetricRecord? first, MetricRecord? second)
    {
        if (first is null || second is null)
            return Both(name, $"only in the {(first is null ? "second" : "first")} run", isSame: false);
        // Two values that are not finite are both null, and as equal as can be known.
        if (first.Value is null || second.Value is null)
            return Both(name, $"{Show(first.Value)} and {Show(second.Value)}", first.Value is null && second.Value is null);
        var (a, b) = (first.Value.Value, second.Value.Value);
        if (BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b))
            return Both(name, $"{Show(a)} in both, to the last bit", isSame: true);
        var scale = Math.Max(Math.Abs(a), Math.Abs(b));
        var relative = scale == 0 ? 0 : Math.Abs(a - b) / scale;
        return Both(name, string.Create(CultureInfo.InvariantCulture, $"{Show(a)} and {Show(b)}, a relative difference of {relative:0.0E+0}"), isSame: false);
    }

    private static (string Line, string Difference) File(string path, string? first, string? second) =>
        first is null || second is null ? Both(path, $"only in the {(first is null ? "second" : "first")} run", isSame: false)
        : first == second ? Both(path, $"SHA-256 {first[..Math.Min(12, first.Length)]}… in both", isSame: true)
        : Both(path, $"SHA-256 {first[..Math.Min(12, first.Length)]}… and {second[..Math.Min(12, second.Length)]}…", isSame: false);

    private static (string Line, string Difference) Both(string name, string what, bool isSame) =>
        ($"  {(isSame ? "same     " : "different")}  {name}: {what}", isSame ? "" : $"{name} ({what})");

    private static string Show(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "not finite";
}
