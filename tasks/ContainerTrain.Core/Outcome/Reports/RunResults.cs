using System.Collections.Immutable;
using System.Text;

namespace ContainerTrain.Outcome;

/// <summary>What a program left in its run folder for people to look at.</summary>
internal sealed record RunResults(MetricCurves Curves, ProgramReport Program, ImmutableArray<string> LastLines)
{
    private const int Lines = 40;
    private const int TailBytes = 1 << 16;

    /// <summary>Reads what is there; what cannot be read is left out.</summary>
    public static RunResults Read(RunFolder folder) =>
        new(MetricCurves.Read(folder.Metrics), ProgramReport.Read(folder.ProgramReport), Tail(folder.Log));

    /// <summary>What the program called its final metrics, then the last value of every other curve.</summary>
    public ImmutableArray<MetricRecord> FinalMetrics() =>
    [
        .. Program.Metrics.Select(metric => new MetricRecord(metric.Name, Finite(metric.Value), metric.Unit.Length > 0 ? metric.Unit : null)),
        .. Curves.Series.Where(series => Program.Metrics.All(metric => metric.Name != series.Name))
            .Select(series => new MetricRecord(series.Name, Finite(series.Last), Unit: null)),
    ];

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static ImmutableArray<string> Tail(string file)
    {
        try
        {
            using var stream = PlainFile.OpenRead(file);
            stream.Position = Math.Max(0, stream.Length - TailBytes);
            var bytes = new byte[TailBytes];
            var text = Encoding.UTF8.GetString(bytes, 0, stream.ReadAtLeast(bytes, TailBytes, throwOnEndOfStream: false)).TrimEnd('\n');
            return text.Length == 0 ? [] : [.. text.Split('\n').TakeLast(Lines)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
