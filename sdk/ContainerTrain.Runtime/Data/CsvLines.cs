using CsvHelper;

namespace ContainerTrain.Runtime;

internal static class CsvLines
{
    /// <summary>
    /// The line in the file, from 1, where a cell begins. The parser counts lines to the end of a row, and quoted cells
    /// may hold line breaks.
    /// </summary>
    public static int LineOf(this CsvParser row, int cell)
    {
        var line = row.RawRow;
        for (var i = cell; i < row.Count; i++)
        {
            line -= row[i].ReplaceLineEndings("\n").Count(c => c == '\n');
        }

        return line;
    }
}
