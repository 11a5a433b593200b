using System.Globalization;
using TorchSharp;

namespace ContainerTrain.Runtime;

/// <summary>
/// Shifts and scales columns to mean 0 and standard deviation 1, and back; or only scales them, for a model without an
/// intercept. Fit it on the training rows only: what it learns from validation rows would leak into the model.
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

    /// <summary>The mean of each column, in the data's own units; 0 where columns are only scaled.</summary>
    public IReadOnlyList<double> Means { get; }

    /// <summary>
    /// The population standard deviation (divided by n) of each column, in the data's own units; 1 for a constant column.
    /// Where columns are only scaled, the root of the mean square; 1 for a column of zeros.
    /// </summary>
    public IReadOnlyList<double> Scales { get; }

    /// <summary>Takes means and scales from the rows of a table.</summary>
    /// <param name="training">The rows that the model learns from.</param>
    /// <param name="center">False to scale only: a model without an intercept cannot undo a shift.</param>
    /// <exception cref="ArgumentException">The table has no rows.</exception>
    /// <exception cref="TrainingException">CT4132, once for each column whose squares are too large for float64.</exception>
    public static Standardizer Fit(NumericTable training, bool center = true)
    {
        if (training.RowCount == 0)
        {
            throw new ArgumentException("There are no rows to take a mean of.", nameof(training));
        }

        var moments = training.Columns.Select(column => center ? Moments(training[column]) : (Mean: 0, Scale: Scale(training[column], 0))).ToArray();
        var tooLarge = training.Columns.Where((_, i) => !double.IsFinite(moments[i].Scale)).Select(column => TooLarge(column, training[column])).ToArray();
        if (tooLarge.Length > 0)
        {
            throw new TrainingException(tooLarge);
        }

        return new Standardizer(training.Columns, [.. moments.Select(m => m.Mean)], [.. moments.Select(m => m.Scale)]);
    }

    /// <summary>(x − mean) / scale, for a table with the same columns.</summary>
    public NumericTable Transform(NumericTable table) => Map(table, (x, mean, scale) => (x - mean) / scale);

    /// <summary>x · scale + mean: the inverse of <see cref="Transform"/>.</summary>
    public NumericTable InverseTransform(NumericTable table) => Map(table, (x, mean, scale) => (x * scale) + mean);

    /// <summary>What <see cref="Transform"/> gives as a tensor of shape (rows, columns), without the table in between.</summary>
    /// <param name="table">A table with these columns among others.</param>
    /// <param name="dtype">float64 or float32.</param>
    /// <param name="device">Where it is. Default: the CPU.</param>
    public torch.Tensor ToTensor(NumericTable table, torch.ScalarType dtype = torch.ScalarType.Float64, torch.Device? device = null) =>
        table.Select(Columns).ToTensor(dtype, device, (column, x) => (x - Means[column]) / Scales[column]);

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
        return (mean, Scale(values, mean));
    }

    private static double Scale(ReadOnlySpan<double> values, double center)
    {
        var squares = 0.0;
        foreach (var value in values)
        {
            squares += (value - center) * (value - center);
        }

        var scale = Math.Sqrt(squares / values.Length);
        return scale > 0 ? scale : 1;
    }

    private static TrainingProblem TooLarge(string column, ReadOnlySpan<double> values)
    {
        var largest = values[0];
        foreach (var value in values)
        {
            largest = Math.Abs(value) > Math.Abs(largest) ? value : largest;
        }

        return new(ProblemCodes.ColumnTooLarge, string.Create(CultureInfo.InvariantCulture,
            $"Column {Wording.Quote(column)} holds {largest}; the squares of such values are beyond float64, whose largest number is 1.8E+308, so that the column has no standard deviation. Keep its values below 1E+150, or leave it out."));
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
