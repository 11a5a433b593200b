using System.Text.Json;
using ContainerTrain.Inputs;
using ContainerTrain.Outcome;

namespace ContainerTrain.Engine.Tests;

/// <summary>What a training program and its build may rely on, whichever engine runs it.</summary>
public abstract class TrainRunnerContract : RunnerScenario
{
    /// <summary>Where the program finds its folders: the values of the TRAIN_* variables that are paths.</summary>
    protected abstract IReadOnlyDictionary<string, string> PathsOf(RunFolder folder);

    /// <summary>Makes an empty file in the output folder that the running program sees.</summary>
    protected virtual void Place(RunFolder folder, string name) => File.WriteAllText(Path.Combine(folder.Path, name), "");

    /// <summary>A run whose program does not exist.</summary>
    protected abstract Task<Run> RunMissingProgramAsync();

    [Fact]
    public async Task ExitCodeZeroIsSuccess()
    {
        var run = await RunAsync("out=hello");

        Assert.Equal((RunReason.Succeeded, 0, null), (run.Outcome.Reason, run.Outcome.ExitCode, run.Outcome.Signal));
        Assert.True(run.Outcome.Finished >= run.Outcome.Started);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(125)]
    [InlineData(127)]
    [InlineData(255)]
    public async Task AnyOtherExitCodeIsAFailureWithThatCode(int code)
    {
        var run = await RunAsync($"exit={code}");

        Assert.Equal((RunReason.Failed, code, null), (run.Outcome.Reason, run.Outcome.ExitCode, run.Outcome.Signal));
    }

    [Fact]
    public async Task EveryLineOfALargeOutputArrivesInOrder()
    {
        const int count = 100_000;
        var run = await RunAsync($"lines={count}", $"err-lines={count}");

        var expected = Enumerable.Range(1, count).Select(i => $"line {i}").ToArray();
        Assert.Equal(expected, run.Stdout);
        Assert.Equal(expected, run.Stderr);
    }

    [Fact]
    public async Task EachOfTwoInterleavedStreamsKeepsItsOrder()
    {
        const int count = 2_000;
        var run = await RunAsync($"interleave={count}");

        Assert.Equal(Enumerable.Range(1, count).Select(i => $"out {i}"), run.Stdout);
        Assert.Equal(Enumerable.Range(1, count).Select(i => $"err {i}"), run.Stderr);
    }

    [Fact]
    public async Task ALineWithoutEndArrivesWhenTheProgramEnds()
    {
        var run = await RunAsync("out=whole", "partial=half", "partial=-done");

        Assert.Equal(["whole", "half-done"], run.Stdout);
    }

    [Fact]
    public async Task AVeryLongLineArrivesWithoutLoss()
    {
        const int length = 1_000_000;
        var run = await RunAsync($"long={length}", "out=after");

        Assert.Equal("after", run.Stdout[^1]);
        Assert.Equal(new string('x', length), string.Concat(run.Stdout.SkipLast(1)));
    }

    [Fact]
    public async Task BytesThatAreNoTextDoNotHarmTheLinesAround()
    {
        var run = await RunAsync("out=before", "hex=FFFE00C3280A", "out=ünïcode 漢字 🚂");

        Assert.Equal(("before", "ünïcode 漢字 🚂", 3), (run.Stdout[0], run.Stdout[^1], run.Stdout.Count));
    }

    [Fact]
    public async Task LinesArriveWhileTheProgramRuns()
    {
        // The program waits for a file that only its own first line makes appear: it ends because that line came live.
        var run = await RunAsync(
            unchanged => unchanged,
            (folder, line) =>
            {
                if (line == "ready")
                    Place(folder, "go");
            },
            Cancellation,
            "out=ready", "wait-for=go", "out=done");

        Assert.Equal(["ready", "done"], run.Stdout);
    }

    [Fact]
    public async Task TheFirstLineOfAShortProgramIsNeverLost()
    {
        for (var i = 0; i < 8; i++)
        {
            var run = await RunAsync("out=first", "exit=7");
            Assert.Equal((7, "first"), (run.Outcome.ExitCode, Assert.Single(run.Stdout)));
        }
    }

    [Fact]
    public async Task TheTrainVariablesAreExactlyThoseOfTheContract()
    {
        // Left over from elsewhere: it belongs to no run of this build.
        Environment.SetEnvironmentVariable("TRAIN_HP_LEFTOVER", "from the host");
        Directory.CreateDirectory(Project.Path("data"));
        var run = await RunAsync(
            run => run with
            {
                StopGrace = "90",
                Data = [Data("data", ("TargetPath", "/train/data"))],
                Hyperparameters = [Hyperparameter("learning-rate", "0.1"), Hyperparameter("seed", "7"), Hyperparameter("note", "ünïcode $HOME \"x\" 'y'")],
            },
            "report");

        var expected = new Dictionary<string, string>(PathsOf(run.Folder))
        {
            ["TRAIN_RUN_ID"] = run.Folder.Id,
            ["TRAIN_DEVICE"] = "cpu",
            ["TRAIN_SEED"] = "7",
            ["TRAIN_STOP_GRACE_SECONDS"] = "90",
            ["TRAIN_HP_LEARNING_RATE"] = "0.1",
            ["TRAIN_HP_SEED"] = "7",
            ["TRAIN_HP_NOTE"] = "ünïcode $HOME \"x\" 'y'",
        };
        var seen = run.Report.Environment.Where(variable => variable.Key.StartsWith("TRAIN_", StringComparison.Ordinal));
        Assert.Equal(expected.OrderBy(pair => pair.Key, StringComparer.Ordinal), seen.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task TheHyperparameterFileHasAllHyperparameters()
    {
        var run = await RunAsync(
            run => run with { Hyperparameters = [Hyperparameter("epochs", "3"), Hyperparameter("note", "ünïcode \"x\"")] },
            "show=TRAIN_HP_FILE");

        var file = JsonSerializer.Deserialize<Dictionary<string, string>>(run.Stdout[0])!;
        Assert.Equal(new Dictionary<string, string> { ["epochs"] = "3", ["note"] = "ünïcode \"x\"" }, file);
    }

    [Fact]
    public async Task DataIsReadableWhereTheProgramIsTold()
    {
        Project.Write("cars.csv", "mpg\n21\n");
        Project.Write("more data/ünï/x.csv", "x\n1\n");
        var run = await RunAsync(
            run => run with { Data = [Data("cars.csv"), Data("more data", ("TargetPath", "more/below"))] },
            "list-data");

        Assert.Equal(["cars.csv: 7 bytes", "more/below/ünï/x.csv: 4 bytes"], run.Stdout);
    }

    [Theory]
    [InlineData("two words", "", " ")]
    [InlineData("'single'", "\"double\"", "back\\slash", "\\")]
    [InlineData("$HOME", "$(id)", "`id`", "*", "a;b", "a&b|c>d")]
    [InlineData("ünïcode", "漢字", "🚂", "tab\there", "%20", "--flag=x")]
    public async Task ArgumentsArriveAsTheyAreWritten(params string[] arguments)
    {
        var run = await RunAsync(["report", "--", .. arguments]);

        Assert.Equal(arguments, run.Report.Arguments.Skip(2));
    }

    [Fact]
    public async Task WhatTheProgramWritesBelongsToTheUserOfTheBuild()
    {
        var run = await RunAsync("write=model.txt", "write=checkpoints/1.txt", "problems=[]");

        Assert.Equal(["wrote model.txt", "wrote checkpoints/1.txt"], run.Stdout);
        var owner = Owner.Of(Project.FullPath);
        Assert.All(Directory.EnumerateFiles(run.Folder.Path, "*", SearchOption.AllDirectories), file => Assert.Equal(owner, Owner.Of(file)));
    }

    [Fact]
    public async Task CancellationLetsTheProgramSaveItsWork()
    {
        var run = await RunAndCancelOnAsync("ready", run => run with { StopGrace = "60" }, "save-on-sigterm=saved.txt", "out=ready", "sleep");

        Assert.Equal(RunReason.Canceled, run.Outcome.Reason);
        Assert.Equal("saved\n", run.File("saved.txt"));
    }

    [Fact]
    public async Task AProgramThatIgnoresTheStopRequestIsKilledAfterTheGrace()
    {
        var run = await RunAndCancelOnAsync("ready", run => run with { StopGrace = "1" }, "ignore-sigterm", "out=ready", "sleep");

        Assert.Equal((RunReason.Canceled, 9), (run.Outcome.Reason, run.Outcome.Signal));
        Assert.Contains("SIGTERM ignored", run.Stdout);
    }

    [Fact]
    public async Task ACancellationBeforeTheStartRunsNothing()
    {
        using var canceled = new CancellationTokenSource();
        await canceled.CancelAsync();
        var run = await RunAsync(unchanged => unchanged, onLine: null, canceled.Token, "sleep=1000", "out=ran");

        Assert.Equal(RunReason.Canceled, run.Outcome.Reason);
        Assert.DoesNotContain("ran", run.Stdout);
    }

    [Fact]
    public async Task ACancellationAtAnyMomentLeavesNothing()
    {
        await ImageAsync();
        for (var milliseconds = 0; milliseconds < 400; milliseconds += 20)
        {
            using var soon = new CancellationTokenSource(milliseconds);
            var run = await RunAsync(run => run with { StopGrace = "1" }, onLine: null, soon.Token, "sleep");
            Assert.Equal(RunReason.Canceled, run.Outcome.Reason);
        }
        Assert.Empty(await LeftoversAsync());
    }

    [Fact]
    public async Task TheTimeoutStopsTheProgramWithTimeToSave()
    {
        var run = await RunAsync(run => run with { Timeout = "8", StopGrace = "60" }, "save-on-sigterm=saved.txt", "out=ready", "sleep");

        Assert.Equal(RunReason.TimedOut, run.Outcome.Reason);
        Assert.Equal("saved\n", run.File("saved.txt"));
    }

    [Fact]
    public async Task TheLongestTimeoutIsNoProblem()
    {
        var run = await RunAsync(run => run with { Timeout = "49d", StopGrace = "49d" }, "out=hello");

        Assert.Equal(RunReason.Succeeded, run.Outcome.Reason);
    }

    [Theory]
    [InlineData("segv", 11)]
    [InlineData("abort", 6)]
    [InlineData("raise=9", 9)]
    public async Task AProgramThatASignalEndsIsKilledByThatSignal(string step, int signal)
    {
        var run = await RunAsync("out=before", step, "out=after");

        Assert.Equal((RunReason.Killed, signal), (run.Outcome.Reason, run.Outcome.Signal));
        Assert.Equal("before", run.Stdout[0]);
        Assert.DoesNotContain("after", run.Stdout);
    }

    [Fact]
    public async Task AProgramThatDoesNotExistIsMissing()
    {
        var run = await RunMissingProgramAsync();

        // Where an init process starts the program, the container itself has started, and ends with an exit code that a
        // program may have too: 127 (Docker's tini), or 1 (Podman's catatonit).
        Assert.True(run.Outcome is { Reason: RunReason.ProgramMissing, Detail: ['\'', '/', 'n', 'o', '/', ..] }, run.ToString());
    }

    [Fact]
    public async Task AChildThatOutlivesTheProgramDoesNotHoldUpTheEnd()
    {
        var run = await RunAsync("orphan=600", "out=done", "exit=3");

        Assert.Equal((RunReason.Failed, 3), (run.Outcome.Reason, run.Outcome.ExitCode));
        Assert.Equal("done", run.Stdout[^1]);
    }

    [Fact]
    public async Task TwoRunsAtOnceDoNotMix()
    {
        var runs = await Task.WhenAll(RunAsync("report", "out=one", "exit=1"), RunAsync("report", "out=two", "exit=2"));

        Assert.Equal([1, 2], runs.Select(run => run.Outcome.ExitCode));
        Assert.Equal(["one", "two"], runs.Select(run => run.Stdout[^1]));
        Assert.All(runs, run => Assert.Equal(run.Folder.Id, run.Report.Environment["TRAIN_RUN_ID"]));
    }

    protected async Task<Run> RunAndCancelOnAsync(string line, Func<RunInputs, RunInputs> change, params string[] steps)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        return await RunAsync(change, (_, seen) => { if (seen == line) cancel.CancelAfter(TimeSpan.Zero); }, cancel.Token, steps);
    }

    protected static InputItem Hyperparameter(string name, string value) => Item(name, ("Value", value));

    protected static InputItem Data(string path, params (string Name, string Value)[] metadata) => Item(path, metadata);

    protected static InputItem Item(string include, params (string Name, string Value)[] metadata)
    {
        var item = new InputItem(include);
        return item with { Metadata = item.Metadata.AddRange(metadata.Select(m => KeyValuePair.Create(m.Name, m.Value))) };
    }
}
