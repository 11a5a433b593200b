namespace ContainerTrain.Runtime.Tests;

/// <summary>Trainings that end themselves before their last epoch.</summary>
public sealed class EndedTrainings : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly CountingProgram _program;

    public EndedTrainings() => _program = new CountingProgram(_folder);

    public void Dispose()
    {
        _program.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task FinishTheEpochAndSave()
    {
        var observer = new Ends();
        Assert.Equal(0, await _program.Train(10, EndIn(3), run => run.Observer = observer));

        Assert.Equal([1, 2, 3], _program.Epochs);
        Assert.Equal([1, 2, 3], observer.Epochs);
        Assert.Equal((3, false), (_program.Run!.EpochsDone, _program.Run.WasStopped));
        Assert.Equal(3, Assert.Single(new CheckpointStore(_program.Checkpoints).List()).Manifest!.Epoch);
        Assert.Equal("", _program.Errors);
    }

    [Fact]
    public async Task AreNotStoppedByARequestInTheSameEpoch()
    {
        Assert.Equal(0, await _program.Train(10, (run, epoch) =>
        {
            EndIn(3)(run, epoch);
            run.RequestStop();
        }, run => run.EndTraining("before the first epoch")));
        Assert.Empty(_program.Epochs);

        Assert.Equal(0, await _program.Train(10, (run, epoch) =>
        {
            EndIn(3)(run, epoch);
            if (epoch.Number == 3)
            {
                run.RequestStop();
            }
        }));
        Assert.Equal([1, 2, 3], _program.Epochs);
        Assert.False(_program.Run!.WasStopped);
    }

    [Fact]
    public async Task CountTheEpochsBeforeAResume()
    {
        await _program.Train(4);
        Assert.Equal(4, _program.Run!.EpochsDone);

        Assert.Equal(0, await _program.Resume(4));
        Assert.Equal(4, _program.Run.EpochsDone);
    }

    [Fact]
    public async Task AreWarnedWhereTheyLeaveTheLoopInstead()
    {
        Assert.Equal(0, await Leave(run => run.Checkpoints.Track("nothing", () => 0, _ => { }), out var errors));
        Assert.StartsWith("warning: the loop over run.Epochs was left after 1 whole epochs, so the end of the training is in no checkpoint.", errors.ToString(), StringComparison.Ordinal);

        Assert.Equal(0, await Leave(_ => { }, out errors));
        Assert.Equal("", errors.ToString());
    }

    private Task<int> Leave(Action<TrainingRun> begin, out StringWriter errors) => TrainingProgram.RunAsync(
        run =>
        {
            begin(run);
            foreach (var epoch in run.Epochs(10))
            {
                if (epoch.Number == 2)
                {
                    break;
                }
            }

            return Task.CompletedTask;
        },
        _folder.Environment(), new FakeAccelerator(), errors = new StringWriter());

    private static Action<TrainingRun, Epoch> EndIn(int number) => (run, epoch) =>
    {
        if (epoch.Number == number)
        {
            run.EndTraining("It has converged.");
        }
    };

    private sealed class Ends : IEpochObserver
    {
        public List<int> Epochs { get; } = [];

        public void Began(int first, int total)
        {
        }

        public void Ended(int epoch) => Epochs.Add(epoch);

        public void Done()
        {
        }
    }
}
