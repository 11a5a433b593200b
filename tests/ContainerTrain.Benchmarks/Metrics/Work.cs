using System.Diagnostics;

namespace ContainerTrain.Benchmarks.Metrics;

/// <summary>A step of a training that always computes the same: sums over an array that fits the processor's cache.</summary>
internal sealed class Work
{
    private readonly double[] _numbers = [.. Enumerable.Range(1, 4096).Select(i => 1.0 / i)];
    private readonly int _repeats;

    private Work(int repeats) => _repeats = repeats;

    /// <summary>Finds how often to repeat for a step of that length on this machine.</summary>
    public static Work OfMilliseconds(double milliseconds)
    {
        var repeats = 1;
        while (true)
        {
            var work = new Work(repeats);
            work.Do();
            var best = Enumerable.Range(0, 20).Min(_ => Time(work));
            if (best >= milliseconds / 4)
                return new Work(Math.Max(1, (int)(repeats * milliseconds / best)));
            repeats *= 2;
        }
    }

    public double Do()
    {
        var sum = 0.0;
        for (var i = 0; i < _repeats; i++)
        {
            foreach (var number in _numbers)
                sum += number * number;
        }
        return sum;
    }

    private static double Time(Work work)
    {
        var start = Stopwatch.GetTimestamp();
        work.Do();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
