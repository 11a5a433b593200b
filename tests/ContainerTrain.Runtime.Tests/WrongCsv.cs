using CsCheck;

namespace ContainerTrain.Runtime.Tests;

public sealed class WrongCsv : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ThatIsNotThereFailsWithCT4101AndTheFilesThatAre()
    {
        _folder.Write("data/cars.csv", "a\n1\n");
        _folder.Write("data/more/boats.CSV", "a\n1\n");
        _folder.Write("data/notes.txt", "");
        var problem = Single(() => CsvFile.Open(_folder.Path("data/car.csv")));

        Assert.Equal("CT4101", problem.Code);
        Assert.Equal(_folder.Path("data/car.csv"), problem.File);
        Assert.Contains("'cars.csv', 'more/boats.CSV'. Did you mean 'cars.csv'?", problem.Message, StringComparison.Ordinal);
        Assert.Equal("CT4101", Single(() => CsvFile.Open(_folder.Path("nowhere/car.csv"))).Code);
    }

    [Fact]
    public void IsNamedUnlessItIsTheOnlyOne()
    {
        using var run = TrainingRun.Start(_folder.Environment(), new FakeAccelerator());

        Assert.Contains("no CSV file", Single(() => run.DataFile()).Message, StringComparison.Ordinal);
        var cars = _folder.Write("data/cars.csv", "");
        Assert.Equal(cars, run.DataFile());
        _folder.Write("data/boats.csv", "");
        Assert.Contains("2 CSV files in the data directory, 'boats.csv', 'cars.csv'", Single(() => run.DataFile()).Message, StringComparison.Ordinal);
        Assert.Equal(cars, run.DataFile("cars.csv"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n \n")]
    [InlineData("a,b\n")]
    [InlineData("a,b\n\n\n")]
    public void WithoutHeaderOrRowsFailsWithCT4102(string text) => Assert.Equal("CT4102", Single(() => Open(text)).Code);

    [Fact]
    public void WithoutTheColumnsFailsWithCT4103OnceForEach()
    {
        var problems = Problems.Of(() => Open("\nmpg,horsepower\n1,2\n").ReadNumbers(["mgp", "horsepower", "wheels"]));

        Assert.Equal(["CT4103", "CT4103"], problems.Select(problem => problem.Code));
        Assert.Equal("There is no column 'mgp'. Columns: 'mpg', 'horsepower'. Did you mean 'mpg'?", problems[0].Message);
        Assert.Equal("There is no column 'wheels'. Columns: 'mpg', 'horsepower'.", problems[1].Message);
        Assert.All(problems, problem => Assert.Equal(2, problem.Line));
    }

    [Fact]
    public void SeparatedBySomethingElseSaysSo()
    {
        Assert.Contains("separated by ';'", Single(() => Open("mpg;weight\n1;2\n").ReadNumbers(["mpg"])).Message, StringComparison.Ordinal);
        Assert.Contains("separated by 'tab'", Single(() => Open("mpg\tweight\n1\t2\n").ReadNumbers(["mpg"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutFeaturesFailsWithCT4103() => Assert.Equal("CT4103", Single(() => Open("mpg\n1\n").ColumnsExcept("mpg")).Code);

    [Fact]
    public void WithTextAmongNumbersFailsWithCT4104WhereItIs()
    {
        var problem = Single(() => Open("a,b,c\n1,2,3\n1,2,high\n1,2,3\n").ReadNumbers(["c", "a"]));

        Assert.Equal("CT4104", problem.Code);
        Assert.Equal((_folder.Path("a.csv"), 3, 3), (problem.File, problem.Line, problem.Column));
        Assert.Equal("Column 'c' has 'high'; it must be a finite number such as 3.5 or 1e-3, or empty, NA, NaN, null or ? where it is missing.", problem.Message);
    }

    [Theory]
    [InlineData("Infinity")]
    [InlineData("1e999")]
    [InlineData("1.000,5")]
    [InlineData("0x1F")]
    [InlineData("1 000")]
    [InlineData("12%")]
    public void WithWhatLooksLikeANumberFailsWithCT4104(string cell) =>
        Assert.Equal("CT4104", Single(() => Open($"a,b\n1,1\n1,\"{cell}\"\n").ReadNumbers(["b"])).Code);

    [Fact]
    public void WithAColumnOfTextFailsOnceForTheColumn()
    {
        var problem = Single(() => Open("a,name\n1,\n1,ford\n2,opel\n3,fiat\n").ReadNumbers(["a", "name"]));

        Assert.Equal(("CT4104", 3, 2), (problem.Code, problem.Line, problem.Column));
        Assert.Contains("Column 'name' is text, 'ford' and 2 more", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void CountsTheLinesInQuotedCells(string newLine)
    {
        var problems = Problems.Of(() => Open("a,note,b\n1,\"one\ntwo\",x\n\n1,\"\n\",2\ny,\"\n\n\",3\n1,2\n".ReplaceLineEndings(newLine)).ReadNumbers(["a", "b"]));

        Assert.Equal([("CT4104", 3, 3), ("CT4104", 7, 1), ("CT4109", 10, null)], problems.Select(problem => (problem.Code, problem.Line!.Value, problem.Column)));
    }

    [Fact]
    public void GivesTheLineWhereAWrongCellBegins() => Assert.Equal(3, Single(() => Open("a,b\n1,1\n1,\"2\n3\"\n").ReadNumbers(["b"])).Line);

    /// <summary>The line is that of the text in the file, however long the rows before it are and whatever is quoted in them.</summary>
    [Fact]
    public void KnowsTheLineOfAnyCell() =>
        Gen.Select(
            Gen.OneOfConst("7", "\"7\"", "\"a, \"\"b\"\"\"", "\"x\ny\"", "\"\n\n\"", new string('z', 3000)).Array[0, 20],
            Gen.OneOfConst("\n", "\r\n"),
            Gen.Bool)
        .Sample((notes, newLine, mark) =>
        {
            var text = ("note,x\n" + string.Concat(notes.Select((note, i) => $"{note},{i}\n{(i % 3 == 0 ? "\n" : "")}")) + "\"p\nq\",WRONG\n5,5\n").ReplaceLineEndings(newLine);
            var path = _folder.Path("a.csv");
            File.WriteAllText(path, text, new System.Text.UTF8Encoding(mark));
            var expected = 1 + text[..text.IndexOf("WRONG", StringComparison.Ordinal)].Count(c => c == '\n');

            Assert.Equal(expected, Single(() => CsvFile.Open(path).ReadNumbers(["x"])).Line);
        }, iter: 300, threads: 1);

    [Fact]
    public void WithoutACompleteRowFailsWithCT4105()
    {
        var problem = Single(() => Open("a,b,c\n1,,3\n,,3\n1,NA,3\n").ReadNumbers(["a", "b", "c"]));

        Assert.Equal("CT4105", problem.Code);
        Assert.Equal("None of the 3 rows has a value in every column used. Missing: 'b' in 3, 'a' in 1. Leave such columns out, or fill them in.", problem.Message);
    }

    [Fact]
    public void WithUnevenRowsFailsWithCT4109OnceForEach()
    {
        var problems = Problems.Of(() => Open("a,b\n1,2\n1\n1,2,3\n").ReadNumbers(["a"]));

        Assert.Equal([("CT4109", 3), ("CT4109", 4)], problems.Select(problem => (problem.Code, problem.Line!.Value)));
        Assert.StartsWith("The row has 1 cell; the header has 2.", problems[0].Message, StringComparison.Ordinal);
        Assert.StartsWith("The row has 3 cells; the header has 2.", problems[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WithRepeatedOrEmptyNamesFailsWithCT4109()
    {
        var problems = Problems.Of(() => Open("a,,b,a\n1,2,3,4\n"));

        Assert.Equal([("CT4109", 2), ("CT4109", 4)], problems.Select(problem => (problem.Code, problem.Column!.Value)));
        Assert.Contains("Columns 1 and 4 are both named 'a'", problems[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReportsAllKindsOfProblemsAtOnceInTheOrderOfTheFile()
    {
        var problems = Problems.Of(() => Open("a,b\n1,x\ny,2\n1\n").ReadNumbers(["b", "a", "c"]));

        Assert.Equal([("CT4103", 1), ("CT4104", 2), ("CT4104", 3), ("CT4109", 4)], problems.Select(problem => (problem.Code, problem.Line!.Value)));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(21)]
    [InlineData(5000)]
    public void ShowsTwentyProblemsAndCountsTheRest(int wrong)
    {
        var problems = Problems.Of(() => Open("a,b\n1,1\n" + string.Concat(Enumerable.Repeat("1,x\n", wrong))).ReadNumbers(["a", "b"]));

        Assert.Equal(Math.Min(21, wrong), problems.Count);
        if (wrong > 20)
        {
            Assert.StartsWith($"and {wrong - 20} more", problems[^1].Message, StringComparison.Ordinal);
        }
    }

    private CsvFile Open(string text) => CsvFile.Open(_folder.Write("a.csv", text));

    private static TrainingProblem Single(Action action) => Assert.Single(Problems.Of(action));
}
