using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>An address where a container engine may answer.</summary>
/// <param name="Kind">Docker or Podman.</param>
/// <param name="Address"><c>unix:///path</c>, <c>tcp://host:port</c> or <c>http://host:port</c>.</param>
/// <param name="Origin">Who named it: <c>DOCKER_HOST</c>, a context, or the usual place.</param>
public sealed record EngineEndpoint(EngineKind Kind, Uri Address, string Origin)
{
    public bool IsUnix => Address.Scheme == "unix";

    public override string ToString() => $"{Address.OriginalString} ({Origin})";
}

/// <summary>What of the host's environment decides where engines are looked for.</summary>
/// <param name="DockerHost">The variable DOCKER_HOST, empty if not set.</param>
/// <param name="ContainerHost">The variable CONTAINER_HOST, Podman's own, empty if not set.</param>
/// <param name="DockerConfig">The folder of Docker's client configuration, absolute.</param>
/// <param name="RuntimeDirectory">The variable XDG_RUNTIME_DIR, empty if not set.</param>
public sealed record EngineSettings(string DockerHost, string ContainerHost, string DockerConfig, string RuntimeDirectory);
