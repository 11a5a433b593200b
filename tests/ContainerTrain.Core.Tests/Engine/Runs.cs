using ContainerTrain.Engine;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;
using Docker.DotNet.Models;

namespace ContainerTrain.Tests;

public sealed class TheEnvironmentOfATraining
{
    private static readonly TrainPaths Paths = new("/d", "/o", "/c", "/h.json");

    [Fact]
    public void TellsTheProgramItsRun() => Assert.Equal(
        [
            "TRAIN_CHECKPOINT_DIR=/c", "TRAIN_DATA_DIR=/d", "TRAIN_DEVICE=cpu", "TRAIN_HP_FILE=/h.json", "TRAIN_OUTPUT_DIR=/o",
            "TRAIN_RUN_ID=run-1", "TRAIN_SEED=42", "TRAIN_STOP_GRACE_SECONDS=120",
        ],
        Lines(Given.RunPlan));

    [Fact]
    public void HasEachHyperparameterAsAVariable()
    {
        var run = Given.Plan(Given.Run(r => r with { Hyperparameters = [Given.Item("learning-rate.max", ("Value", "1e-3")), Given.Item("Note", ("Value", ""))] })).Run;
        Assert.Contains("TRAIN_HP_LEARNING_RATE_MAX=1e-3", Lines(run));
        Assert.Contains("TRAIN_HP_NOTE=", Lines(run));
        Assert.Contains("TRAIN_HP_FILE=/h.json", Lines(run));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(500_000_000L, "1")]
    [InlineData(1_500_000_000L, "1")]
    [InlineData(4_000_000_000L, "4")]
    public void HasAThreadPerProcessorOfTheLimit(long? nanoCpus, string? threads) =>
        Assert.Equal(threads, TrainEnvironment.Of(Given.RunPlan with { NanoCpus = nanoCpus }, "run-1", Paths).GetValueOrDefault("OMP_NUM_THREADS"));

    [Fact]
    public void PromisesTheGpuWhereOneIsRequested() => Assert.Contains("TRAIN_DEVICE=cuda", Lines(Given.RunPlan with { Gpus = GpuRequest.All }));

    [Fact]
    public void RoundsTheGraceUpToSeconds() => Assert.Contains("TRAIN_STOP_GRACE_SECONDS=2", Lines(Given.RunPlan with { StopGrace = TimeSpan.FromSeconds(1.2) }));

    private static IEnumerable<string> Lines(RunPlan run) => TrainEnvironment.Of(run, "run-1", Paths).Select(pair => $"{pair.Key}={pair.Value}");
}

public sealed class AContainerOfARun : IDisposable
{
    private readonly TempFolder _project = new();

    public void Dispose() => _project.Dispose();

    [Fact]
    public void IsShutIn()
    {
        var host = Host(run => run);
        Assert.Equal(["ALL"], host.CapDrop);
        Assert.Equal(["no-new-privileges"], host.SecurityOpt);
        Assert.True(host.ReadonlyRootfs);
        Assert.Equal(["/tmp"], host.Tmpfs!.Keys);
    }

    [Fact]
    public void SeesItsDataAndItsRunFolder()
    {
        var host = Host(run => run with { Mounts = [new MountPlan(MountKind.Bind, "/data", "/train/data/x", true), new MountPlan(MountKind.Volume, "v", "/train/data/v", false)] });
        var folder = _project.At("runs/");
        Assert.Equal(
            [("bind", "/train/data/x", true), ("volume", "/train/data/v", false), ("bind", "/train/output", false), ("bind", "/train/checkpoints", false), ("bind", "/train/config/hyperparameters.json", true)],
            host.Mounts!.Select(mount => (mount.Type!.ToString().ToLowerInvariant(), mount.Target, mount.ReadOnly ?? false)));
        Assert.All(host.Mounts!.Skip(2), mount => Assert.StartsWith(folder, mount.Source!, StringComparison.Ordinal));
    }

    [Fact]
    public void HasTheLimits()
    {
        var host = Host(run => run with { Memory = 1 << 30, NanoCpus = 1_500_000_000, PidsLimit = 9, ShmSize = 1 << 20, Network = "host", ReadOnlyRootfs = false });
        Assert.Equal((1L << 30, 1L << 30, 1_500_000_000L, 9L, 1L << 20), (host.Memory, host.MemorySwap, host.NanoCPUs, host.PidsLimit, host.ShmSize));
        Assert.Equal(("host", false), (host.NetworkMode, host.ReadonlyRootfs));
    }

    [Fact]
    public void HasNoLimitsByDefault()
    {
        var host = Host(run => run);
        Assert.Equal((0L, 0L, 0L, null, 0L), (host.Memory, host.MemorySwap, host.NanoCPUs, host.PidsLimit, host.ShmSize));
        Assert.Empty(host.DeviceRequests!);
    }

    [Theory]
    [InlineData("all", -1, null)]
    [InlineData("2", 2, null)]
    [InlineData("device=0,GPU-1", 0, "0,GPU-1")]
    public void RequestsGpusByCountOrByNameNeverBoth(string gpus, int count, string? devices)
    {
        Assert.True(GpuRequest.TryParse(gpus, hostHasGpu: false, out var request));
        var device = Assert.Single(Host(run => run with { Gpus = request }).DeviceRequests!);
        Assert.Equal(count, device.Count);
        Assert.Equal(devices, device.DeviceIDs is null ? null : string.Join(',', device.DeviceIDs));
    }

    [Theory]
    [InlineData("all", "nvidia.com/gpu=all")]
    [InlineData("2", "nvidia.com/gpu=0,nvidia.com/gpu=1")]
    [InlineData("device=3,GPU-1", "nvidia.com/gpu=3,nvidia.com/gpu=GPU-1")]
    public void RequestsGpusFromPodmanByTheirCdiNames(string gpus, string names)
    {
        Assert.True(GpuRequest.TryParse(gpus, hostHasGpu: false, out var request));
        var host = Settings(run => run with { Gpus = request }, gpus: GpuWay.Cdi).HostConfig!;
        var device = Assert.Single(host.DeviceRequests!);
        Assert.Equal(("cdi", names), (device.Driver, string.Join(',', device.DeviceIDs!)));
    }

    [Fact]
    public void GetsTheArgumentsAfterThoseOfTheImage() =>
        Assert.Equal(["--default", "--mine", "a b"], Settings(run => run with { Arguments = ["--mine", "a b"] }, image => image with { Command = ["--default"] }).Cmd);

    [Fact]
    public void BelongsToTheUserOfTheBuild()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There, the engine maps owners itself.");
        Assert.Equal($"{Posix.EffectiveUserId()}:{Posix.EffectiveGroupId()}", Settings(run => run).User);
        Assert.Equal("0:0", Settings(run => run, rootless: true).User);
        Assert.Equal("7:7", Settings(run => run with { User = "7:7" }, rootless: true).User);
    }

    [Fact]
    public void HasAHomeThatCanBeWritten() => Assert.Contains("HOME=/tmp", Settings(run => run).Env!);

    private HostConfig Host(Func<RunPlan, RunPlan> run) => Settings(run).HostConfig!;

    private CreateContainerParameters Settings(Func<RunPlan, RunPlan> run, Func<ImagePlan, ImagePlan>? image = null, bool rootless = false, GpuWay gpus = GpuWay.NvidiaDriver)
    {
        var plan = Given.DefaultPlan with { Run = run(Given.RunPlan), Image = (image ?? (i => i))(Given.DefaultPlan.Image) };
        return ContainerSettings.For(new RunRequest(plan, RunFolder.Create(_project.At("runs"), DateTimeOffset.UnixEpoch), "sha256:1"), new EngineTraits(rootless, HasInit: true, gpus));
    }
}

public sealed class TheDataOfAProcess : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void IsAFolderOfLinks()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        var file = _folder.Write("cars.csv", "a\n1\n");
        _folder.Write("images/1.png", "x");
        string path;
        using (var data = DataFolder.Create(Run((file, "/train/data/cars.csv"), (_folder.At("images"), "/train/data/set/images"))))
        {
            path = data.Path;
            Assert.Equal("a\n1\n", File.ReadAllText(Path.Join(path, "cars.csv")));
            Assert.Equal("x", File.ReadAllText(Path.Join(path, "set/images/1.png")));
        }
        Assert.False(Directory.Exists(path));
        Assert.True(File.Exists(_folder.At("images/1.png")));
    }

    [Fact]
    public void IsTheFolderItselfWhereThatIsAllOfIt()
    {
        using (var data = DataFolder.Create(Run((_folder.Path, "/train/data"))))
            Assert.Equal(_folder.Path, data.Path);
        Assert.True(Directory.Exists(_folder.Path));
    }

    [Theory]
    [InlineData("/elsewhere", MountKind.Bind)]
    [InlineData("/train/database", MountKind.Bind)]
    [InlineData("/train/data/x", MountKind.Volume)]
    public void CannotLieElsewhereOrInAVolume(string target, MountKind kind)
    {
        var run = Given.RunPlan with { Mounts = [new MountPlan(kind, "source", target, true), new MountPlan(MountKind.Bind, "/x", "/train/data/y", true)] };
        var problem = Assert.Single(DataFolder.Check(run));
        Assert.Equal("CT3009", problem.Code.Id);
        Assert.StartsWith($"TrainEngine=process cannot place 'source' at '{target}'", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/train/data/set", "/train/data/set/more")]
    [InlineData("/train/data", "/train/data/more")]
    public void CannotLieInsideOtherData(string outer, string inner) =>
        Assert.Contains($"'{inner}'", Assert.Single(DataFolder.Check(Run(("/a", outer), ("/b", inner)))).Message, StringComparison.Ordinal);

    private static RunPlan Run(params (string Source, string Target)[] mounts) =>
        Given.RunPlan with { Mounts = [.. mounts.Select(mount => new MountPlan(MountKind.Bind, mount.Source, mount.Target, true))] };
}
