using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ContainerTrain.Benchmarks.Measuring;

/// <summary>One timed build.</summary>
/// <param name="Round">From 0.</param>
/// <param name="Pair">Within the round, from 0.</param>
/// <param name="Seconds">From start to exit of the commands.</param>
/// <param name="Load">The machine's load average over one minute, just before.</param>
internal sealed record Sample(int Round, int Pair, double Seconds, double Load);

/// <summary>A variant's builds in one case.</summary>
internal sealed record Series(string Variant, string Title, ImmutableArray<Sample> Samples)
{
    public double Median => MedianOf(Samples.Select(sample => sample.Seconds));

    public double Min => Samples.Min(sample => sample.Seconds);

    public double Max => Samples.Max(sample => sample.Seconds);

    /// <summary>This one's time over the yardstick's: set when the case is complete.</summary>
    public double RatioToPlain { get; init; }

    /// <summary>In seconds.</summary>
    public double DifferenceToPlain { get; init; }

    /// <summary>The median of the ratios of builds that ran side by side: load that comes and goes hits both.</summary>
    public double RatioTo(Series other) => MedianOf(SideBySide(other).Select(pair => pair.Own / pair.Other));

    /// <summary>The median of the differences of builds that ran side by side, in seconds.</summary>
    public double DifferenceTo(Series other) => MedianOf(SideBySide(other).Select(pair => pair.Own - pair.Other));

    public Series ComparedTo(Series plain) => this with { RatioToPlain = RatioTo(plain), DifferenceToPlain = DifferenceTo(plain) };

    [JsonIgnore]
    public bool IsEmpty => Samples.IsEmpty;

    internal static double MedianOf(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0
            ? double.NaN
            : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private IEnumerable<(double Own, double Other)> SideBySide(Series other) =>
        from own in Samples
        join that in other.Samples on (own.Round, own.Pair) equals (that.Round, that.Pair)
        select (own.Seconds, that.Seconds);
}

/// <summary>All variants in one case; the first one is the yardstick.</summary>
internal sealed record CaseResult(string Name, string Title, ImmutableArray<Series> Series)
{
    public Series? Find(string variant) => Series.FirstOrDefault(series => series.Variant == variant);
}
