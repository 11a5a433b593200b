using ContainerTrain.Diagnostics;
using ContainerTrain.Engine.Tests;
using ContainerTrain.Plan;

[assembly: AssemblyFixture(typeof(RemoteDockerEngine))]

namespace ContainerTrain.Engine.Tests;

/// <summary>The machine's Docker as if it were another machine's: behind TLS.</summary>
public sealed class RemoteDockerEngine : ContainerEngine
{
    private readonly TlsProxy? _proxy;

    public RemoteDockerEngine()
        : this(Start())
    {
    }

    private RemoteDockerEngine(TlsProxy? proxy)
        : base(EngineKind.Docker, "required: ", proxy?.Settings) => _proxy = proxy;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _proxy?.Dispose();
    }

    /// <summary>Null where there is no Docker: the tests skip with its reason.</summary>
    private static TlsProxy? Start()
    {
        try
        {
            using var local = EngineSelector.Select(EngineKind.Docker, HostEnvironment.EngineSettings, CancellationToken.None).Connection!;
            return local.Endpoint.IsUnix ? new TlsProxy(local.Endpoint.Address.LocalPath) : null;
        }
        catch (ProblemException)
        {
            return null;
        }
    }
}
