namespace ContainerTrain.Runtime;

/// <summary>
/// Shifts and scales columns to mean 0 and standard deviation 1, and back. Fit it on the training rows only: what it
/// learns from validation rows would leak into the model.
/// </summary>
public sealed record Standardizer
{
    private Standardizer(IReadOnlyList<string> columns, IReadOnlyList<double> means, IReadOnlyList<double> scales)
    {
        Columns = columns;
        Means = means;
        Scales = scales;
    }

    /// <summary>The names of the columns it was fitted on.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The mean of each column, in the data's own units.</summary>
    public IReadOnlyList<double> Means { get; }

    /// <summary>The population standard deviation (divided by n) of each column, in the data's own units; 1 for a constant column.</summary>
    public IReadOnlyList<double> Scales { get; }

    /// <summary>Takes means and scales from the rows of a table.</summary>
    /// <exception cref="ArgumentException">The table has no rows.</exception>
    public static Standardizer Fit(NumericTable training)
    {
        if (training.RowCount == 0)
        {
            throw new ArgumentException("There are no rows to take a mean of.", nameof(training));
        }

        var moments = training.Columns.Select(column => Moments(training[column])).ToArray();
        return new Standardizer(training.Columns, [.. moments.Select(m => m.Mean)], [.. moments.Select(m => m.Scale)]);
    }

    /// <summary>(x − mean) / scale, for a table with the same columns.</summary>
    public NumericTable Transform(NumericTable table) => Map(table, (x, mean, scale) => (x - mean) / scale);

    /// <summary>x · scale + mean: the inverse of <see cref="Transform"/>.</summary>
    public NumericTable InverseTransform(NumericTable table) => Map(table, (x, mean, scale) => (x * scale) + mean);

    private static (double Mean, double Scale) Moments(ReadOnlySpan<double> values)
    {
        // A mean of equal values may be off by a rounding, and the deviations from it would then count as spread.
        if (!values.ContainsAnyExcept(values[0]))
        {
            return (values[0], 1);
        }

        var sum = 0.0;
        foreach (var value in values)
        {
            sum += value;
        }

        var mean = sum / values.Length;
        var squares = 0.0;
        foreach (var value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        var scale = Math.Sqrt(squares / values.Length);
        return (mean, scale > 0 ? scale : 1);
    }

    private NumericTable Map(NumericTable table, Func<double, double, double, double> map)
    {
        if (!table.Columns.SequenceEqual(Columns))
        {
            throw new ArgumentException($"The table has the columns {Wording.List(table.Columns)}; this was fitted on {Wording.List(Columns)}.", nameof(table));
        }

        var position = 0;
        return table.Map((_, values) =>
        {
            var (mean, scale) = (Means[position], Scales[position]);
            position++;
            return Array.ConvertAll(values, x => map(x, mean, scale));
        });
    }
}
