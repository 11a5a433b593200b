using ContainerTrain.Outcome;

namespace ContainerTrain.Engine.Tests;

/// <summary>An NVIDIA GPU that is really there; elsewhere these tests skip.</summary>
public sealed class RealGpu(DockerEngine engine) : RunnerScenario
{
    protected override ITrainRunner Runner => new DockerRunner(engine.Connection);

    protected override async Task<string?> ImageAsync() => (await engine.DummyImageAsync()).Id;

    protected override Task<IReadOnlyList<string>> LeftoversAsync() => Task.FromResult<IReadOnlyList<string>>([]);

    [Fact]
    public async Task IsReadWithItsDriverAndCapability()
    {
        var gpu = (await RequireAsync()).Devices[0];

        Assert.StartsWith("GPU-", gpu.Uuid, StringComparison.Ordinal);
        Assert.Matches(@"^[0-9]+\.[0-9.]+$", gpu.Driver);
        Assert.Matches(@"^([0-9]+\.[0-9]+)?$", gpu.Capability);
    }

    [Fact]
    public async Task IsSeenInAContainerOfARun()
    {
        await RequireAsync();
        _ = engine.Connection; // skips without an engine
        var run = await RunAsync(run => run with { Gpus = "all" }, "report", "read=/proc/driver/nvidia/version");

        Assert.True(run.Outcome.Reason == RunReason.Succeeded, run.ToString());
        Assert.Contains("read /proc/driver/nvidia/version", run.Stdout);
    }

    private static async Task<HostGpus> RequireAsync()
    {
        var host = await HostGpus.ReadAsync(new NvidiaSmi(), Cancellation);
        Assert.SkipWhen(host.Devices.IsEmpty, "this machine has no NVIDIA GPU that nvidia-smi lists");
        return host;
    }
}
