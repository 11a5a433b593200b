using System.Collections.Immutable;
using System.Globalization;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>
/// Finds engines where Docker's and Podman's own clients find them: the environment first, then Docker's current
/// context, then the usual sockets.
/// </summary>
public static class EngineLocator
{
    private const int PlainPort = 2375;
    private const int TlsPort = 2376;

    /// <summary>Where to look, in order. An explicit address is the only candidate of its kind.</summary>
    /// <exception cref="ProblemException">CT3006 if an address has a form that is not supported; CT3036, CT3037 for a context that is none.</exception>
    public static ImmutableArray<EngineEndpoint> Candidates(EngineKind wanted, EngineSettings settings) => wanted switch
    {
        EngineKind.Docker => [.. Docker(settings)],
        EngineKind.Podman => [.. Podman(settings)],
        EngineKind.Auto => [.. Docker(settings), .. Podman(settings)],
        _ => [],
    };

    /// <summary>The candidate with this address, with what its connections need; null if these settings name no such engine.</summary>
    internal static EngineEndpoint? Find(string address, EngineSettings settings)
    {
        // Nothing else has to be known of a socket.
        if (address.StartsWith("unix:", StringComparison.Ordinal))
            return new EngineEndpoint(EngineKind.Auto, new Uri(address), "");
        try
        {
            return Candidates(EngineKind.Auto, settings).FirstOrDefault(endpoint => endpoint.Address.OriginalString == address);
        }
        catch (ProblemException)
        {
            return null;
        }
    }

    /// <summary>Files that decide, beside the settings, where an engine is looked for.</summary>
    internal static ImmutableArray<string> FilesOf(EngineSettings settings)
    {
        var contexts = new DockerContexts(settings.DockerConfig);
        var config = Path.Join(settings.DockerConfig, "config.json");
        return settings.DockerHost.Length == 0 && contexts.Current(settings.DockerContext) is var (name, _) ? [config, contexts.FileOf(name)] : [config];
    }

    private static IEnumerable<EngineEndpoint> Docker(EngineSettings settings)
    {
        var tls = TlsOf(settings);
        if (settings.DockerHost.Length > 0)
            return [Endpoint(EngineKind.Docker, settings.DockerHost, "DOCKER_HOST", tls, settings)];
        var contexts = new DockerContexts(settings.DockerConfig);
        if (contexts.Current(settings.DockerContext) is var (name, origin))
        {
            var (host, tlsOfContext) = contexts.Read(name, origin);
            return [Endpoint(EngineKind.Docker, host, $"Docker context '{name}'", tlsOfContext, settings)];
        }
        // As Docker's client has it: who asks for TLS does not mean a socket.
        if (tls is not null)
            return [Endpoint(EngineKind.Docker, "tcp://localhost", tls.Origin, tls, settings)];
        return Sockets(EngineKind.Docker,
        [
            "/var/run/docker.sock",
            InRuntimeDirectory(settings, "docker.sock"),
            Path.Join(Path.GetDirectoryName(settings.DockerConfig), ".docker/run/docker.sock"),
            Path.Join(Path.GetDirectoryName(settings.DockerConfig), ".docker/desktop/docker.sock"),
        ]);
    }

    private static IEnumerable<EngineEndpoint> Podman(EngineSettings settings) =>
        settings.ContainerHost.Length > 0
            ? [Endpoint(EngineKind.Podman, settings.ContainerHost, "CONTAINER_HOST", tls: null, settings)]
            : Sockets(EngineKind.Podman, [InRuntimeDirectory(settings, "podman/podman.sock"), "/run/podman/podman.sock"]);

    private static EngineTls? TlsOf(EngineSettings settings)
    {
        var verify = settings.DockerTlsVerify.Length > 0;
        if (!verify && settings.DockerTls.Length == 0)
            return null;
        var folder = settings.DockerCertPath.Length > 0 ? settings.DockerCertPath : settings.DockerConfig;
        return EngineTls.InFolder(verify ? "DOCKER_TLS_VERIFY" : "DOCKER_TLS", folder, verify, needsCa: true);
    }

    private static string InRuntimeDirectory(EngineSettings settings, string name) =>
        settings.RuntimeDirectory.Length > 0 ? Path.Join(settings.RuntimeDirectory, name) : "";

    private static IEnumerable<EngineEndpoint> Sockets(EngineKind kind, IEnumerable<string> paths) =>
        paths.Where(path => path.Length > 0).Distinct().Select(path => new EngineEndpoint(kind, new Uri("unix://" + path), "usual socket"));

    private static EngineEndpoint Endpoint(EngineKind kind, string address, string origin, EngineTls? tls, EngineSettings settings)
    {
        // Docker's client takes host:port too.
        var text = !address.Contains("://", StringComparison.Ordinal) && address.IndexOf(':', StringComparison.Ordinal) > 0 ? "tcp://" + address : address;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || !text.Contains("://", StringComparison.Ordinal))
            throw Unsupported(origin, address);
        return uri switch
        {
            { Scheme: "unix" } => new EngineEndpoint(kind, uri, origin),
            { Scheme: "tcp" or "http", Host.Length: > 0, UserInfo.Length: 0 } => new EngineEndpoint(kind, WithPort(uri, tls is null ? PlainPort : TlsPort), origin) { Tls = tls },
            // A user who begins with a dash would be an option of ssh's; a password would be seen by everybody on the machine.
            { Scheme: "ssh", Host.Length: > 0, Query: "", Fragment: "" } when !uri.UserInfo.Contains(':', StringComparison.Ordinal) && !uri.UserInfo.StartsWith('-') =>
                new EngineEndpoint(kind, uri, origin) { Ssh = settings.Ssh },
            _ => throw Unsupported(origin, WithoutPassword(address, uri)),
        };
    }

    private static Uri WithPort(Uri uri, int port) =>
        uri.Port > 0 ? uri : new Uri(string.Create(CultureInfo.InvariantCulture, $"{uri.Scheme}://{uri.Host}:{port}"));

    private static string WithoutPassword(string address, Uri uri) =>
        uri.UserInfo.IndexOf(':', StringComparison.Ordinal) is var colon && colon >= 0
            ? address.Replace(uri.UserInfo, uri.UserInfo[..colon] + ":***", StringComparison.Ordinal)
            : address;

    private static ProblemException Unsupported(string origin, string address) => new(Codes.UnsupportedEndpoint.With(origin, address));
}
