using System.Runtime.InteropServices;

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

    [Fact]
    public async Task ThatLeaveTheLoopThemselvesGoOnFromTheCheckpointBefore()
    {
        Assert.Equal(75, await Leave(("TRAIN_CHECKPOINT_EVERY", "1")));
        Assert.Equal(2, Assert.Single(new CheckpointStore(_program.Checkpoints).List(), entry => entry.Sequence == 2).Manifest!.Epoch);
        Assert.Equal(143, await Leave(("TRAIN_CHECKPOINT_EVERY", "never")));

        Task<int> Leave(params (string, string)[] variables) => TrainingProgram.RunAsync(
            run =>
            {
                run.Checkpoints.Track("nothing", () => 0, _ => { });
                foreach (var epoch in run.Epochs(10))
                {
                    if (epoch.Number == 3)
                    {
                        run.RequestStop();
                        break;
                    }
                }

                Assert.True(run.WasStopped);
                Assert.Equal(2, run.EpochsDone);
                return Task.CompletedTask;
            },
            _folder.Environment(variables), new FakeAccelerator(), TextWriter.Null);
    }

    [Fact]
    public async Task ThatThrowGoOnFromTheCheckpointBefore()
    {
        Action<TrainingRun, Epoch> cancel = (run, epoch) =>
        {
            StopIn(3)(run, epoch);
            run.StopRequested.ThrowIfCancellationRequested();
        };

        Assert.Equal(75, await _program.Train(10, cancel, null, ("TRAIN_CHECKPOINT_EVERY", "1")));
        Assert.Equal("The training was stopped in the middle of an epoch; it can go on from its last checkpoint.\n", _program.Errors);
        Assert.Equal(0, await _program.Resume(4));
        Assert.Equal([1, 2, 3, 4], _program.Epochs);

        Assert.Equal(143, await _program.Train(10, cancel, null, ("TRAIN_CHECKPOINT_EVERY", "never")));
        Assert.Equal("The training was stopped before it saved anything.\n", _program.Errors);
    }

    [Theory]
    [InlineData(PosixSignal.SIGTERM, PosixSignal.SIGINT)]
    [InlineData(PosixSignal.SIGINT, PosixSignal.SIGTERM)]
    public void EndAtOnceOnlyOnTheSecondCtrlC(PosixSignal first, PosixSignal second)
    {
        using var run = TrainingRun.Start(_folder.Environment(), new FakeAccelerator());

        Assert.True(Cancels(first));
        Assert.True(Cancels(second));
        Assert.True(run.StopRequested.IsCancellationRequested);
        Assert.True(Cancels(PosixSignal.SIGTERM));
        Assert.False(Cancels(PosixSignal.SIGINT));

        bool Cancels(PosixSignal signal)
        {
            var context = new PosixSignalContext(signal);
            run.RequestStop(context);
            return context.Cancel;
        }
    }

    private static Action<TrainingRun, Epoch> StopIn(int number) => (run, epoch) =>
    {
        if (epoch.Number == number)
        {
            run.RequestStop();
        }
    };
}
