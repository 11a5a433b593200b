using System.Text.Json;

namespace ContainerTrain.Runtime.Tests;

public sealed class ReportFile : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void HasWhatTheProgramAdded()
    {
        var report = new TrainingReport(_folder.Path("report.json")) { TargetUnit = "mi/gal" };
        report.AddMetric("val_rmse", 3.5, "mi/gal");
        report.AddEquation(new LinearEquation("mpg", ["weight"], 46.25, [-0.0077]), new LinearEquation("mpg", ["weight"], 46.5, [-0.0078]));
        report.AddPredictions("training", [1, 2], [1.5, 2.5]);
        report.AddNote("\"Quoted\" <b>é</b>");
        report.Write();

        Assert.Equal(
            """
            {"schema":1,"target":"mpg","targetUnit":"mi/gal","metrics":[{"name":"val_rmse","value":3.5,"unit":"mi/gal"}],"coefficients":[{"name":"intercept","fitted":46.25,"exact":46.5,"unit":""},{"name":"weight","fitted":-0.0077,"exact":-0.0078,"unit":""}],"predictions":[{"set":"training","rows":2,"actual":[1,2],"predicted":[1.5,2.5]}],"notes":["\"Quoted\" <b>é</b>"]}

            """,
            File.ReadAllText(_folder.Path("report.json")));
        Assert.Equal(["report.json"], Directory.EnumerateFiles(_folder.FullPath).Select(Path.GetFileName));
    }

    [Fact]
    public void StaysJsonForNumbersJsonDoesNotHave()
    {
        var report = new TrainingReport(_folder.Path("report.json"));
        report.AddMetric("loss", double.NaN);
        report.AddCoefficient("x", double.PositiveInfinity, double.NegativeInfinity);
        report.AddPredictions("training", [double.NaN], [double.MaxValue]);
        report.Write();

        var json = Read();
        Assert.Equal(JsonValueKind.Null, json.GetProperty("metrics")[0].GetProperty("value").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("coefficients")[0].GetProperty("fitted").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("predictions")[0].GetProperty("actual")[0].ValueKind);
        Assert.Equal(double.MaxValue, json.GetProperty("predictions")[0].GetProperty("predicted")[0].GetDouble());
    }

    [Fact]
    public void KeepsAtMostFiveHundredPairsFromTheWholeSet()
    {
        var actual = Enumerable.Range(0, 123_457).Select(i => (double)i).ToArray();
        var report = new TrainingReport(_folder.Path("report.json"));
        report.AddPredictions("validation", actual, actual);
        report.Write();

        var set = Read().GetProperty("predictions")[0];
        var kept = set.GetProperty("actual").EnumerateArray().Select(value => value.GetDouble()).ToArray();
        Assert.Equal(123_457, set.GetProperty("rows").GetInt32());
        Assert.Equal(TrainingReport.MaxPairs, kept.Length);
        Assert.Equal(0, kept[0]);
        Assert.True(kept[^1] >= actual.Length * 0.99);
        Assert.All(kept.Zip(kept.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 246, 247));
        Assert.Equal(kept, set.GetProperty("predicted").EnumerateArray().Select(value => value.GetDouble()));
    }

    [Fact]
    public void HasTheLastValueOfEachName()
    {
        var report = new TrainingReport(_folder.Path("report.json"));
        foreach (var value in (double[])[1, 2])
        {
            report.AddMetric("loss", value);
            report.AddCoefficient("x", value);
            report.AddPredictions("training", [value], [value]);
        }

        report.Write();

        var json = Read();
        Assert.Equal(2, Assert.Single(json.GetProperty("metrics").EnumerateArray()).GetProperty("value").GetDouble());
        Assert.Equal(2, Assert.Single(json.GetProperty("coefficients").EnumerateArray()).GetProperty("fitted").GetDouble());
        Assert.Equal(2, Assert.Single(json.GetProperty("predictions").EnumerateArray()).GetProperty("actual")[0].GetDouble());
    }

    [Fact]
    public void RefusesWhatDoesNotBelongTogether()
    {
        var report = new TrainingReport(_folder.Path("report.json"));

        Assert.Throws<ArgumentException>(() => report.AddPredictions("training", [1, 2], [1]));
        Assert.Throws<ArgumentException>(() => report.AddEquation(new LinearEquation("y", ["a"], 0, [1]), new LinearEquation("y", [], 0, [])));
        Assert.Throws<ArgumentException>(() => report.AddMetric("", 1));
    }

    [Fact]
    public async Task IsWrittenWhenTheRunFails()
    {
        Assert.Equal(70, await Run(run =>
        {
            run.Report.AddNote("so far");
            throw new InvalidOperationException();
        }));

        Assert.Contains("so far", File.ReadAllText(_folder.Path("output/report.json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OfAnEarlierRunInTheSameFolderIsForgotten()
    {
        _folder.Write("output/report.json", "{}");

        Assert.Equal(0, await Run(_ => { }));
        Assert.False(File.Exists(_folder.Path("output/report.json")));
    }

    [Fact]
    public async Task ThatCannotBeWrittenDoesNotFailTheTraining()
    {
        Assert.Equal(0, await Run(run =>
        {
            run.Report.AddNote("x");
            Directory.CreateDirectory(_folder.Path("output/report.json"));
        }));
        Assert.Equal(["report.json"], Directory.EnumerateFileSystemEntries(_folder.Path("output"), "*report*").Select(Path.GetFileName));
    }

    private JsonElement Read() => JsonDocument.Parse(File.ReadAllText(_folder.Path("report.json"))).RootElement;

    private Task<int> Run(Action<TrainingRun> train) => TrainingProgram.RunAsync(
        run =>
        {
            train(run);
            return Task.CompletedTask;
        },
        _folder.Environment(), new FakeAccelerator(), TextWriter.Null);
}
