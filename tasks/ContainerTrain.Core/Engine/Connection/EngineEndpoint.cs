using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>An address where a container engine may answer.</summary>
/// <param name="Kind">Docker or Podman.</param>
/// <param name="Address"><c>unix:///path</c>, <c>tcp://host:port</c>, <c>http://host:port</c> or <c>ssh://[user@]host[:port][/socket]</c>.</param>
/// <param name="Origin">Who named it: <c>DOCKER_HOST</c>, a context, or the usual place.</param>
public sealed record EngineEndpoint(EngineKind Kind, Uri Address, string Origin)
{
    public bool IsUnix => Address.Scheme == "unix";

    public bool IsSsh => Address.Scheme == "ssh";

    /// <summary>With what a connection by TCP is encrypted; null: it is not.</summary>
    public EngineTls? Tls { get; init; }

    /// <summary>The program that makes connections by SSH.</summary>
    public string Ssh { get; init; } = EngineSettings.UsualSsh;

    public override string ToString() => $"{Address.OriginalString} ({Origin})";
}

/// <summary>What of the host's environment decides where engines are looked for.</summary>
/// <param name="DockerHost">The variable DOCKER_HOST, empty if not set; here and below.</param>
/// <param name="ContainerHost">The variable CONTAINER_HOST, Podman's own.</param>
/// <param name="DockerConfig">The folder of Docker's client configuration, absolute.</param>
/// <param name="RuntimeDirectory">The variable XDG_RUNTIME_DIR.</param>
public sealed record EngineSettings(string DockerHost, string ContainerHost, string DockerConfig, string RuntimeDirectory)
{
    internal const string UsualSsh = "ssh";

    /// <summary>The variable DOCKER_CONTEXT.</summary>
    public string DockerContext { get; init; } = "";

    /// <summary>The variable DOCKER_TLS_VERIFY: TLS, with a certificate that is checked. As for Docker's client, any value means yes.</summary>
    public string DockerTlsVerify { get; init; } = "";

    /// <summary>The variable DOCKER_TLS: TLS, with any certificate.</summary>
    public string DockerTls { get; init; } = "";

    /// <summary>The variable DOCKER_CERT_PATH: the folder of ca.pem, cert.pem and key.pem; empty for that of the client's configuration.</summary>
    public string DockerCertPath { get; init; } = "";

    /// <summary>The program that makes connections by SSH: a path, or a name on the search path.</summary>
    public string Ssh { get; init; } = UsualSsh;
}
