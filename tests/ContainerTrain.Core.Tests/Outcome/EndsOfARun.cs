using System.Collections.Immutable;
using System.Text.Json;
using ContainerTrain.Diagnostics;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

public sealed class TheEndOfARun : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 17, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _project = new();
    private readonly RunFolder _folder;

    public TheEndOfARun() => _folder = RunFolder.Create(_project.At("runs"), Start);

    public void Dispose() => _project.Dispose();

    [Fact]
    public void ThatSucceededIsNoProblem()
    {
        _project.Write($"runs/{_folder.Id}/problems.json", """[{"code":"CT4101","message":"from before"}]""");
        Assert.Empty(Problems(RunReason.Succeeded, 0));
    }

    [Fact]
    public void ThatSucceededHasTheWarningsOfTheProgram()
    {
        _project.Write($"runs/{_folder.Id}/problems.json", """[{"code":"CT4111","message":"It was cut."},{"code":"CT4101","message":"from before"}]""");
        Assert.Equal("CT4111: It was cut.", Assert.Single(Problems(RunReason.Succeeded, 0)).ToString());
    }

    [Fact]
    public void AtALossThatIsNotFiniteIsCT4012Alone()
    {
        _project.Write($"runs/{_folder.Id}/problems.json", """[{"code":"CT4012","message":"Metric 'a' is NaN."}]""");
        Assert.Equal("CT4012: Metric 'a' is NaN.", Assert.Single(Problems(RunReason.Failed, 65, "last words")).ToString());
        Assert.Equal(["CT4012", "CT4003"], Problems(RunReason.TimedOut, 65).Select(problem => problem.Code.Id));
    }

    [Fact]
    public void WithWarningsOnlyStillHasTheLastLines()
    {
        _project.Write($"runs/{_folder.Id}/problems.json", """[{"code":"CT4111","message":"It was cut."}]""");
        Assert.EndsWith("last words", Problems(RunReason.Failed, 3, "last words")[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ThatFailedIsCT4001WithTheLastLines() => Assert.Equal(
        $"CT4001: Training ended with exit code 3 after 12.3 s. Log: '{_folder.Log}'. Last lines:\n    a\n    b",
        Assert.Single(Problems(RunReason.Failed, 3, "a", "b")).ToString());

    [Fact]
    public void ThatPrintedNothingHasNoLastLines() =>
        Assert.EndsWith($"Log: '{_folder.Log}'.", Assert.Single(Problems(RunReason.Failed, 1)).Message, StringComparison.Ordinal);

    [Fact]
    public void ForLackOfMemoryIsCT4002()
    {
        Assert.StartsWith(
            "CT4002: The kernel ended the training for using more memory than TrainMemory=2.1 GB after 12.3 s.",
            Assert.Single(Problems(RunReason.OutOfMemory, 137, Given.RunPlan with { Memory = 2L << 30 })).ToString(), StringComparison.Ordinal);
        Assert.Contains("more memory than the host has after", Assert.Single(Problems(RunReason.OutOfMemory, 137)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ForLackOfTimeIsCT4003() => Assert.StartsWith(
        "CT4003: Training was stopped because TrainTimeout=1 h 30 min had passed.",
        Assert.Single(Problems(RunReason.TimedOut, 143, Given.RunPlan with { Timeout = TimeSpan.FromMinutes(90) })).ToString(), StringComparison.Ordinal);

    [Fact]
    public void ThatWasCanceledIsCT4004() => Assert.Equal(
        $"CT4004: Training was canceled after 12.3 s. Log: '{_folder.Log}'.", Assert.Single(Problems(RunReason.Canceled, 143, "a")).ToString());

    [Fact]
    public void ByASignalIsCT4005() =>
        Assert.StartsWith("CT4005: Training was ended by signal 11 after 12.3 s.", Assert.Single(Problems(RunReason.Killed, 139)).ToString(), StringComparison.Ordinal);

    [Fact]
    public void WithoutThePromisedDeviceIsCT4010AfterTheProgramsOwnWords()
    {
        _project.Write($"runs/{_folder.Id}/problems.json", """[{"code":"CT4108","message":"torch sees 1 CUDA device here."}]""");
        var run = Given.RunPlan with { Gpus = new GpuRequest(2, []) };
        var outcome = OutcomeProblems.Explained(new RunOutcome(RunReason.Failed, 65, Start, Start), run, _folder);
        Assert.Equal((RunReason.DeviceMissing, 65), (outcome.Reason, outcome.ExitCode));
        Assert.Equal(
            [
                "CT4108: torch sees 1 CUDA device here.",
                $"CT4010: The program was promised cuda (TrainGpus=2), did not find it and ended before its first step. Log: '{_folder.Log}'.",
            ],
            OutcomeProblems.Of(outcome, run, _folder, ["last line"]).Select(problem => problem.ToString()));
    }

    [Fact]
    public void OfAnEngineThatDidNotStopItSaysThatTheContainerMayBeThere() => Assert.Equal(
        $"CT4004: Training was canceled after 0 ms. Log: '{_folder.Log}'. The engine did not remove the container 'train-{_folder.Id}' (it hangs): it may still be running.",
        Assert.Single(OutcomeProblems.Of(new RunOutcome(RunReason.Canceled, -1, Start, Start, "it hangs") { IsLeftRunning = true }, Given.RunPlan, _folder, [])).ToString());

    [Theory]
    [InlineData(RunReason.Failed, true, RunReason.DiskFull)]
    [InlineData(RunReason.Killed, true, RunReason.DiskFull)]
    [InlineData(RunReason.Failed, false, RunReason.Failed)]
    [InlineData(RunReason.Succeeded, true, RunReason.Succeeded)]
    [InlineData(RunReason.Canceled, true, RunReason.Canceled)]
    public void OnAFullDiskIsForLackOfRoomIfItFailed(RunReason reason, bool isFull, RunReason explained) =>
        Assert.Equal(explained, OutcomeProblems.Explained(new RunOutcome(reason, 1, Start, Start), Given.RunPlan, _folder, _ => isFull).Reason);

    [Theory]
    [InlineData("CT4027", RunReason.NativeMissing)]
    [InlineData("CT4028", RunReason.DeviceLost)]
    public void WithACauseThatSaysAllIsThatCodeAlone(string code, RunReason reason)
    {
        _project.Write($"runs/{_folder.Id}/problems.json", $$"""[{"code":"{{code}}","message":"x"}]""");
        var outcome = OutcomeProblems.Explained(new RunOutcome(RunReason.Failed, 70, Start, Start), Given.RunPlan, _folder);
        Assert.Equal(reason, outcome.Reason);
        Assert.Equal($"{code}: x", Assert.Single(OutcomeProblems.Of(outcome, Given.RunPlan, _folder, ["last words"])).ToString());
    }

    [Fact]
    public void WithAnExceptionHasItsTypeAndTheLastLines()
    {
        _project.Write($"runs/{_folder.Id}/problems.json", """[{"code":"CT4029","message":"System.ArgumentException: x"}]""");
        var problems = Problems(RunReason.Failed, 70, "last words");
        Assert.Equal(["CT4029", "CT4001"], problems.Select(problem => problem.Code.Id));
        Assert.EndsWith("last words", problems[1].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RunReason.Failed, """[{"code":"CT4101","message":"x"}]""")]
    [InlineData(RunReason.Canceled, """[{"code":"CT4108","message":"x"}]""")]
    [InlineData(RunReason.Failed, "damaged")]
    public void WithAnotherProblemKeepsItsReason(RunReason reason, string problems)
    {
        _project.Write($"runs/{_folder.Id}/problems.json", problems);
        Assert.Equal(reason, OutcomeProblems.Explained(new RunOutcome(reason, 65, Start, Start), Given.RunPlan, _folder).Reason);
    }

    [Fact]
    public void BeforeItBeganIsCT4006() => Assert.Equal(
        "CT4006: The training program could not be started: no such file", Assert.Single(Problems(RunReason.NotStarted, -1, Given.RunPlan, "no such file")).ToString());

    [Fact]
    public void ThatNobodySawIsCT4007() => Assert.Equal(
        $"CT4007: The connection to the engine broke after 12.3 s: broken pipe. The container 'train-{_folder.Id}' may still be running.",
        Assert.Single(Problems(RunReason.EngineLost, -1, Given.RunPlan, "broken pipe")).ToString());

    [Fact]
    public void OfEveryKindButSuccessIsAnError()
    {
        foreach (var reason in Enum.GetValues<RunReason>().Where(reason => reason != RunReason.Succeeded))
            Assert.Contains(Problems(reason, 1), problem => problem.IsError && problem.Code.Id.StartsWith("CT", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, RunReason.Succeeded, null)]
    [InlineData(1, RunReason.Failed, null)]
    [InlineData(128, RunReason.Failed, null)]
    [InlineData(137, RunReason.Killed, 9)]
    [InlineData(139, RunReason.Killed, 11)]
    [InlineData(150, RunReason.Failed, null)]
    [InlineData(156, RunReason.Failed, null)]
    [InlineData(192, RunReason.Killed, 64)]
    [InlineData(193, RunReason.Failed, null)]
    [InlineData(255, RunReason.Failed, null)]
    [InlineData(-1, RunReason.Failed, null)]
    public void IsReadFromTheExitCode(int exitCode, RunReason reason, int? signal)
    {
        Assert.Equal(reason, RunOutcome.ReasonOf(exitCode));
        Assert.Equal(signal, new RunOutcome(reason, exitCode, Start, Start).Signal);
    }

    private ImmutableArray<Problem> Problems(RunReason reason, int exitCode, params string[] lines) =>
        OutcomeProblems.Of(new RunOutcome(reason, exitCode, Start, Start.AddSeconds(12.3)), Given.RunPlan, _folder, lines);

    private ImmutableArray<Problem> Problems(RunReason reason, int exitCode, RunPlan run, string detail = "") =>
        OutcomeProblems.Of(new RunOutcome(reason, exitCode, Start, Start.AddSeconds(12.3), detail), run, _folder, []);
}

public sealed class WhatAProgramReports : IDisposable
{
    private readonly TempFolder _project = new();
    private readonly RunFolder _folder;

    public WhatAProgramReports() => _folder = RunFolder.Create(_project.At("runs"), DateTimeOffset.UnixEpoch);

    public void Dispose() => _project.Dispose();

    [Fact]
    public void ComesFirstAndTakesThePlaceOfTheLastLines()
    {
        var problems = Read("""[{"code":"CT4104","message":"Column 'mpg' has 'x'."},{"code":"CT4103","message":"There is no column 'y'."}]""");
        Assert.Equal(["CT4104: Column 'mpg' has 'x'.", "CT4103: There is no column 'y'."], problems[..^1].Select(problem => problem.ToString()));
        Assert.Equal("CT4001", problems[^1].Code.Id);
        Assert.DoesNotContain("last words", problems[^1].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/train/data/cars.csv", "/home/me/cars.csv")]
    [InlineData("/train/data/set/2024/a.csv", "/home/me/data/2024/a.csv")]
    [InlineData("/train/data/set/special/a.csv", "/mnt/special/a.csv")]
    [InlineData("/train/data/settings.csv", "/train/data/settings.csv")]
    [InlineData("/train/data/volume/a.csv", "/train/data/volume/a.csv")]
    [InlineData("/somewhere/else", "/somewhere/else")]
    public void IsAboutTheFileOfTheHost(string inContainer, string onHost)
    {
        var run = Given.RunPlan with
        {
            Mounts =
            [
                new MountPlan(MountKind.Bind, "/home/me/cars.csv", "/train/data/cars.csv", true),
                new MountPlan(MountKind.Bind, "/home/me/data", "/train/data/set", true),
                new MountPlan(MountKind.Bind, "/mnt/special", "/train/data/set/special", true),
                new MountPlan(MountKind.Volume, "volume", "/train/data/volume", true),
            ],
        };
        var problem = Read($$"""[{"code":"CT4104","message":"m","file":"{{inContainer}}","line":12,"column":3}]""", run)[0];
        Assert.Equal(new SourceLocation(onHost, 12, 3), problem.Location);
    }

    [Theory]
    [InlineData("/train/output/model/x.json", "/model/x.json")]
    [InlineData("/train/checkpoints/1.dat", "/checkpoints/1.dat")]
    [InlineData("/train/config/hyperparameters.json", "/hyperparameters.json")]
    public void IsAboutTheFileOfTheRunFolder(string inContainer, string below) =>
        Assert.Equal(_folder.Path + below, Read($$"""[{"code":"CT4106","message":"m","file":"{{inContainer}}","line":null,"column":null}]""")[0].Location?.File);

    [Theory]
    [InlineData("null", "null", 0, 0)]
    [InlineData("7", "null", 7, 0)]
    [InlineData("\"7\"", "1.5", 0, 0)]
    public void MayHaveNoLine(string line, string column, int expectedLine, int expectedColumn) => Assert.Equal(
        new SourceLocation("/x", expectedLine, expectedColumn),
        Read($$"""[{"code":"CT4101","message":"m","file":"/x","line":{{line}},"column":{{column}}}]""")[0].Location);

    [Theory]
    [InlineData("""{"code":"MY1","message":"m"}""", "CT4100: MY1: m")]
    [InlineData("""{"code":"CT4199","message":"m"}""", "CT4100: CT4199: m")]
    [InlineData("""{"code":"CT1001","message":"m"}""", "CT4100: CT1001: m")]
    [InlineData("""{"message":"m"}""", "CT4100: m")]
    [InlineData("""{"code":7,"message":"m"}""", "CT4100: m")]
    [InlineData("""{"code":"CT4105","message":"has {0} and {x}"}""", "CT4105: has {0} and {x}")]
    [InlineData("""{"code":"CT4105"}""", "CT4105: No rows left")]
    [InlineData("{}", "CT4100: Problem reported by the training program")]
    public void HasACodeOfTheTable(string reported, string expected) => Assert.Equal(expected, Read($"[{reported}]")[0].ToString());

    [Theory]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[7]")]
    [InlineData("""[{"code":"CT4101","message":"m"}""")]
    public void InAFileThatCannotBeReadIsSaid(string text)
    {
        var problems = Read(text);
        Assert.StartsWith($"CT4100: '{_folder.Problems}' cannot be read: ", problems[0].ToString(), StringComparison.Ordinal);
        Assert.Equal("CT4001", problems[^1].Code.Id);
    }

    private ImmutableArray<Problem> Read(string json, RunPlan? run = null)
    {
        File.WriteAllText(_folder.Problems, json);
        return OutcomeProblems.Of(new RunOutcome(RunReason.Failed, 65, default, default), run ?? Given.RunPlan, _folder, ["last words"]);
    }
}

public sealed class TheRecordOfARun
{
    [Fact]
    public void IsReadableJson()
    {
        using var folder = new TempFolder();
        Record.Write(folder.At("run.json"));
        var text = File.ReadAllText(folder.At("run.json"));
        // The plan, which is the last, has its own tests.
        Snapshot.Matches(text[..text.IndexOf("\"plan\"", StringComparison.Ordinal)] + "…\n", "RunRecord", "txt");
    }

    [Fact]
    public void LeavesOutWhatIsNotKnownYet()
    {
        using var folder = new TempFolder();
        (Record with { Outcome = null, Image = null, Git = null }).Write(folder.At("run.json"));
        using var json = JsonDocument.Parse(File.ReadAllText(folder.At("run.json")));
        Assert.False(json.RootElement.TryGetProperty("outcome", out _));
        Assert.False(json.RootElement.TryGetProperty("image", out _));
        Assert.False(json.RootElement.TryGetProperty("git", out _));
    }

    [Fact]
    public void TakesThePlaceOfAnEarlierOne()
    {
        using var folder = new TempFolder();
        var file = folder.Write("run.json", new string('x', 100_000));
        Record.Write(file);
        Assert.StartsWith("{", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.Equal([file], Directory.EnumerateFiles(folder.Path));
    }

    private static RunRecord Record { get; } = new()
    {
        Id = "20261123-174409-kqzt",
        Project = "Demo.App",
        Outcome = new OutcomeRecord(RunReason.OutOfMemory, 137, 9, "CT4002", new DateTimeOffset(2026, 11, 23, 17, 45, 0, TimeSpan.Zero), "<killed> & 'gone'"),
        Engine = new EngineRecord(EngineKind.Docker, "28.5.2", "1.51", "unix:///var/run/docker.sock"),
        Image = new ImageRecord("sha256:1", ["demo.app:latest"], "containertrain/deps:2", "mcr.microsoft.com/dotnet/runtime:10.0-noble", "sha256:3"),
        Git = new GitRecord("0123456789abcdef", Dirty: true),
        Host = new HostRecord("host", "Debian GNU/Linux 13 (trixie)", "X64", 2, "10.0.1"),
        Device = "cpu",
        Seed = 42,
        Started = new DateTimeOffset(2026, 11, 23, 17, 44, 9, TimeSpan.Zero),
        Seconds = ImmutableSortedDictionary<string, double>.Empty.Add("train", 51.5).Add("image", 0),
        Artifacts = [new ArtifactRecord("model/weights.dat", 1_024, new string('0', 64))],
        Metrics = [new MetricRecord("val_rmse", 3.5, "mpg"), new MetricRecord("loss", null, null)],
        Problems = [new ProblemRecord("CT4002", "Out of memory.", "/src/Demo/data/cars.csv", 3)],
        Data = [new DataRecord("/train/data/cars.csv", "/src/Demo/data/cars.csv", new string('a', 64))],
        RerunOf = "20261123-174400-abcd",
        Plan = Given.Plan(Given.Run(run => run with { Hyperparameters = [Given.Item("rate", ("Value", "1e-3"))] })),
    };
}
