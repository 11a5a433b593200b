using System.Numerics;
using System.Runtime.InteropServices;
using TorchSharp;

namespace ContainerTrain.Runtime;

/// <summary>Named columns of numbers, all of the same length; does not change. Holds 8 bytes per number, outside of torch.</summary>
public sealed class NumericTable
{
    /// <summary>A span holds no more than 2 GB.</summary>
    private const int BlockRows = 1 << 16;

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
    public torch.Tensor ToTensor(torch.ScalarType dtype = torch.ScalarType.Float64, torch.Device? device = null) =>
        ToTensor(dtype, device, (_, value) => value);

    /// <summary>With every value mapped, by its column's position.</summary>
    internal torch.Tensor ToTensor(torch.ScalarType dtype, torch.Device? device, Func<int, double, double> map)
    {
        // In memory that torch allocated: aligned. A tensor over a .NET array begins at any multiple of 8 bytes, on which the
        // order of vectorized sums depends, and so the last digits of a result.
        var tensor = torch.empty(RowCount, Columns.Count, dtype is torch.ScalarType.Float32 ? dtype : torch.ScalarType.Float64);
        for (var first = 0; first < RowCount; first += BlockRows)
        {
            using var block = tensor.narrow(0, first, Math.Min(BlockRows, RowCount - first));
            if (dtype is torch.ScalarType.Float32)
            {
                Fill<float>(block, first, map);
            }
            else
            {
                Fill<double>(block, first, map);
            }
        }

        if (tensor.dtype == dtype && (device is null || device.type == DeviceType.CPU))
        {
            return tensor;
        }

        using (tensor)
        {
            return tensor.to(dtype, device ?? torch.CPU);
        }
    }

    /// <summary>Some of the rows that follow each other.</summary>
    internal NumericTable Slice(int first, int count) => new(Columns, [.. _values.Select(column => column[first..(first + count)])]);

    /// <summary>The same table with other values in one column after the other.</summary>
    internal NumericTable Map(Func<string, double[], double[]> column) => new(Columns, [.. Columns.Zip(_values, column)]);

    private void Fill<T>(torch.Tensor block, int first, Func<int, double, double> map)
        where T : unmanaged, INumber<T>
    {
        var elements = MemoryMarshal.Cast<byte, T>(block.bytes);
        var width = Columns.Count;
        for (var column = 0; column < width; column++)
        {
            var values = _values[column].AsSpan(first, elements.Length / width);
            for (var row = 0; row < values.Length; row++)
            {
                elements[(row * width) + column] = T.CreateTruncating(map(column, values[row]));
            }
        }
    }

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
