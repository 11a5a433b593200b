using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

/// <summary>Which run TrainResume means.</summary>
public sealed class ARunToGoOnFrom : IDisposable
{
    private readonly TempFolder _project = new();

    public void Dispose() => _project.Dispose();

    [Fact]
    public void IsNoneByDefault()
    {
        Make("20260101-000000-aaaa", "canceled");
        Assert.Null(Find(Given.Plan(Given.Inputs).Run.Resume));
    }

    [Fact]
    public void IsTheNewestThatDidNotSucceed()
    {
        Make("20260101-000000-aaaa", "canceled", epoch: 5);
        Make("20260102-000000-aaaa", "timedOut", epoch: 7);
        Make("20260103-000000-aaaa", "failed", epoch: null);
        Make("20260104-000000-aaaa", "canceled", epoch: 9, project: "Other");

        Assert.Equal(new ResumePoint("20260102-000000-aaaa", _project.At("runs/20260102-000000-aaaa/checkpoints"), 7), Find("auto"));
    }

    [Fact]
    public void IsNoneOnceANewerOneSucceeded()
    {
        Make("20260101-000000-aaaa", "canceled");
        Make("20260102-000000-aaaa", "succeeded");

        Assert.Null(Find("auto"));
    }

    [Fact]
    public void IsNoneWithoutRuns() => Assert.Null(Find("auto"));

    [Fact]
    public void MayHaveBeenKilledWithItsBuild()
    {
        Make("20260101-000000-aaaa", reason: null, epoch: 3);
        Assert.Equal(3, Find("auto")?.Epoch);
    }

    [Fact]
    public void IsNotOneThatIsGoingOn()
    {
        Make("20260101-000000-aaaa", "canceled", epoch: 2);
        Make("20260102-000000-aaaa", reason: null, epoch: 3);
        var metrics = _project.Write("runs/20260102-000000-aaaa/metrics.jsonl", "");
        // Another process has to have it: a process is not kept out by its own locks.
        using var other = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("python3",
            ["-c", "import fcntl,sys\nf=open(sys.argv[1],'r+')\nfcntl.lockf(f,fcntl.LOCK_EX,1,0)\nprint('locked',flush=True)\nsys.stdin.read()", metrics])
        { RedirectStandardOutput = true, RedirectStandardInput = true });
        Assert.SkipWhen(other is null, "no python3");
        Assert.Equal("locked", other!.StandardOutput.ReadLine());
        try
        {
            Assert.Equal(2, Find("auto")?.Epoch);
            Assert.StartsWith("CT1033: TrainResume is '20260102-000000-aaaa', and that run has not ended", Problem("20260102-000000-aaaa"), StringComparison.Ordinal);
        }
        finally
        {
            other.StandardInput.Close();
            other.WaitForExit();
        }

        Assert.Equal(3, Find("auto")?.Epoch);
        Assert.Equal(3, Find("20260102-000000-aaaa")?.Epoch);
    }

    [Fact]
    public void HasAWholeCheckpoint()
    {
        var run = Make("20260101-000000-aaaa", "canceled", epoch: 5);
        File.AppendAllText(Path.Join(run, "checkpoints", "checkpoint-000005.zip"), "more");
        Assert.Null(Find("auto"));
        Assert.Contains($"CT1031: TrainResume is '20260101-000000-aaaa', and that run has no whole checkpoint in '{run}/checkpoints'", Problem("20260101-000000-aaaa"), StringComparison.Ordinal);

        Checkpoint(run, 4);
        Assert.Equal(4, Find("auto")?.Epoch);
        Assert.Equal(4, Find("20260101-000000-aaaa")?.Epoch);
    }

    [Fact]
    public void CanBeNamedAlsoIfItSucceeded()
    {
        Make("20260101-000000-aaaa", "succeeded", epoch: 5);
        Assert.Equal(5, Find("20260101-000000-aaaa")?.Epoch);
    }

    [Fact]
    public void IsThere()
    {
        Make("20260101-000000-aaaa", "canceled");
        Assert.Equal(
            $"CT1030: TrainResume is '20260101-000000-aaab', and there is no such run in '{_project.At("runs")}'. Did you mean '20260101-000000-aaaa'?",
            Problem("20260101-000000-aaab"));
    }

    [Fact]
    public void IsOfThisProject()
    {
        Make("20260101-000000-aaaa", "canceled", project: "Other");
        Assert.Equal("CT1032: TrainResume is '20260101-000000-aaaa', which is a run of the project 'Other'; this is 'Demo'.", Problem("20260101-000000-aaaa"));
    }

    [Theory]
    [InlineData("atuo", "CT1001: TrainResume is 'atuo'", "Did you mean 'auto'?")]
    [InlineData("latest", "CT1001: TrainResume is 'latest'", "never, auto, the name of a run's folder")]
    [InlineData("../20260101-000000-aaaa", "CT1001: TrainResume is '../20260101-000000-aaaa'", "the name of a run's folder")]
    public void IsNamedByItsFolder(string resume, string expected, string more)
    {
        var problem = Assert.Single(PlanBuilder.Build(Given.Run(run => run with { Resume = resume })).Problems).ToString();
        Assert.StartsWith(expected, problem, StringComparison.Ordinal);
        Assert.Contains(more, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("5 m")]
    [InlineData("1.5h")]
    [InlineData("often")]
    public void NeedsAnIntervalThatTheProgramReads(string every) => Assert.Contains(
        $"TrainCheckpointEvery is '{every}'", Assert.Single(PlanBuilder.Build(Given.Run(run => run with { CheckpointEvery = every })).Problems).ToString(), StringComparison.Ordinal);

    [Fact]
    public void IsToldToTheProgram()
    {
        var run = Given.Plan(Given.Run(run => run with { Resume = "AUTO", CheckpointEvery = "10", CheckpointKeep = "2" })).Run;
        Assert.Equal("auto", run.Resume);
        var resumed = run with { Mounts = run.Mounts.Add(new ResumePoint("a", "/runs/a/checkpoints", 1).Mount) };

        var inContainer = TrainEnvironment.Of(resumed, "b", TrainPaths.InContainer);
        Assert.Equal(("/train/resume", "10", "2"), (inContainer["TRAIN_RESUME_FROM"], inContainer["TRAIN_CHECKPOINT_EVERY"], inContainer["TRAIN_CHECKPOINT_KEEP"]));
        Assert.Equal("/runs/a/checkpoints", TrainEnvironment.Of(resumed, "b", new TrainPaths("d", "o", "c", "h"))["TRAIN_RESUME_FROM"]);
        Assert.Empty(DataFolder.Check(resumed));
        Assert.False(TrainEnvironment.Of(run, "b", TrainPaths.InContainer).ContainsKey("TRAIN_RESUME_FROM"));
    }

    [Fact]
    public void IsFoundOnceForARunThatIsDoneAgain()
    {
        Make("20260101-000000-aaaa", "canceled");
        var run = Given.Plan(Given.Inputs).Run with { OutputRoot = _project.At("runs"), Resume = "auto" };
        var resumed = run with { Mounts = run.Mounts.Add(ResumePoint.Find(run, "Demo")!.Mount) };

        Assert.Null(ResumePoint.Find(resumed, "Demo"));
    }

    [Fact]
    public void IsNamedWhereARunEndedEarly()
    {
        var folder = RunFolder.Create(_project.At("runs"), DateTimeOffset.UnixEpoch);
        var outcome = new RunOutcome(RunOutcome.ReasonOf(75), 75, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(5));
        Assert.Equal(RunReason.Stopped, outcome.Reason);
        var run = Given.Plan(Given.Run(run => run with { Timeout = "5" })).Run;

        Assert.Equal("CT4001", Assert.Single(OutcomeProblems.Of(outcome, run, folder, [])).Code.Id);
        Checkpoint(folder.Path, 12);
        var goOn = $"It saved a checkpoint after epoch 12 and can go on: TrainResume={folder.Id}.";
        foreach (var (reason, code) in new[] { (RunReason.Stopped, "CT4011"), (RunReason.Canceled, "CT4004"), (RunReason.TimedOut, "CT4003"), (RunReason.Killed, "CT4005") })
        {
            var problem = Assert.Single(OutcomeProblems.Of(outcome with { Reason = reason }, run, folder, []));
            Assert.Equal(code, problem.Code.Id);
            Assert.EndsWith(goOn, problem.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void MayHaveAProgramThatLivesWithAnError()
    {
        var folder = RunFolder.Create(_project.At("runs"), DateTimeOffset.UnixEpoch);
        File.WriteAllText(folder.Problems, """[{"code":"CT4120","message":"not written","isWarning":true},{"code":"CT4120","message":"not this either"}]""");
        var outcome = new RunOutcome(RunReason.Succeeded, 0, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

        var problem = Assert.Single(OutcomeProblems.Of(outcome, Given.Plan(Given.Inputs).Run, folder, []));
        Assert.Equal(("CT4120: not written", false), (problem.ToString(), problem.IsError));
    }

    private ResumePoint? Find(string resume) => ResumePoint.Find(Given.Plan(Given.Inputs).Run with { OutputRoot = _project.At("runs"), Resume = resume }, "Demo");

    private string Problem(string resume) => Assert.Single(Assert.Throws<ProblemException>(() => Find(resume)).Problems).ToString();

    private string Make(string id, string? reason, int? epoch = 1, string project = "Demo")
    {
        var outcome = reason is null ? "" : $$""", "outcome": { "reason": "{{reason}}" } """;
        var run = Path.GetDirectoryName(_project.Write($"runs/{id}/run.json", $$"""{ "project": "{{project}}" {{outcome}} }"""))!;
        if (epoch is { } done)
            Checkpoint(run, done);
        return run;
    }

    private static void Checkpoint(string run, int epoch)
    {
        var name = $"checkpoint-{epoch:D6}";
        Directory.CreateDirectory(Path.Join(run, "checkpoints"));
        File.WriteAllText(Path.Join(run, "checkpoints", name + ".zip"), "1234");
        File.WriteAllText(Path.Join(run, "checkpoints", name + ".json"), $$"""{ "sequence": {{epoch}}, "epoch": {{epoch}}, "file": "{{name}}.zip", "bytes": 4 }""");
    }
}
