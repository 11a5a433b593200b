using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

public sealed class TwoRunsCompared
{
    [Fact]
    public void AreTheSameToTheLastBit()
    {
        var comparison = RunComparison.Of(GivenRun.Record, GivenRun.Record);
        Assert.Empty(comparison.Differences);
        Assert.Equal(
        [
            "  same       val_rmse: 3.5427 in both, to the last bit",
            "  same       train_mse: 11.46 in both, to the last bit",
            "  same       model/weights.dat: SHA-256 000000000000… in both",
        ], comparison.Lines);
    }

    [Fact]
    public void DifferInTheLastBit() => Assert.Equal(
        ["val_rmse (3.5427 and 3.5427000000000004, a relative difference of 1.3E-16)"],
        RunComparison.Of(GivenRun.Record, With(new MetricRecord("val_rmse", Math.BitIncrement(3.5427), null))).Differences);

    [Fact]
    public void DifferInTheSignOfZero() => Assert.Single(
        RunComparison.Of(With(new MetricRecord("val_rmse", 0, null)), With(new MetricRecord("val_rmse", -0.0, null))).Differences);

    [Fact]
    public void DifferInWhatOneDoesNotHave() => Assert.Equal(
        ["val_rmse (only in the first run)", "other (only in the second run)"],
        RunComparison.Of(GivenRun.Record, GivenRun.Record with { Metrics = [new MetricRecord("other", 1, null), GivenRun.Record.Metrics[1]] }).Differences);

    [Fact]
    public void DifferInAFileOfTheModelAndNoOther()
    {
        var again = GivenRun.Record with { Artifacts = [new ArtifactRecord("model/weights.dat", 1_024, new string('f', 64)), new ArtifactRecord("metrics.jsonl", 1, "x")] };
        Assert.Equal(["model/weights.dat (SHA-256 000000000000… and ffffffffffff…)"], RunComparison.Of(GivenRun.Record, again).Differences);
    }

    [Fact]
    public void AreTheSameWhereNeitherIsFinite()
    {
        var nothing = With(new MetricRecord("val_rmse", null, null));
        Assert.Empty(RunComparison.Of(nothing, nothing).Differences);
        Assert.Single(RunComparison.Of(nothing, GivenRun.Record).Differences);
    }

    private static RunRecord With(MetricRecord metric) => GivenRun.Record with { Metrics = [metric, GivenRun.Record.Metrics[1]] };
}

public sealed class ARerun : IDisposable
{
    private static readonly HostSettings Host = new(new EngineSettings("unix:///none/docker.sock", "", "/none", ""), "dotnet", new BuildCache("/none", false));

    private readonly TempFolder _project = new();

    private string Root => _project.At("runs");

    public void Dispose() => _project.Dispose();

    [Theory]
    [InlineData("20261123-174409-kqzz", " Did you mean '20261123-174409-kqzt'?")]
    [InlineData("", " The newest: 20261123-174409-kqzt.")]
    [InlineData("../../etc", " The newest: 20261123-174409-kqzt.")]
    public async Task OfAnUnknownRunIsCT1040(string id, string end)
    {
        Write(GivenRun.Record);
        Assert.Equal($"CT1040: TrainRunId is '{id}', and there is no such run in '{Root}'.{end}", (await Problem(id)).ToString());
    }

    [Fact]
    public async Task WithoutAnyRunIsCT1040() => Assert.EndsWith(" It has no runs.", (await Problem("latest")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task OfAProcessIsCT1042()
    {
        Write(GivenRun.Record with { Image = null });
        Assert.Equal("CT1042", (await Problem("latest")).Code.Id);
    }

    [Fact]
    public async Task WithoutItsEngineIsCT3001()
    {
        Write(GivenRun.Record);
        Assert.Equal("CT3001", (await Problem("20261123-174409-kqzt")).Code.Id);
    }

    [Fact]
    public async Task WithoutItsDataIsCT1004()
    {
        var plan = GivenRun.Record.Plan;
        Write(GivenRun.Record with { Plan = plan with { Run = plan.Run with { Mounts = [new MountPlan(MountKind.Bind, _project.At("gone.csv"), "/train/data/gone.csv", true)] } } });
        Assert.Equal("CT1004", (await Problem("latest")).Code.Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"id":"x","plan":{}}""")]
    public async Task OfADamagedRecordIsCT1044(string text)
    {
        _project.Write("runs/20261123-174409-kqzt/run.json", text);
        Assert.Equal("CT1044", (await Problem("latest")).Code.Id);
    }

    [Fact]
    public void ReadsTheRecordAsItWasWritten()
    {
        var file = Write(GivenRun.Record with { RerunOf = "20261123-174400-abcd", Problems = [new ProblemRecord("CT4001", "m", null, 0)] });
        var read = RunRecord.Read(file);
        read.Write(_project.At("again.json"));
        Assert.Equal(File.ReadAllText(file), File.ReadAllText(_project.At("again.json")));
        Assert.Equal(PlanJson.Write(GivenRun.Record.Plan), PlanJson.Write(read.Plan));
    }

    private string Write(RunRecord record)
    {
        var file = _project.Write($"runs/{record.Id}/run.json", "");
        record.Write(file);
        return file;
    }

    private async Task<Problem> Problem(string id)
    {
        var step = new RerunStep(Root, id, Host);
        return Assert.Single((await Assert.ThrowsAsync<ProblemException>(() => step.RunAsync(new Reports<string>(), TestContext.Current.CancellationToken))).Problems);
    }
}

public sealed class TheDigestOfData : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OfAFileIsItsSha256() =>
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Digest(_folder.Write("a.csv", "abc")));

    /// <summary>The expected value is what <c>sha256sum</c> prints for the list of two files.</summary>
    [Fact]
    public void OfAFolderIsThatOfItsList()
    {
        _folder.Write("set/b.csv", "abc");
        _folder.Write("set/a/c.csv", "");
        const string list = """
            e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a/c.csv
            ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b.csv

            """;
        Assert.Equal(Digest(_folder.Write("list", list)), Digest(_folder.At("set")));
    }

    [Fact]
    public void ChangesWithANameAndWithAContent()
    {
        _folder.Write("one/a.csv", "1");
        _folder.Write("two/a.csv", "2");
        _folder.Write("three/b.csv", "1");
        Assert.NotEqual(Digest(_folder.At("one")), Digest(_folder.At("two")));
        Assert.NotEqual(Digest(_folder.At("one")), Digest(_folder.At("three")));
    }

    [Fact]
    public void IsUnknownForTooManyFilesAndForNone()
    {
        for (var i = 0; i <= 10_000; i++)
            _folder.Write($"many/{i}", "");
        Assert.Null(Digest(_folder.At("many")));
        Assert.Null(Digest(_folder.At("missing")));
    }

    [Fact]
    public void IsTakenOfWhatTheProgramCannotWriteAlone()
    {
        var file = _folder.Write("a.csv", "abc");
        var run = Given.RunPlan with
        {
            Mounts =
            [
                new MountPlan(MountKind.Bind, file, "/train/data/a.csv", ReadOnly: true),
                new MountPlan(MountKind.Bind, file, "/train/data/b.csv", ReadOnly: false),
                new MountPlan(MountKind.Volume, "volume", "/train/data/c", ReadOnly: true),
            ],
        };
        Assert.Equal([("/train/data/a.csv", true), ("/train/data/b.csv", false)], DataFingerprint.Of(run, CancellationToken.None).Select(data => (data.Target, data.Sha256 is not null)));
    }

    private static string? Digest(string path) => DataFingerprint.Digest(path, CancellationToken.None);
}
