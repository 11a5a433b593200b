namespace ContainerTrain.Runtime.Tests;

/// <summary>Checkpoints on a file system without space: a container's shared memory, which is small enough to fill.</summary>
public sealed class FullDisks : IDisposable
{
    private const string SharedMemory = "/dev/shm";
    private const long SmallEnough = 128 << 20;
    private const int StateBytes = 4 << 20;

    private readonly TestFolder _folder = new();
    private readonly string _disk;

    public FullDisks()
    {
        Assert.SkipUnless(Directory.Exists(SharedMemory) && new DriveInfo(SharedMemory).TotalSize <= SmallEnough, $"{SharedMemory} is too large to fill here");
        _disk = Directory.CreateDirectory(Path.Join(SharedMemory, Guid.NewGuid().ToString("n"))).FullName;
    }

    public void Dispose()
    {
        _folder.Dispose();
        if (_disk is not null) // null where the constructor skipped
        {
            Directory.Delete(_disk, recursive: true);
        }
    }

    [Fact]
    public async Task LeaveEarlierCheckpointsWholeAndTheTrainingGoingOn()
    {
        var errors = await Train(exitCode: 0, stopAfter: null);

        Assert.Contains("warning CT4120: The checkpoint after epoch 2 was not written: No space left on device", errors, StringComparison.Ordinal);
        AssertOnlyTheFirstIsThere();
    }

    [Fact]
    public async Task EndAStoppedRunWithCT4120()
    {
        var errors = await Train(exitCode: 65, stopAfter: 2);

        Assert.Contains("error CT4120: The checkpoint after epoch 2 was not written: No space left on device", errors, StringComparison.Ordinal);
        AssertOnlyTheFirstIsThere();
    }

    private void AssertOnlyTheFirstIsThere()
    {
        Assert.Equal(["checkpoint-000001.json", "checkpoint-000001.zip"],
            Directory.EnumerateFiles(_disk, "checkpoint*").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
        Assert.Null(CheckpointStore.DamageOf(Assert.Single(new CheckpointStore(_disk).List())));
    }

    private async Task<string> Train(int exitCode, int? stopAfter)
    {
        using var errors = new StringWriter();
        Assert.Equal(exitCode, await TrainingProgram.RunAsync(
            run =>
            {
                run.Checkpoints.Track("state", new Noise());
                foreach (var epoch in run.Epochs(4))
                {
                    if (epoch.Number == 2)
                    {
                        Fill();
                    }

                    if (epoch.Number == stopAfter)
                    {
                        run.RequestStop();
                    }
                }

                return Task.CompletedTask;
            },
            _folder.Environment(("TRAIN_CHECKPOINT_DIR", _disk), ("TRAIN_CHECKPOINT_EVERY", "1")), new FakeAccelerator(), errors));
        return errors.ToString();
    }

    private void Fill()
    {
        using var file = new FileStream(Path.Join(_disk, "filler"), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            for (var block = new byte[1 << 16]; ;)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // Full: what the test needs.
        }
    }

    private sealed class Noise : ICheckpointState
    {
        public void Save(BinaryWriter writer)
        {
            var bytes = new byte[StateBytes];
            new Random(1).NextBytes(bytes);
            writer.Write(bytes);
        }

        public void Load(BinaryReader reader) => reader.ReadBytes(StateBytes);
    }
}
