using System.Xml.Linq;
using ContainerTrain.Outcome;

namespace ContainerTrain.Tests;

public sealed class TheListOfRuns : IDisposable
{
    private readonly TempFolder _project = new();

    private string Root => _project.At("runs");

    public void Dispose() => _project.Dispose();

    [Fact]
    public void IsATableOfWhatTheyCameToAndWhatWasChanged()
    {
        Write("20261123-100000-aaaa", "0.1", 3.25);
        Write("20261123-110000-bbbb", "0.2", 3.5, ("momentum", "0.9"));
        Write("20261123-120000-cccc", "0.2", 3);
        Assert.Equal(
        [
            "run                   outcome    val_rmse  train_mse    time  device  commit     changed",
            "20261123-100000-aaaa  succeeded      3.25      11.46  51.5 s  cpu     01234567+",
            "20261123-110000-bbbb  succeeded       3.5      11.46  51.5 s  cpu     01234567+  learning_rate 0.1 → 0.2, momentum = 0.9",
            "20261123-120000-cccc  succeeded         3      11.46  51.5 s  cpu     01234567+  momentum not set any more (was 0.9)",
        ], RunList.Read(Root).Lines());
    }

    [Fact]
    public void HasHalfAndDamagedRunsToo()
    {
        Write("20261123-100000-aaaa", "0.1", 3.25);
        _project.Write("runs/20261123-101000-half/log.txt", "killed");
        _project.Write("runs/20261123-102000-torn/run.json", """{"id":"20261123-102000-to""");
        _project.Write("runs/20261123-103000-list/run.json", "[1,2]");
        (GivenRun.Record with { Id = "20261123-104000-open", Outcome = null, Metrics = [] }).Write(Folder("20261123-104000-open"));
        _project.Write("runs/20261123-105000-oldv/run.json", """{"id":"x","outcome":{"reason":"abducted"},"metrics":[{}],"plan":{"run":{"hyperparameters":{"rate":1}}}}""");
        _project.Write("runs/notes/todo.txt", "no run");
        Write("20261123-110000-bbbb", "0.2", 3.5);

        var list = RunList.Read(Root);
        Assert.Equal(["succeeded", "damaged", "damaged", "damaged", "unfinished", "failed", "succeeded"], list.Runs.Select(run => run.Outcome));
        Assert.Equal("it has no run.json", list.Changes[1]);
        Assert.StartsWith("its run.json cannot be read: ", list.Changes[2], StringComparison.Ordinal);
        Assert.StartsWith("its run.json cannot be read: ", list.Changes[3], StringComparison.Ordinal);
        Assert.Equal(8, list.Lines().Length);
        Assert.All(list.Lines(), line => Assert.DoesNotContain('\n', line));
    }

    [Fact]
    public void DoesNotCountTheLinkToTheNewest()
    {
        var folder = RunFolder.Create(Root, DateTimeOffset.UnixEpoch);
        Assert.Equal(folder.Id, Assert.Single(RunList.Read(Root).Runs).Id);
    }

    [Fact]
    public void SaysWhichAreReruns()
    {
        Write("20261123-100000-aaaa", "0.1", 3.25);
        (GivenRun.Record with { Id = "20261123-110000-bbbb", RerunOf = "20261123-100000-aaaa" }).Write(Folder("20261123-110000-bbbb"));
        Assert.Equal(["", "rerun of 20261123-100000-aaaa"], RunList.Read(Root).Changes);
    }

    [Fact]
    public void ShowsTheMetricsThatMostRunsHaveAndValidationFirst()
    {
        string[] names = ["train_a", "val_a", "loss", "train_b", "test_c"];
        foreach (var id in (string[])["20261123-100000-aaaa", "20261123-110000-bbbb"])
            (GivenRun.Record with { Metrics = [.. names.Select(name => new MetricRecord(name, 1, null))] }).Write(Folder(id));
        (GivenRun.Record with { Metrics = [new MetricRecord("loss", 1, null)] }).Write(Folder("20261123-120000-cccc"));
        Assert.Equal(["loss", "val_a", "test_c"], RunList.Read(Root).MetricNames);
    }

    [Fact]
    public void IsAPageThatLinksTheReports()
    {
        Write("20261123-100000-aaaa", "0.1", 3.25);
        Write("20261123-110000-bbbb", "<script>alert(1)</script>", 3.5);
        _project.Write("runs/20261123-110000-bbbb/report.html", "<p>");
        var lines = new Reports<string>();
        Assert.Empty(new RunsStep(Root).Run(lines));

        var text = File.ReadAllText(Path.Join(Root, "index.html"));
        Assert.DoesNotContain("<script", text, StringComparison.Ordinal);
        var page = XDocument.Parse(text);
        Assert.Equal(["20261123-110000-bbbb", "20261123-100000-aaaa"], page.Descendants("tr").Skip(1).Select(row => row.Elements("td").First().Value));
        Assert.Equal("20261123-110000-bbbb/report.html", Assert.Single(page.Descendants("a")).Attribute("href")!.Value);
        Assert.Contains("learning_rate 0.1 → <script>alert(1)</script>", page.Root!.Value, StringComparison.Ordinal);
        Assert.EndsWith(Path.Join(Root, "index.html"), lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void ThatCannotBeAPageIsCT4013()
    {
        Write("20261123-100000-aaaa", "0.1", 3.25);
        Directory.CreateDirectory(Path.Join(Root, "index.html"));
        Assert.Equal("CT4013", Assert.Single(new RunsStep(Root).Run(new Reports<string>())).Code.Id);
    }

    [Fact]
    public void MayBeEmpty()
    {
        var lines = new Reports<string>();
        Assert.Empty(new RunsStep(Root).Run(lines));
        Assert.Contains("There are no runs", Assert.Single(lines), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Root));
    }

    private string Folder(string id)
    {
        Directory.CreateDirectory(Path.Join(Root, id));
        return Path.Join(Root, id, "run.json");
    }

    private void Write(string id, string rate, double error, params (string Name, string Value)[] more)
    {
        var items = more.Append((Name: "learning_rate", Value: rate)).Select(pair => Given.Item(pair.Name, ("Value", pair.Value)));
        (GivenRun.Record with
        {
            Id = id,
            Metrics = [new MetricRecord("val_rmse", error, "mpg"), new MetricRecord("train_mse", 11.46, null)],
            Plan = Given.Plan(Given.Run(run => run with { Hyperparameters = [.. items] })),
        }).Write(Folder(id));
    }
}
