namespace ContainerTrain.Outcome;

/// <summary>A value of a metric and where on the curve it is.</summary>
internal readonly record struct MetricPoint(double Step, double Value);

/// <summary>
/// One metric's curve in a fixed amount of memory: neighbouring values share a bucket, which keeps the least and the
/// greatest of them, so that a spike of one step in a million is still drawn. When all buckets are taken, each two
/// become one. Buckets count values rather than steps, as steps may begin anywhere and jump.
/// </summary>
internal sealed class MetricSeries(string name)
{
    /// <summary>More than the pixels of a chart are wide.</summary>
    public const int Buckets = 600;

    /// <summary>Beyond this a chart's arithmetic overflows; such a value is as good as infinite.</summary>
    private const double Largest = 1e150;

    private readonly Bucket[] _buckets = new Bucket[Buckets];
    private int _used;
    private long _perBucket = 1;
    private long _inLast;

    public string Name { get; } = name;

    public long Count { get; private set; }

    /// <summary>How many of them were NaN or infinite, and are not on the curve.</summary>
    public long NotFinite { get; private set; }

    /// <summary>The value that came last; NaN if it was not finite.</summary>
    public double Last { get; private set; } = double.NaN;

    public void Add(double step, double value)
    {
        Count++;
        Last = value;
        if (!(Math.Abs(value) <= Largest && Math.Abs(step) <= Largest))
        {
            NotFinite++;
            return;
        }
        var point = new MetricPoint(step, value);
        if (_used > 0 && _inLast < _perBucket)
        {
            _buckets[_used - 1] = _buckets[_used - 1].With(point);
            _inLast++;
            return;
        }
        if (_used == Buckets)
            Halve();
        _buckets[_used++] = new Bucket(point, point);
        _inLast = 1;
    }

    /// <summary>The curve, in the order of its steps; at most two points for each bucket.</summary>
    public IReadOnlyList<MetricPoint> Points() =>
        [.. _buckets.Take(_used).SelectMany(bucket => bucket.Points()).OrderBy(point => point.Step)];

    private void Halve()
    {
        for (var i = 0; i < Buckets / 2; i++)
            _buckets[i] = _buckets[2 * i].With(_buckets[(2 * i) + 1]);
        _used = Buckets / 2;
        _perBucket *= 2;
    }

    private readonly record struct Bucket(MetricPoint Least, MetricPoint Greatest)
    {
        public Bucket With(MetricPoint point) => With(new Bucket(point, point));

        public Bucket With(Bucket other) => new(
            other.Least.Value < Least.Value ? other.Least : Least,
            other.Greatest.Value > Greatest.Value ? other.Greatest : Greatest);

        public IEnumerable<MetricPoint> Points() => Least == Greatest ? [Least] : [Least, Greatest];
    }
}
