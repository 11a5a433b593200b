using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>
/// Finds engines where Docker's and Podman's own clients find them: the environment first, then Docker's current
/// context, then the usual sockets.
/// </summary>
public static class EngineLocator
{
    /// <summary>Where to look, in order. An explicit address is the only candidate of its kind.</summary>
    /// <exception cref="ProblemException">CT3006 if an address has a scheme that is not supported.</exception>
    public static ImmutableArray<EngineEndpoint> Candidates(EngineKind wanted, EngineSettings settings) => wanted switch
    {
        EngineKind.Docker => [.. Docker(settings)],
        EngineKind.Podman => [.. Podman(settings)],
        EngineKind.Auto => [.. Docker(settings), .. Podman(settings)],
        _ => [],
    };

    private static IEnumerable<EngineEndpoint> Docker(EngineSettings settings)
    {
        if (settings.DockerHost.Length > 0)
            return [Endpoint(EngineKind.Docker, settings.DockerHost, "DOCKER_HOST")];
        if (ContextAddress(settings.DockerConfig) is var (name, address))
            return [Endpoint(EngineKind.Docker, address, $"Docker context '{name}'")];
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
            ? [Endpoint(EngineKind.Podman, settings.ContainerHost, "CONTAINER_HOST")]
            : Sockets(EngineKind.Podman, [InRuntimeDirectory(settings, "podman/podman.sock"), "/run/podman/podman.sock"]);

    private static string InRuntimeDirectory(EngineSettings settings, string name) =>
        settings.RuntimeDirectory.Length > 0 ? Path.Join(settings.RuntimeDirectory, name) : "";

    private static IEnumerable<EngineEndpoint> Sockets(EngineKind kind, IEnumerable<string> paths) =>
        paths.Where(path => path.Length > 0).Distinct().Select(path => new EngineEndpoint(kind, new Uri("unix://" + path), "usual socket"));

    private static EngineEndpoint Endpoint(EngineKind kind, string address, string origin)
    {
        if (Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "unix" or "tcp" or "http")
            return new EngineEndpoint(kind, uri, origin);
        throw new ProblemException(Codes.UnsupportedEndpoint.With(origin, address));
    }

    /// <summary>
    /// The address of the current context of Docker's client, if it is not the default one. The client stores a context
    /// under the SHA-256 of its name.
    /// </summary>
    private static (string Name, string Address)? ContextAddress(string config)
    {
        try
        {
            if (ReadString(Path.Join(config, "config.json"), "currentContext") is not { Length: > 0 } name || name == "default")
                return null;
            var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
            return ReadString(Path.Join(config, "contexts", "meta", id, "meta.json"), "Endpoints", "docker", "Host") is { } host
                ? (name, host)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // An unreadable client configuration is the client's problem: without it, the usual sockets are tried.
            return null;
        }
    }

    private static string? ReadString(string file, params ReadOnlySpan<string> path)
    {
        if (!File.Exists(file))
            return null;
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        var element = document.RootElement;
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }
        return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
    }
}
