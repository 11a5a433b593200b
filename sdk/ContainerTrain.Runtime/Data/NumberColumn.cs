using System.Globalization;
using CsvHelper;

namespace ContainerTrain.Runtime;

/// <summary>One column while it is read: the numbers of complete rows, and what was not a number.</summary>
internal sealed class NumberColumn(string name, int position)
{
    private const string Allowed = "a finite number such as 3.5 or 1e-3, or empty, NA, NaN, null or ? where it is missing";

    private readonly List<(string Cell, int Line)> _firstNotNumeric = [];
    private int _notNumeric;
    private bool _hasNumbers;

    public string Name => name;

    public List<double> Values { get; } = [];

    public int Missing { get; private set; }

    /// <summary>The number in this column's cell, or null if it is missing or wrong.</summary>
    public double? Parse(CsvParser row)
    {
        var cell = row[position];
        if (double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value))
        {
            _hasNumbers = true;
            return value;
        }

        if (IsMissing(cell.Trim()))
        {
            Missing++;
            return null;
        }

        _notNumeric++;
        if (_firstNotNumeric.Count <= ProblemList.Shown)
        {
            _firstNotNumeric.Add((cell, row.LineOf(position)));
        }

        return null;
    }

    /// <summary>One problem for each wrong cell, but only one for a column that is text altogether.</summary>
    public void Report(ProblemList problems)
    {
        if (_notNumeric > 1 && !_hasNumbers)
        {
            problems.Add(ProblemCodes.CellNotNumeric,
                $"Column {Wording.Quote(name)} is text, {Wording.Quote(_firstNotNumeric[0].Cell)} and {_notNumeric - 1} more; it must hold numbers. Leave the column out, or encode it as numbers.",
                _firstNotNumeric[0].Line, position + 1);
            return;
        }

        foreach (var (cell, line) in _firstNotNumeric)
        {
            problems.Add(ProblemCodes.CellNotNumeric, $"Column {Wording.Quote(name)} has {Wording.Quote(cell)}; it must be {Allowed}.", line, position + 1);
        }

        problems.AddHidden(_notNumeric - _firstNotNumeric.Count);
    }

    private static bool IsMissing(string cell) =>
        cell is "" or "?"
        || cell.Equals("NA", StringComparison.OrdinalIgnoreCase)
        || cell.Equals("NaN", StringComparison.OrdinalIgnoreCase)
        || cell.Equals("null", StringComparison.OrdinalIgnoreCase);
}
