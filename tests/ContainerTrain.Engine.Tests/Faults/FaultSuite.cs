using ContainerTrain.Plan;

namespace ContainerTrain.Engine.Tests.Faults;

/// <summary>Every fault that can happen on an engine, and what it must come to.</summary>
public abstract class FaultSuite(EngineKind kind, FaultImage? image, PrivateDocker? daemon = null)
{
    protected async Task RunAsync(string name)
    {
        daemon?.Require();
        if (image is not null)
            _ = image.Engine.Connection; // skips without an engine
        var fault = FaultTable.All.Single(fault => fault.Name == name);
        await using var scene = new FaultScene(kind, image, daemon);
        var ending = await fault.Act(scene);
        Assert.True(fault.ExpectedOn(kind) == ending.Text, $"{fault.ExpectedOn(kind)} was expected, not {ending.Text}: {ending.Words}\n{string.Join('\n', ending.Texts.TakeLast(5).Select(text => text.Length > 200 ? text[..200] : text))}");
        await FaultChecks.CheckAsync(scene, ending);
        ReliabilityPage.Seen(fault, kind, image is null ? "" : image.Engine.Connection.Version.Version, ending.Text);
    }
}

public sealed class FaultsOnDocker(DockerFaultImage image) : FaultSuite(EngineKind.Docker, image), IClassFixture<DockerFaultImage>
{
    public static TheoryData<string> Faults => FaultTable.On(EngineKind.Docker);

    [Theory(Explicit = true)]
    [MemberData(nameof(Faults))]
    public Task EndsAsTheTableSays(string fault) => RunAsync(fault);
}

public sealed class FaultsOfADaemon(PrivateDocker daemon) : FaultSuite(EngineKind.Docker, daemon.Image, daemon), IClassFixture<PrivateDocker>
{
    public static TheoryData<string> Faults => FaultTable.On(EngineKind.Docker, ownDaemon: true);

    [Theory(Explicit = true)]
    [MemberData(nameof(Faults))]
    public Task EndsAsTheTableSays(string fault) => RunAsync(fault);
}

public sealed class FaultsOnPodman(PodmanFaultImage image) : FaultSuite(EngineKind.Podman, image), IClassFixture<PodmanFaultImage>
{
    public static TheoryData<string> Faults => FaultTable.On(EngineKind.Podman);

    [Theory(Explicit = true)]
    [MemberData(nameof(Faults))]
    public Task EndsAsTheTableSays(string fault) => RunAsync(fault);
}

public sealed class FaultsInAProcess() : FaultSuite(EngineKind.Process, image: null)
{
    public static TheoryData<string> Faults => FaultTable.On(EngineKind.Process);

    [Theory(Explicit = true)]
    [MemberData(nameof(Faults))]
    public Task EndsAsTheTableSays(string fault) => RunAsync(fault);
}
