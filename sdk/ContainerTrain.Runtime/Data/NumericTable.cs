using TorchSharp;

namespace ContainerTrain.Runtime;

/// <summary>Named columns of numbers, all of the same length; does not change. Holds 8 bytes per number, outside of torch.</summary>
public sealed class NumericTable
{
    private readonly double[][] _values;

    internal NumericTable(IReadOnlyList<string> columns, double[][] values, int droppedRows = 0)
    {
        Columns = columns;
        _values = values;
        DroppedRows = droppedRows;
        RowCount = values.Length == 0 ? 0 : values[0].Length;
    }

    /// <summary>The names of the columns, all different.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The number of rows.</summary>
    public int RowCount { get; }

    /// <summary>How many rows of the file lacked a value and are not here.</summary>
    public int DroppedRows { get; }

    /// <summary>The values of one column, in the order of the rows.</summary>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public ReadOnlySpan<double> this[string column] => _values[IndexOf(column)];

    /// <summary>A table from columns that come from elsewhere than a CSV file.</summary>
    /// <exception cref="ArgumentException">Columns differ in length or share a name.</exception>
    public static NumericTable Of(params IReadOnlyList<(string Name, double[] Values)> columns)
    {
        if (columns.Select(column => column.Values.Length).Distinct().Count() > 1 || columns.DistinctBy(column => column.Name).Count() < columns.Count)
        {
            throw new ArgumentException("Columns must have the same length and different names.", nameof(columns));
        }

        return new NumericTable([.. columns.Select(column => column.Name)], [.. columns.Select(column => column.Values.ToArray())]);
    }

    /// <summary>The same rows with some of the columns, in the order given.</summary>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public NumericTable Select(params IReadOnlyList<string> columns) => new(columns, [.. columns.Select(column => _values[IndexOf(column)])]);

    /// <summary>
    /// Draws rows at random for validation and leaves the others for training, each in the order of the table. The same
    /// seed draws the same rows.
    /// </summary>
    /// <param name="validationShare">The share of rows for validation, from 0 to below 1. Above 0 it gives at least one row; at least one row is left for training.</param>
    /// <param name="seed">The seed of the draw.</param>
    public (NumericTable Training, NumericTable Validation) Split(double validationShare, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(validationShare);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(validationShare, 1);
        var rows = Enumerable.Range(0, RowCount).ToArray();
        new Random(unchecked((int)(seed ^ (seed >> 32)))).Shuffle(rows);

        var wanted = validationShare == 0 ? 0 : Math.Max(1, (int)Math.Round(validationShare * RowCount));
        var validation = rows[..Math.Clamp(wanted, 0, Math.Max(0, RowCount - 1))];
        return (Rows([.. rows[validation.Length..].Order()]), Rows([.. validation.Order()]));
    }

    /// <summary>A tensor of shape (rows, columns).</summary>
    /// <param name="dtype">The type of its elements. Default: float64, which holds the numbers unchanged.</param>
    /// <param name="device">Where it is. Default: the CPU.</param>
    public torch.Tensor ToTensor(torch.ScalarType dtype = torch.ScalarType.Float64, torch.Device? device = null)
    {
        var elements = new double[RowCount, Columns.Count];
        for (var column = 0; column < Columns.Count; column++)
        {
            for (var row = 0; row < RowCount; row++)
            {
                elements[row, column] = _values[column][row];
            }
        }

        // The copy is in memory that torch allocated: aligned. A tensor over a .NET array begins at any multiple of 8 bytes,
        // on which the order of vectorized sums depends, and so the last digits of a result.
        using var unaligned = torch.tensor(elements);
        return unaligned.to(dtype, device ?? torch.CPU, copy: true);
    }

    /// <summary>The same table with other values in one column after the other.</summary>
    internal NumericTable Map(Func<string, double[], double[]> column) => new(Columns, [.. Columns.Zip(_values, column)]);

    private NumericTable Rows(int[] rows) => new(Columns, [.. _values.Select(column => Array.ConvertAll(rows, row => column[row]))]);

    private int IndexOf(string column)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Columns[i] == column)
            {
                return i;
            }
        }

        throw new ArgumentException($"There is no column '{column}'; there are {Wording.List(Columns)}.", nameof(column));
    }
}
