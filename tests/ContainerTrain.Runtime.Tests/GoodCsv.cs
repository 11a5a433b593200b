using CsCheck;

namespace ContainerTrain.Runtime.Tests;

public sealed class GoodCsv : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void GivesColumnsByNameInTheOrderAskedFor()
    {
        var csv = CsvFile.Open(_folder.Write("a.csv", "x,name,y\n1,n,2\n 3 ,n,-4.5e1\n"));
        var table = csv.ReadNumbers(["y", "x"]);

        Assert.Equal(["x", "name", "y"], csv.Columns);
        Assert.Equal(["name", "y"], csv.ColumnsExcept("x"));
        Assert.Equal(["y", "x"], table.Columns);
        Assert.Equal([2, -45], table["y"]);
        Assert.Equal([1, 3], table["x"]);
        Assert.Equal(0, table.DroppedRows);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void MayHaveAByteOrderMarkQuotesAndBlankLines(string newLine)
    {
        var path = _folder.Path("a.csv");
        File.WriteAllText(path, "\"a\"\"b\", c \n\n\"1\",2\n   \n3,4".ReplaceLineEndings(newLine), new System.Text.UTF8Encoding(true));
        var table = CsvFile.Open(path).ReadNumbers(["a\"b", "c"]);

        Assert.Equal([1, 3], table["a\"b"]);
        Assert.Equal([2, 4], table["c"]);
    }

    [Fact]
    public void DropsAndCountsRowsWithMissingValues()
    {
        var table = CsvFile.Open(_folder.Write("a.csv", "x,y,other\n1,2,\n,2,1\n1,NA,1\nnan,2,1\n1,NULL,1\n1,?,1\n3,4,NA\n")).ReadNumbers(["x", "y"]);

        Assert.Equal([1, 3], table["x"]);
        Assert.Equal(5, table.DroppedRows);
    }

    [Fact]
    public void OfOneColumnMayHaveMissingValues()
    {
        var table = CsvFile.Open(_folder.Write("a.csv", "x\n1\n\"\"\nNA\n2\n")).ReadNumbers(["x"]);

        Assert.Equal([1, 2], table["x"]);
        Assert.Equal(2, table.DroppedRows);
    }

    [Fact]
    public void GivesBackTheNumbersThatWereWritten() =>
        Gen.Double.Where(double.IsFinite).Array[1, 50].Sample(values =>
        {
            var lines = values.Select(value => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture));
            var table = CsvFile.Open(_folder.Write("a.csv", "x,y\n" + string.Concat(lines.Select(line => $"{line},0\n")))).ReadNumbers(["x"]);
            Assert.Equal(values, table["x"].ToArray());
        }, iter: 200, threads: 1);
}
