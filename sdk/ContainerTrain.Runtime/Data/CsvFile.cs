using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace ContainerTrain.Runtime;

/// <summary>
/// A CSV file (RFC 4180, UTF-8, commas) whose first row names the columns. Cells are read one row at a time, so a file
/// may be larger than its text would be in memory. Blank lines do not count as rows.
/// </summary>
public sealed class CsvFile
{
    private readonly int _headerLine;

    private CsvFile(string path, string[] columns, int headerLine)
    {
        FilePath = path;
        Columns = columns;
        _headerLine = headerLine;
    }

    /// <summary>The full path of the file.</summary>
    public string FilePath { get; }

    /// <summary>The names in the header, in the order of the file, without blanks around them; all different.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Reads the header.</summary>
    /// <exception cref="TrainingException">
    /// CT4101: no such file. CT4102: no header or no rows. CT4109: columns without a name or with the same name.
    /// </exception>
    public static CsvFile Open(string path)
    {
        var fullPath = Path.GetFullPath(path);
        if (!File.Exists(fullPath))
        {
            throw CsvDirectory.FileNotFound(fullPath);
        }

        using var rows = OpenRows(fullPath);
        if (!ReadRow(rows, columns: 0))
        {
            throw Empty(fullPath, "The file is empty.");
        }

        var columns = rows.Record!;
        var headerLine = rows.RawRow;
        CheckHeader(fullPath, columns, headerLine);
        return ReadRow(rows, columns.Length) ? new CsvFile(fullPath, columns, headerLine) : throw Empty(fullPath, "The file has a header and no rows.");
    }

    /// <summary>The columns besides these: all that is left to learn from.</summary>
    /// <exception cref="TrainingException">CT4103: there are none.</exception>
    public IReadOnlyList<string> ColumnsExcept(params IEnumerable<string> names)
    {
        string[] others = [.. Columns.Except(names)];
        return others.Length > 0 ? others : throw new TrainingException(new TrainingProblem(ProblemCodes.ColumnMissing,
            $"There is no other column than {Wording.List(Columns)}; a model needs one or more to learn from.{SeparatorHint()}", FilePath, _headerLine));
    }

    /// <summary>
    /// Reads columns of numbers: decimal point, optional exponent, no thousands separators, finite. A row with a missing
    /// value in one of these columns (empty, <c>NA</c>, <c>NaN</c>, <c>null</c> or <c>?</c>, in any case) is dropped and
    /// counted in <see cref="NumericTable.DroppedRows"/>. Other columns may hold anything.
    /// </summary>
    /// <param name="columns">Names of columns; the table has them in this order, each once.</param>
    /// <exception cref="TrainingException">
    /// All of the file's problems at once, the first twenty in full. CT4103: no such column. CT4104: a cell is not a
    /// number. CT4105: no row without missing values. CT4109: a row with too few or too many cells.
    /// </exception>
    public NumericTable ReadNumbers(IEnumerable<string> columns)
    {
        var problems = new ProblemList(FilePath);
        var wanted = columns.Distinct().ToArray();
        foreach (var name in wanted.Except(Columns))
        {
            problems.Add(ProblemCodes.ColumnMissing,
                $"There is no column {Wording.Quote(name)}. Columns: {Wording.List(Columns)}.{Wording.DidYouMean(name, Columns)}{SeparatorHint()}", _headerLine);
        }

        var positions = Columns.Index().ToDictionary(column => column.Item, column => column.Index);
        var found = wanted.Where(positions.ContainsKey).Select(name => new NumberColumn(name, positions[name]));
        var reader = new NumberReader([.. found], Columns.Count, problems);
        using var rows = OpenRows(FilePath);
        ReadRow(rows, columns: 0);
        while (ReadRow(rows, Columns.Count))
        {
            reader.Read(rows);
        }

        return reader.ToTable();
    }

    /// <summary>The next row that is not just blanks.</summary>
    private static bool ReadRow(CsvParser rows, int columns)
    {
        while (rows.Read())
        {
            // In a table of one column, a blank row that is not an empty line is a missing value.
            if (rows.Count > 1 || columns == 1 || rows[0].Length > 0)
            {
                return true;
            }
        }

        return false;
    }

    private static CsvParser OpenRows(string path) =>
        new(new StreamReader(path), new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            TrimOptions = TrimOptions.Trim,
            IgnoreBlankLines = true,
            // A stray quote stays in its cell, where it is reported if the cell should be a number.
            BadDataFound = null,
        });

    private static void CheckHeader(string path, string[] columns, int line)
    {
        var problems = new ProblemList(path);
        foreach (var (index, name) in columns.Index())
        {
            var first = Array.IndexOf(columns, name);
            if (name.Length == 0)
            {
                problems.Add(ProblemCodes.MalformedTable, $"Column {index + 1} has no name; the first row must name every column.", line, index + 1);
            }
            else if (first < index)
            {
                problems.Add(ProblemCodes.MalformedTable, $"Columns {first + 1} and {index + 1} are both named {Wording.Quote(name)}; names must differ.", line, index + 1);
            }
        }

        problems.ThrowIfAny();
    }

    private static TrainingException Empty(string path, string message) =>
        new(new TrainingProblem(ProblemCodes.DataFileEmpty, $"{message} The first row must name the columns, and at least one row of values must follow.", path));

    private string SeparatorHint()
    {
        var separator = Columns.Count == 1 ? Columns[0].FirstOrDefault(c => c is ';' or '\t' or '|') : default;
        return separator == default ? "" : $" The cells seem to be separated by '{(separator == '\t' ? "tab" : separator)}'; they must be separated by commas.";
    }
}
