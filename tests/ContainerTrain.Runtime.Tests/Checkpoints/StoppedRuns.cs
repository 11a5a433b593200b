namespace ContainerTrain.Runtime.Tests;

public sealed class StoppedRuns : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly CountingProgram _program;

    public StoppedRuns() => _program = new CountingProgram(_folder);

    public void Dispose()
    {
        _program.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task EndTheEpochSaveAndExitWith75()
    {
        Assert.Equal(75, await _program.Train(10, StopIn(3)));
        Assert.True(_program.Run!.WasStopped);
        Assert.Equal([1, 2, 3], _program.Epochs);
        Assert.Equal(["checkpoint-000001.json", "checkpoint-000001.zip"], _program.Files());
    }

    [Fact]
    public async Task GoOnWhereTheyStopped()
    {
        await _program.Train(10, StopIn(3));

        Assert.Equal(0, await _program.Resume(5));
        Assert.Equal([1, 2, 3, 4, 5], _program.Epochs);
        Assert.Equal("", _program.Errors);
    }

    [Fact]
    public async Task CanBeStoppedAndGoOnAgainAndAgain()
    {
        Assert.Equal(75, await _program.Train(10, StopIn(1)));
        for (var epoch = 2; epoch < 10; epoch++)
        {
            Assert.Equal(75, await _program.Resume(10, StopIn(epoch)));
        }

        Assert.Equal(0, await _program.Resume(10));
        Assert.Equal(Enumerable.Range(1, 10), _program.Epochs);
    }

    [Fact]
    public async Task CanGoOnWithoutAnEpochDone()
    {
        Assert.Equal(75, await _program.Train(3, begin: run => run.RequestStop()));
        Assert.Empty(_program.Epochs);

        Assert.Equal(0, await _program.Resume(3));
        Assert.Equal([1, 2, 3], _program.Epochs);
    }

    [Fact]
    public async Task AreFinishedIfTheLastEpochWasInProgress()
    {
        Assert.Equal(0, await _program.Train(3, StopIn(3)));
        Assert.False(_program.Run!.WasStopped);
    }

    [Fact]
    public async Task ExitWith143IfNothingIsTracked()
    {
        using var errors = new StringWriter();
        var exitCode = await TrainingProgram.RunAsync(
            run =>
            {
                foreach (var epoch in run.Epochs(3))
                {
                    run.RequestStop();
                }

                return Task.CompletedTask;
            },
            _folder.Environment(), new FakeAccelerator(), errors);

        Assert.Equal(143, exitCode);
        Assert.False(Directory.Exists(_program.Checkpoints));
    }

    [Fact]
    public async Task ExitWith65IfTheCheckpointCannotBeWritten()
    {
        _folder.Write("output/checkpoints", "a file in the way");

        Assert.Equal(65, await _program.Train(10, StopIn(3)));
        Assert.Contains("error CT4120: The checkpoint after epoch 3 was not written", _program.Errors, StringComparison.Ordinal);
    }

    private static Action<TrainingRun, Epoch> StopIn(int number) => (run, epoch) =>
    {
        if (epoch.Number == number)
        {
            run.RequestStop();
        }
    };
}
