using CsvHelper;

namespace ContainerTrain.Runtime;

/// <summary>Turns the rows of one CSV file into columns of numbers.</summary>
internal sealed class NumberReader(IReadOnlyList<NumberColumn> columns, int cellsPerRow, ProblemList problems)
{
    private readonly double?[] _row = new double?[columns.Count];
    private int _dropped;

    public void Read(CsvParser row)
    {
        if (row.Count != cellsPerRow)
        {
            problems.Add(ProblemCodes.MalformedTable,
                $"The row has {(row.Count == 1 ? "1 cell" : $"{row.Count} cells")}; the header has {cellsPerRow}. A cell with a comma or a line break in it must be in double quotes.",
                row.LineOf(0));
            return;
        }

        for (var i = 0; i < _row.Length; i++)
        {
            _row[i] = columns[i].Parse(row);
        }

        if (Array.Exists(_row, value => value is null))
        {
            _dropped++;
            return;
        }

        for (var i = 0; i < _row.Length; i++)
        {
            columns[i].Values.Add(_row[i]!.Value);
        }
    }

    /// <exception cref="TrainingException">There are problems.</exception>
    public NumericTable ToTable()
    {
        foreach (var column in columns)
        {
            column.Report(problems);
        }

        problems.ThrowIfAny();
        if (_dropped > 0 && columns[0].Values.Count == 0)
        {
            var missing = columns.Where(column => column.Missing > 0).OrderByDescending(column => column.Missing)
                .Select(column => $"{Wording.Quote(column.Name)} in {column.Missing}");
            problems.Add(ProblemCodes.NoCompleteRows,
                $"None of the {_dropped} rows has a value in every column used. Missing: {string.Join(", ", missing)}. Leave such columns out, or fill them in.");
            problems.ThrowIfAny();
        }

        return new NumericTable([.. columns.Select(column => column.Name)], [.. columns.Select(column => column.Values.ToArray())], _dropped);
    }
}
