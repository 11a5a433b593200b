using System.Collections.Immutable;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

public sealed partial class TheReportOfARun : IDisposable
{
    private readonly TempFolder _project = new();
    private readonly RunFolder _folder;

    public TheReportOfARun() => _folder = RunFolder.Create(_project.At("runs"), DateTimeOffset.UnixEpoch);

    public void Dispose() => _project.Dispose();

    [Fact]
    public void ShowsEverythingThatIsKnownOfTheRun()
    {
        var page = Render(GivenRun.Record, GivenRun.Curve(300), GivenRun.ProgramReport);
        var text = page.Root!.Value;
        string[] expected =
        [
            "Demo.App", "20261123-174409-kqzt", "succeeded", "2026-11-23 17:44:09 UTC", "51.5 s", "cpu", "Docker 28.5.2", // head
            "Stopped before convergence.",
            "val_rmse", "3.5427", "mpg", "train_mse", "11.46",
            "intercept", "-14.5", "-14", "-0.5", "0.0357143", "weight", "-0.0067",
            "learning_rate", "1e-3", "epochs", "300",
            "sha256:1111111111", "mcr.microsoft.com/dotnet/runtime:10.0-noble", "0123456789abcdef0123456789abcdef01234567", "with changes that are not committed",
            "prepare", "0.25", "/train/data/cars.csv", "model/weights.dat", "Debian GNU/Linux 13 (trixie)",
            "predicted (mi/gal)", "training (2 of 1,000 rows)", "validation (1 rows)",
            "dotnet build -t:TrainRerun -p:TrainRunId=20261123-174409-kqzt",
        ];
        Assert.All(expected, what => Assert.Contains(what, text, StringComparison.Ordinal));
        Assert.DoesNotContain("Last lines of the log", text, StringComparison.Ordinal);
    }

    [Fact]
    public void AsksTheNetworkForNothing()
    {
        var page = Render(GivenRun.Record, GivenRun.Curve(50), GivenRun.ProgramReport);
        Assert.DoesNotContain(page.Descendants(), element => element.Name.LocalName is "script" or "link" or "img" or "iframe" or "object" or "image");
        Assert.DoesNotContain(
            page.Descendants().Attributes().Where(attribute => attribute.Name.LocalName is "href" or "src" or "style" or "clip-path"),
            attribute => attribute.Value.Contains("//", StringComparison.Ordinal));
        var style = page.Descendants("style").Single().Value;
        Assert.DoesNotContain("url(", style, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", style, StringComparison.Ordinal);
        Assert.DoesNotContain('>', style); // would be read as &gt; in a page
        Assert.Contains("default-src 'none'", page.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void DrawsTrainingAndValidationInOneChartWithBothScales()
    {
        var page = Render(GivenRun.Record, GivenRun.Curve(300));
        var chart = Assert.Single(Classed(page, "chart"));
        Assert.Equal("mse", chart.Element("h3")!.Value);
        Assert.Equal(["train_mse", "val_mse"], Assert.Single(Classed(page, "legend")).Elements("span").Select(span => span.Value));
        Assert.Equal(["linear", "log"], chart.Elements("input").Select(input => input.Attribute("class")!.Value));
        Assert.Equal("log", Assert.Single(chart.Elements("input"), input => input.Attribute("checked") is not null).Attribute("class")!.Value);
        foreach (var picture in (string[])["on-linear", "on-log"])
            Assert.Equal(["var(--s0)", "var(--s1)"], Curves(Assert.Single(Classed(page, picture))).Select(Stroke));
        Assert.Equal(4, page.Descendants("polyline").Count(line => Stroke(line).StartsWith("var(--s", StringComparison.Ordinal)));
    }

    [Fact]
    public void StartsWithTheLinearScaleWhereItShowsEnough() => Assert.Equal(
        "linear", Assert.Single(Render(GivenRun.Record, GivenRun.Curve(20)).Descendants("input"), input => input.Attribute("checked") is not null).Attribute("class")!.Value);

    [Fact]
    public void HasNoLogarithmicScaleForWhatIsNeverPositive() =>
        Assert.Empty(Render(GivenRun.Record, """{"step":1,"reward":-2}""" + "\n" + """{"step":2,"reward":0}""").Descendants("input"));

    [Fact]
    public void GivesEveryIdOnce()
    {
        var page = Render(GivenRun.Record, GivenRun.Curve(20) + """{"epoch":1,"a":1,"b":2}""", GivenRun.ProgramReport);
        var ids = page.Descendants().Attributes("id").Select(id => id.Value).ToArray();
        Assert.True(ids.Length > 10);
        Assert.Equal(ids.Distinct(), ids);
        var clips = page.Descendants().Attributes("clip-path").Select(clip => UrlOfId().Match(clip.Value).Groups[1].Value);
        Assert.All(clips, id => Assert.Contains(id, ids));
    }

    [Fact]
    public void HasNoColourThatADarkPageWouldHide()
    {
        var page = Render(GivenRun.Record, GivenRun.Curve(20), GivenRun.ProgramReport);
        var styles = page.Descendants("svg").Descendants().SelectMany(element => element.Attributes()).Select(attribute => attribute.Value).ToArray();
        Assert.DoesNotContain(styles, value => value.Contains("rgb(", StringComparison.Ordinal) || value.Contains("black", StringComparison.Ordinal) || value.Contains('#', StringComparison.Ordinal) && !value.Contains("url(#", StringComparison.Ordinal));
        Assert.Contains("prefers-color-scheme: dark", page.Descendants("style").Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void OfAFailureSaysWhatToDoAndShowsTheLastLines()
    {
        File.WriteAllLines(_folder.Log, Enumerable.Range(1, 500).Select(i => $"line {i}"));
        var text = Render(GivenRun.Record with
        {
            Outcome = GivenRun.Record.Outcome! with { Reason = RunReason.Failed, ExitCode = 65, Code = "CT4001" },
            Problems = [new ProblemRecord("CT4104", "Column 'mpg' has 'x'.", "/src/Demo/cars.csv", 3), new ProblemRecord("CT4001", "Training ended with exit code 65.", null, 0)],
        }).Root!.Value;
        string[] expected =
        [
            "failed", "CT4104", "Cell is not a number", "/src/Demo/cars.csv, line 3", "Column 'mpg' has 'x'.", Diagnostics.Codes.CellNotNumeric.Fix,
            "CT4001", "Training ended with exit code 65.", Diagnostics.Codes.TrainingFailed.Fix, "Last lines of the log", "line 500", "line 461",
        ];
        Assert.All(expected, what => Assert.Contains(what, text, StringComparison.Ordinal));
        Assert.DoesNotContain("line 460", text, StringComparison.Ordinal);
    }

    [Fact]
    public void OfAProgramThatLeftNothingIsAPageAllTheSame()
    {
        var page = Render(GivenRun.Record with { Image = null, Git = null, Metrics = [], Artifacts = [], Outcome = null });
        Assert.Empty(page.Descendants("svg"));
        Assert.Contains("unfinished", page.Root!.Value, StringComparison.Ordinal);
        Assert.Contains("a process of the host", page.Root!.Value, StringComparison.Ordinal);
        Assert.DoesNotContain("TrainRerun", page.Root!.Value, StringComparison.Ordinal);
    }

    /// <summary>Names and values come from a project file, a program and its files.</summary>
    [Fact]
    public void TakesNoTextForMarkup()
    {
        const string hostile = "</script></style><script>alert(1)</script><img src=x onerror=alert(1)>&amp;\" ' ]]> \u0000\u001b[31m\ud800";
        var inFile = hostile.Replace("\ud800", "", StringComparison.Ordinal);
        File.WriteAllText(_folder.Log, inFile);
        var json = System.Text.Json.JsonSerializer.Serialize(inFile);
        var plan = GivenRun.Record.Plan;
        var page = Render(
            GivenRun.Record with
            {
                Project = hostile,
                RerunOf = hostile,
                Outcome = GivenRun.Record.Outcome! with { Reason = RunReason.Failed },
                Problems = [new ProblemRecord(hostile, hostile, hostile, 1)],
                Metrics = [new MetricRecord(hostile, 1, hostile)],
                Artifacts = [new ArtifactRecord(hostile, 1, hostile)],
                Data = [new DataRecord(hostile, hostile, hostile)],
                Git = new GitRecord(hostile, true),
                Plan = plan with { Run = plan.Run with { Hyperparameters = plan.Run.Hyperparameters.Add(hostile, hostile), Arguments = [hostile] } },
            },
            $$"""{"step":1,{{json}}:1}""",
            $$"""{"schema":1,"target":{{json}},"targetUnit":{{json}},"metrics":[{"name":{{json}},"value":1,"unit":{{json}}}],"coefficients":[{"name":{{json}},"fitted":1,"unit":{{json}}}],"predictions":[{"set":{{json}},"rows":1,"actual":[1],"predicted":[1]}],"notes":[{{json}}]}""");
        Assert.Empty(page.Descendants("script"));
        Assert.Empty(page.Descendants("img"));
        Assert.Single(page.Descendants("style"));
        var shown = inFile.Replace('\u0000', '\ufffd').Replace('\u001b', '\ufffd');
        Assert.True(page.Descendants().Count(element => !element.HasElements && element.Value.Contains(shown, StringComparison.Ordinal)) > 15);
        Assert.Equal(shown, Assert.Single(page.Descendants("pre")).Value);
        Assert.Contains("&lt;script&gt;alert(1)", File.ReadAllText(_folder.Report), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", File.ReadAllText(_folder.Report), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"schema":2}""")]
    [InlineData("""{"schema":1,"metrics":[7]}""")]
    [InlineData("""{"schema":1,"metrics":[{"name":"a","val""")]
    public void SaysThatTheProgramsOwnPartCannotBeRead(string report) =>
        Assert.Contains("report.json could not be read: ", Render(GivenRun.Record, GivenRun.Curve(5), report).Root!.Value, StringComparison.Ordinal);

    [Theory]
    [InlineData("1e308", "-1e308")]
    [InlineData("1e150", "-1e150")]
    [InlineData("5e-324", "1e150")]
    [InlineData("0", "0")]
    [InlineData("-3", "-3")]
    [InlineData("123456789012345678", "123456789012345679")]
    [InlineData("1e-300", "2e-300")]
    [InlineData("null", "1")]
    public void DrawsNumbersOfAnySize(string first, string second)
    {
        Render(
            GivenRun.Record, $$"""{"step":1,"a":{{first}}}""" + "\n" + $$"""{"step":2,"a":{{second}}}""",
            $$"""{"schema":1,"predictions":[{"set":"s","rows":2,"actual":[{{first}},1],"predicted":[{{second}},1]}]}""");
        Assert.True(new FileInfo(_folder.Report).Length < 200_000);
    }

    [Fact]
    public void ThatCannotBeWrittenIsCT4013AndNoError()
    {
        Directory.CreateDirectory(_folder.Report);
        var problem = RunReport.TryWrite(_folder, GivenRun.Record, RunResults.Read(_folder));
        Assert.Equal("CT4013", problem?.Code.Id);
        Assert.False(problem!.IsError);
        Assert.Equal([_folder.Report], Directory.EnumerateFileSystemEntries(_folder.Path, "report*"));
    }

    [Fact]
    public void ThatCannotBeMadeIsCT4013Too() =>
        Assert.Equal("CT4013", RunReport.TryWrite(_folder, GivenRun.Record with { Problems = default }, RunResults.Read(_folder))?.Code.Id);

    private XDocument Render(RunRecord record, string metrics = "", string? report = null)
    {
        if (metrics.Length > 0)
            File.WriteAllText(_folder.Metrics, metrics);
        if (report is not null)
            File.WriteAllText(_folder.ProgramReport, report);
        Assert.Null(RunReport.TryWrite(_folder, record, RunResults.Read(_folder)));
        var text = File.ReadAllText(_folder.Report);
        Assert.StartsWith("<!DOCTYPE html>\n<html", text, StringComparison.Ordinal);
        return XDocument.Parse(text, LoadOptions.PreserveWhitespace);
    }

    private static ImmutableArray<XElement> Classed(XDocument page, string name) => [.. page.Descendants().Where(element => element.Attribute("class")?.Value == name)];

    private static IEnumerable<XElement> Curves(XElement picture) =>
        picture.Descendants("polyline").Where(line => line.Attribute("points")!.Value.Split(' ').Length > 20);

    private static string Stroke(XElement line) => StrokeStyle().Match(line.Attribute("style")?.Value ?? "").Groups[1].Value;

    [GeneratedRegex(@"stroke:([^;]+)")]
    private static partial Regex StrokeStyle();

    [GeneratedRegex(@"url\(#(.+)\)")]
    private static partial Regex UrlOfId();
}
