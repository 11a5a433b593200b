using TorchSharp;

namespace ContainerTrain.Runtime.Tests;

public sealed class RunEnvironment : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void GivesEachSettingItsVariable()
    {
        using var run = TrainingRun.Start(
            new Dictionary<string, string>
            {
                ["TRAIN_RUN_ID"] = "20260131-120000-abcd",
                ["TRAIN_DATA_DIR"] = _folder.Path("d"),
                ["TRAIN_OUTPUT_DIR"] = _folder.Path("o"),
                ["TRAIN_CHECKPOINT_DIR"] = _folder.Path("c"),
                ["TRAIN_RESUME_FROM"] = _folder.Path("old"),
                ["TRAIN_DEVICE"] = "cuda",
                ["TRAIN_SEED"] = "-7",
                ["TRAIN_STOP_GRACE_SECONDS"] = "2.5",
            },
            new FakeAccelerator { Cuda = true });

        Assert.Equal("20260131-120000-abcd", run.RunId);
        Assert.Equal(_folder.Path("d"), run.DataDirectory);
        Assert.Equal(_folder.Path("o"), run.OutputDirectory);
        Assert.Equal(_folder.Path("o/model"), run.ModelDirectory);
        Assert.Equal(_folder.Path("c"), run.CheckpointDirectory);
        Assert.Equal(_folder.Path("old"), run.ResumeFrom);
        Assert.Equal(DeviceType.CUDA, run.Device.type);
        Assert.Equal(-7, run.Seed);
        Assert.Equal(TimeSpan.FromSeconds(2.5), run.StopGrace);
        Assert.True(Directory.Exists(run.ModelDirectory) && Directory.Exists(run.CheckpointDirectory));
    }

    [Fact]
    public void WithoutVariablesIsLocal()
    {
        var settings = RunSettings.Read(new Dictionary<string, string> { ["TRAIN_DEVICE"] = "", ["TRAIN_RESUME_FROM"] = "" });

        Assert.Equal("local", settings.RunId);
        Assert.Equal(Path.GetFullPath("data"), settings.DataDirectory);
        Assert.Equal(Path.GetFullPath("runs/local"), settings.OutputDirectory);
        Assert.Equal(Path.GetFullPath("runs/local/checkpoints"), settings.CheckpointDirectory);
        Assert.Null(settings.ResumeFrom);
        Assert.False(settings.UsesCuda);
        Assert.Equal(42, settings.Seed);
        Assert.Equal(TimeSpan.FromSeconds(120), settings.StopGrace);
    }

    [Fact]
    public void ReportsAllWrongSettingsAtOnce()
    {
        var problems = Problems.Of(() => RunSettings.Read(_folder.Environment(
            ("TRAIN_DEVICE", "tpu"), ("TRAIN_SEED", "1.5"), ("TRAIN_STOP_GRACE_SECONDS", "-1"))));

        Assert.Equal([ProblemCodes.DeviceMissing, ProblemCodes.HyperparameterInvalid, ProblemCodes.HyperparameterInvalid], problems.Select(p => p.Code));
        Assert.Contains("'tpu'; it must be 'cpu' or 'cuda'", problems[0].Message, StringComparison.Ordinal);
        Assert.Contains("TRAIN_SEED is '1.5'", problems[1].Message, StringComparison.Ordinal);
        Assert.Contains("'-1'", problems[2].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SeedsTorchWithTheVariableThenTheHyperparameterThenFortyTwo()
    {
        Assert.Equal(7, SeedOf(("TRAIN_SEED", "7"), ("TRAIN_HP_SEED", "8")));
        Assert.Equal(8, SeedOf(("TRAIN_HP_SEED", "8")));
        Assert.Equal(42, SeedOf());

        long? SeedOf(params (string, string)[] variables)
        {
            var accelerator = new FakeAccelerator();
            using var run = TrainingRun.Start(_folder.Environment(variables), accelerator);
            run.Hyperparameters.ThrowIfInvalid();
            Assert.Equal(run.Seed, accelerator.Seeded);
            return accelerator.Seeded;
        }
    }

    [Fact]
    public void WithoutThePromisedGpuFailsWithCT4108()
    {
        var problem = Assert.Single(Problems.Of(() => TrainingRun.Start(_folder.Environment(("TRAIN_DEVICE", "cuda")), new FakeAccelerator())));

        Assert.Equal("CT4108", problem.Code);
        Assert.Contains("TrainGpus=none", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2", 1, "TRAIN_GPU_COUNT is 2, as TrainGpus asks for, and torch sees 1 CUDA device here.")]
    [InlineData("1", 2, "torch sees 2 CUDA devices here.")]
    public void WithAnotherNumberOfGpusThanPromisedFailsWithCT4108(string promised, int seen, string message)
    {
        var accelerator = new FakeAccelerator { Cuda = true, Devices = seen };
        var problem = Assert.Single(Problems.Of(() => TrainingRun.Start(_folder.Environment(("TRAIN_DEVICE", "cuda"), ("TRAIN_GPU_COUNT", promised)), accelerator)));

        Assert.Equal("CT4108", problem.Code);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WithAGpuThatCannotComputeFailsWithCT4108AndTheReason()
    {
        var accelerator = new FakeAccelerator { Cuda = true, CudaFailure = "no kernel image is available for execution on the device." };
        var problem = Assert.Single(Problems.Of(() => TrainingRun.Start(_folder.Environment(("TRAIN_DEVICE", "cuda")), accelerator)));

        Assert.Equal("CT4108", problem.Code);
        Assert.Contains("the first computation on it failed: no kernel image is available for execution on the device. The driver", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cuda", true)]
    [InlineData("cpu", false)]
    public void ComputesOnTheGpuBeforeAnythingElseAndOnlyThere(string device, bool computes)
    {
        var accelerator = new FakeAccelerator { Cuda = true, Devices = 3 };
        using var run = TrainingRun.Start(_folder.Environment(("TRAIN_DEVICE", device)), accelerator);

        Assert.Equal(computes, accelerator.Computed);
    }

    [Theory]
    [InlineData("two")]
    [InlineData("0")]
    [InlineData("-1")]
    public void RefusesANumberOfGpusThatIsNone(string count) =>
        Assert.Contains($"TRAIN_GPU_COUNT is '{count}'", Assert.Single(Problems.Of(() => RunSettings.Read(_folder.Environment(("TRAIN_GPU_COUNT", count))))).Message, StringComparison.Ordinal);

    [Fact]
    public void WhereTorchDoesNotLoadFailsWithCT4108AndTheReason()
    {
        var accelerator = new FakeAccelerator { LoadFailure = "version `GLIBCXX_3.4.32' not found" };
        var problem = Assert.Single(Problems.Of(() => TrainingRun.Start(_folder.Environment(), accelerator)));

        Assert.Equal("CT4108", problem.Code);
        Assert.Contains(accelerator.LoadFailure, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void IsNotAskedForCudaOnTheCpu()
    {
        using var run = TrainingRun.Start(_folder.Environment(("TRAIN_DEVICE", "cpu")), new FakeAccelerator { Cuda = true });

        Assert.Equal(DeviceType.CPU, run.Device.type);
    }
}
