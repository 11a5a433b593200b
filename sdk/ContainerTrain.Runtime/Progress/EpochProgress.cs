using System.Globalization;
using System.Text;

namespace ContainerTrain.Runtime;

/// <summary>
/// Prints how far the training is, <c>epoch  120/5000   train_mse 17.512      410 epochs/s   ETA 0:12</c>: for the first
/// epoch, the last one, and between them at most once per second, so that a log of a million epochs stays one that people read.
/// </summary>
/// <param name="metrics">The newest values.</param>
internal sealed class EpochProgress(Func<MetricsSnapshot> metrics, TextWriter output, TimeProvider time) : IEpochObserver
{
    private const int MostMetrics = 4;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private int _first;
    private int _total;
    private int _last;
    private int _printed;
    private long _linesBefore;
    private long _start;
    private long _warm;
    private long _printedAt;

    public void Began(int first, int total)
    {
        (_first, _total, _last, _printed) = (first, total, first - 1, first - 1);
        _linesBefore = metrics().Count;
        _start = time.GetTimestamp();
    }

    public void Ended(int epoch)
    {
        _last = epoch;
        var now = time.GetTimestamp();
        if (epoch == _first)
        {
            // The first epoch also compiles the program and loads what it needs: no measure of those to come.
            _warm = now;
        }

        if (epoch == _first || (epoch < _total && time.GetElapsedTime(_printedAt, now) >= Interval))
        {
            Print(now);
        }
    }

    public void Done()
    {
        if (_last > _printed)
        {
            Print(time.GetTimestamp());
        }
    }

    private void Print(long now)
    {
        (_printed, _printedAt) = (_last, now);
        output.WriteLine(Line(now));
    }

    private string Line(long now)
    {
        var width = _total.ToString(CultureInfo.InvariantCulture).Length;
        var line = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"epoch {_last.ToString(CultureInfo.InvariantCulture).PadLeft(width)}/{_total}"));
        var snapshot = metrics();
        foreach (var (name, value) in snapshot.Newest.Where(metric => metric.Value is not null).Take(MostMetrics))
        {
            line.Append(CultureInfo.InvariantCulture, $"   {name} {value,-10:G6}");
        }

        var epochs = _last - _first;
        var seconds = time.GetElapsedTime(_warm, now).TotalSeconds;
        if (epochs > 0 && seconds > 0)
        {
            line.Append("   ").Append(Speed(epochs / seconds, (snapshot.Count - _linesBefore) / (double)(epochs + 1)));
        }

        if (_last == _total)
        {
            line.Append("   in ").Append(Duration(time.GetElapsedTime(_start, now)));
        }
        else if (epochs > 0)
        {
            line.Append("   ETA ").Append(Duration(TimeSpan.FromSeconds(seconds / epochs * (_total - _last))));
        }

        return line.ToString().TrimEnd();
    }

    /// <summary>Of epochs; and of steps too, where the program logs several in each.</summary>
    private static string Speed(double epochsPerSecond, double stepsPerEpoch)
    {
        var epochs = epochsPerSecond >= 1 ? $"{Number(epochsPerSecond)} epochs/s" : $"{Number(1 / epochsPerSecond)} s/epoch";
        return stepsPerEpoch > 1.5 ? $"{epochs}, {Number(epochsPerSecond * stepsPerEpoch)} steps/s" : epochs;
    }

    private static string Number(double value) => value.ToString(value >= 100 ? "N0" : "0.0", CultureInfo.InvariantCulture);

    private static string Duration(TimeSpan time) =>
        time.TotalHours >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time:mm\\:ss}")
        : time.TotalSeconds >= 10 ? time.ToString("m\\:ss", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");
}
