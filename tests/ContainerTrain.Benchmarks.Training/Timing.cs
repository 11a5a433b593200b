using System.Collections.Immutable;
using System.Diagnostics;

namespace ContainerTrain.Benchmarks.Training;

/// <summary>One way to do what a case is about.</summary>
/// <param name="Name">In the tables.</param>
/// <param name="Run">Does it so many times.</param>
internal sealed record Variant(string Name, Action<int> Run)
{
    /// <summary>How many times a round does it: more of what is short.</summary>
    public int Repetitions { get; init; } = 1;
}

/// <summary>A variant's time for one unit, in milliseconds, in each round.</summary>
internal sealed record Series(string Name, ImmutableArray<double> Milliseconds)
{
    public double Median => Timing.Median(Milliseconds);

    public double Min => Milliseconds.Min();

    public double Max => Milliseconds.Max();

    /// <summary>The median of the ratios of the same round: load that comes and goes hits both.</summary>
    public double RatioTo(Series other) => Timing.Median([.. Milliseconds.Zip(other.Milliseconds, (own, that) => own / that)]);
}

internal static class Timing
{
    /// <summary>All variants in turn, round by round, after a first time that does not count.</summary>
    /// <param name="units">What one run of a variant consists of, such as the steps of an epoch.</param>
    public static ImmutableArray<Series> Compare(int rounds, double units, params ImmutableArray<Variant> variants)
    {
        var times = variants.ToDictionary(variant => variant, _ => new List<double>());
        foreach (var variant in variants)
        {
            variant.Run(variant.Repetitions);
        }

        for (var round = 0; round < rounds; round++)
        {
            // Forwards and backwards: nobody always runs after the slowest one.
            foreach (var variant in round % 2 == 0 ? variants : [.. variants.Reverse()])
            {
                var start = Stopwatch.GetTimestamp();
                variant.Run(variant.Repetitions);
                times[variant].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / variant.Repetitions / units);
            }
        }

        return [.. variants.Select(variant => new Series(variant.Name, [.. times[variant]]))];
    }

    public static double Median(ImmutableArray<double> values)
    {
        var sorted = values.Sort();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
