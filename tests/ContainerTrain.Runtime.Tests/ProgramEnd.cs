using System.Text.Json;

namespace ContainerTrain.Runtime.Tests;

/// <summary>Alone: a signal reaches every run of this process.</summary>
[CollectionDefinition("signals", DisableParallelization = true)]
public sealed class Signals;

[Collection("signals")]
public sealed class ProgramEnd : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly StringWriter _errors = new();

    public void Dispose()
    {
        _errors.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task IsZeroAfterSuccess()
    {
        Assert.Equal(0, await Run(_ => { }));
        Assert.Empty(_errors.ToString());
        Assert.False(File.Exists(_folder.Path("output/problems.json")));
    }

    [Fact]
    public async Task Is65AfterProblemsWhichItPrintsAndWrites()
    {
        var exitCode = await Run(_ => throw new TrainingException(
            new TrainingProblem("CT4104", "Bad\ncell.", "/train/data/cars.csv", 12, 3),
            new TrainingProblem("CT4101", "No file.", "/train/data/x.csv"),
            new TrainingProblem("CT4109", "Bad row.", "a.csv", 4),
            new TrainingProblem("CT4106", "Bad value \"é\".")));

        Assert.Equal(65, exitCode);
        Assert.Equal(
            """
            /train/data/cars.csv(12,3): error CT4104: Bad cell.
            /train/data/x.csv: error CT4101: No file.
            a.csv(4): error CT4109: Bad row.
            error CT4106: Bad value "é".

            """,
            _errors.ToString());

        Assert.Contains("Bad value \\\"é\\\".", File.ReadAllText(_folder.Path("output/problems.json")), StringComparison.Ordinal);
        var problems = JsonDocument.Parse(File.ReadAllText(_folder.Path("output/problems.json"))).RootElement.EnumerateArray().ToArray();
        Assert.Equal(4, problems.Length);
        Assert.Equal(["code", "message", "file", "line", "column"], problems[0].EnumerateObject().Select(property => property.Name));
        Assert.Equal("Bad\ncell.", problems[0].GetProperty("message").GetString());
        Assert.Equal(12, problems[0].GetProperty("line").GetInt32());
        Assert.Equal(3, problems[0].GetProperty("column").GetInt32());
        Assert.Equal(["code", "message", "file"], problems[1].EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public async Task Is65WhenTheRunCannotEvenStart()
    {
        Assert.Equal(65, await Run(_ => { }, ("TRAIN_DEVICE", "cuda")));
        Assert.Contains("error CT4108", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("CT4108", File.ReadAllText(_folder.Path("output/problems.json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is70AfterAnythingElseWithTheWholeException()
    {
        Assert.Equal(70, await Run(_ => throw new InvalidOperationException("outer", new ArithmeticException("inner"))));
        Assert.Contains("outer", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("inner", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains(nameof(Is70AfterAnythingElseWithTheWholeException), _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForgetsTheProblemsOfAnEarlierRunInTheSameFolder()
    {
        _folder.Write("output/problems.json", "[]");

        Assert.Equal(0, await Run(_ => { }));
        Assert.False(File.Exists(_folder.Path("output/problems.json")));
    }

    [Fact]
    public async Task IsStill65WhereProblemsCannotBeWritten()
    {
        _folder.Write("output", "a file in the way");

        Assert.Equal(65, await Run(_ => { }, ("TRAIN_DEVICE", "tpu")));
        Assert.Contains("error CT4108", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("problems.json was not written", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is65AfterALossThatIsNotFinite()
    {
        Assert.Equal(65, await Run(run => run.Metrics.Log(3, ("loss", double.NaN))));
        Assert.StartsWith("error CT4012: Metric 'loss' is NaN in step 3", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("CT4012", File.ReadAllText(_folder.Path("output/problems.json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LeavesWarningsForTheBuild()
    {
        var metrics = _folder.Write("output/metrics.jsonl", "{\"st");

        Assert.Equal(0, await Run(_ => { }));
        Assert.StartsWith($"{metrics}: warning CT4111: ", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("CT4111", File.ReadAllText(_folder.Path("output/problems.json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LeavesTheFolderOfAnotherRunAlone()
    {
        var file = _folder.Write("output/problems.json", "of the other run");
        ProblemReport.In(_folder.Path("output"), _errors).Fail([new TrainingProblem("CT4112", "In use.")]);

        Assert.Equal("error CT4112: In use.\n", _errors.ToString());
        Assert.Equal("of the other run", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ComesAfterAStopRequestInsteadOfAtOnce()
    {
        var stopped = false;
        var exitCode = await Run(run =>
        {
            Assert.False(run.StopRequested.IsCancellationRequested);
            Terminate();
            stopped = run.StopRequested.WaitHandle.WaitOne(TimeSpan.FromSeconds(30));
        });

        Assert.True(stopped);
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public async Task Is143WhenAStopRequestMakesItGiveUp()
    {
        var exitCode = await Run(run =>
        {
            Terminate();
            run.StopRequested.WaitHandle.WaitOne(TimeSpan.FromSeconds(30));
            run.StopRequested.ThrowIfCancellationRequested();
        });

        Assert.Equal(143, exitCode);
    }

    [Fact]
    public async Task Is75WhenAStopRequestEndsTheEpochs()
    {
        var epochs = 0;
        var exitCode = await Run(run =>
        {
            run.Checkpoints.Track("epochs", () => epochs, value => epochs = value);
            foreach (var epoch in run.Epochs(3))
            {
                epochs++;
                Terminate();
                Assert.True(run.StopRequested.WaitHandle.WaitOne(TimeSpan.FromSeconds(30)));
            }
        });

        Assert.Equal((75, 1), (exitCode, epochs));
    }

    private static void Terminate()
    {
        using var kill = System.Diagnostics.Process.Start("/bin/sh", ["-c", $"kill -TERM {Environment.ProcessId}"]);
        kill.WaitForExit();
    }

    private Task<int> Run(Action<TrainingRun> train, params (string, string)[] variables) =>
        TrainingProgram.RunAsync(
            run =>
            {
                train(run);
                return Task.CompletedTask;
            },
            _folder.Environment(variables), new FakeAccelerator(), _errors);
}
