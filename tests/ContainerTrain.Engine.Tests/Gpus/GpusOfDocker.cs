using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine.Tests;

/// <summary>What Docker makes of a request for GPUs, as NVIDIA's hook sees it.</summary>
public sealed class GpusOfDocker(DockerWithNvidiaHook docker) : RunnerScenario, IClassFixture<DockerWithNvidiaHook>
{
    private static readonly string Recommended = $"[RLIMIT_MEMLOCK, {ulong.MaxValue}] [RLIMIT_STACK, {64 << 20}]";

    protected override ITrainRunner Runner => new DockerRunner(docker.Connection);

    protected override Task<string?> ImageAsync() => Task.FromResult<string?>(docker.Image);

    protected override Task<IReadOnlyList<string>> LeftoversAsync() => Task.FromResult<IReadOnlyList<string>>([]);

    public override ValueTask InitializeAsync()
    {
        _ = docker.Connection; // skips where it cannot run
        return base.InitializeAsync();
    }

    [Theory]
    [InlineData("all", "all", null)]
    [InlineData("2", "0,1", "2")]
    [InlineData("device=3", "3", "1")]
    [InlineData("device=1,GPU-8ae02ab1-2b4f", "1,GPU-8ae02ab1-2b4f", "2")]
    public async Task ReachTheHookWithDevicesCapabilitiesAndEnvironment(string gpus, string visible, string? count)
    {
        var run = await RunAsync(run => run with { Gpus = gpus }, "report");

        Assert.Equal(RunReason.Succeeded, run.Outcome.Reason);
        var calls = docker.Hook.CallsOf(run.Folder.Id);
        // A daemon that may not raise limits refuses them after it has called the hook; the run then does without them.
        Assert.Contains(string.Join('|', calls.Select(each => string.Join(' ', each.Limits))), new[] { Recommended, $"{Recommended}|" });
        var call = calls[^1];
        Assert.Equal("prestart", call.Arguments);
        Assert.True(call.State.GetProperty("pid").GetInt32() > 0);
        var expected = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, new Dictionary<string, string>
        {
            ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8",
            ["NVIDIA_DRIVER_CAPABILITIES"] = "compute,utility",
            ["NVIDIA_VISIBLE_DEVICES"] = visible,
            ["TRAIN_DEVICE"] = "cuda",
            ["TRAIN_RUN_ID"] = run.Folder.Id,
        });
        Assert.Equal(count is null ? expected : expected.Add("TRAIN_GPU_COUNT", count), call.Variables);
        // The program sees the same.
        Assert.Equal(visible, run.Report.Environment["NVIDIA_VISIBLE_DEVICES"]);
        Assert.Equal(1L << 30, run.Report.SharedMemoryBytes);
    }

    [Fact]
    public async Task AreNotAskedForByARunOnTheCpu()
    {
        var run = await RunAsync(run => run with { Gpus = "none" }, "out=ran");

        Assert.Equal(["ran"], run.Stdout);
        Assert.Empty(docker.Hook.CallsOf(run.Folder.Id));
    }

    [Fact]
    public async Task ThatTheHookRefusesAreARunThatIsNotStarted()
    {
        using var refusing = docker.Hook.Refusing();
        var run = await RunAsync(run => run with { Gpus = "all" }, "out=ran");

        Assert.Equal((RunReason.NotStarted, 0), (run.Outcome.Reason, run.Lines.Count));
        Assert.Contains("recording hook: there is no driver", run.Outcome.Detail, StringComparison.Ordinal);
        var problem = Assert.Single(OutcomeProblems.Of(run.Outcome, Plan(run => run with { Gpus = "all" }).Run, run.Folder, []));
        Assert.Equal("CT3007", problem.Code.Id);
    }

    [Fact]
    public async Task AreFoundBeforeAnythingIsBuilt()
    {
        var choice = await ChooseAsync(docker.Connection);

        Assert.Equal(("cuda", null), (choice.Device, choice.Warning));
    }

    /// <summary>Nothing of the machine's own GPUs is known here; the engine alone is asked.</summary>
    internal static async Task<DeviceChoice> ChooseAsync(EngineConnection engine, string gpus = "all", bool isAuto = false)
    {
        Assert.True(GpuRequest.TryParse(gpus, hostHasGpu: false, out var request));
        using var project = new TestFolder();
        var plan = Dummy.Plan(Dummy.Inputs(project));
        return await new DeviceStep(new NoNvidiaSmi()).ChooseAsync(
            plan with { Run = plan.Run with { Gpus = request, GpusAreAuto = isAuto } }, new EngineChoice(engine, ""), Cancellation);
    }

    private sealed class NoNvidiaSmi : INvidiaSmi
    {
        public Task<ProgramAnswer?> RunAsync(ImmutableArray<string> arguments, CancellationToken cancellation) => Task.FromResult<ProgramAnswer?>(null);
    }
}

/// <summary>The machine's own Docker, where it has nothing to do with NVIDIA.</summary>
public sealed class DockerWithoutGpus(DockerEngine engine)
{
    [Fact]
    public async Task IsFoundOutWithCT3020BeforeAnythingIsBuilt()
    {
        await RequireNoGpuAsync();
        var images = (await ImagesAsync()).Count;

        var refused = await Assert.ThrowsAsync<ProblemException>(() => GpusOfDocker.ChooseAsync(engine.Connection, "2"));

        var problem = Assert.Single(refused.Problems);
        Assert.Equal("CT3020", problem.Code.Id);
        Assert.StartsWith($"TrainGpus=2 needs a GPU, and {engine.Connection.Describe()} gives a container none: ", problem.Message, StringComparison.Ordinal);
        Assert.Equal(images, (await ImagesAsync()).Count);
    }

    [Fact]
    public async Task IsTheCpuWithCT3027ForAuto()
    {
        await RequireNoGpuAsync();

        var choice = await GpusOfDocker.ChooseAsync(engine.Connection, isAuto: true);

        Assert.Equal(("cpu", "CT3027"), (choice.Device, choice.Warning?.Code.Id));
    }

    private async Task<IReadOnlyList<string>> ImagesAsync() =>
        [.. (await engine.Client.Images.ListImagesAsync(new Docker.DotNet.Models.ImagesListParameters { All = true }, TestContext.Current.CancellationToken))
            .Where(image => image.RepoTags?.Any(tag => tag.StartsWith("containertrain/gpu-probe", StringComparison.Ordinal)) == true).Select(image => image.ID)];

    private async Task RequireNoGpuAsync()
    {
        var info = await engine.Client.System.GetSystemInfoAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen(info.Runtimes?.ContainsKey("nvidia") == true || File.Exists("/usr/bin/nvidia-container-runtime-hook"), "this machine's Docker knows NVIDIA GPUs");
    }
}
