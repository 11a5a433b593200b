using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text.Json;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;
using Docker.DotNet;

namespace ContainerTrain.Engine;

/// <summary>What an engine says of itself.</summary>
/// <param name="Kind">By its own word: a Podman behind Docker's socket is a Podman.</param>
public sealed record EngineVersion(EngineKind Kind, string Version, string ApiVersion, string Platform);

/// <summary>A connection to an engine that has answered.</summary>
public sealed class EngineConnection : IDisposable
{
    private readonly Lazy<DockerClient> _docker;
    private readonly Lazy<HttpClient> _http;

    private EngineConnection(EngineEndpoint endpoint, EngineVersion version)
    {
        Endpoint = endpoint;
        Version = version;
        _http = new Lazy<HttpClient>(() => CreateHttpClient(endpoint));
        // Docker.DotNet does not negotiate, so it is pinned to what the engine speaks. Lazy: it costs a tenth of a second.
        _docker = new Lazy<DockerClient>(() => new DockerClientBuilder()
            .WithEndpoint(endpoint.Address)
            .WithApiVersion(global::System.Version.Parse(version.ApiVersion))
            .WithTimeout(Timeout.InfiniteTimeSpan)
            .Build());
    }

    public EngineEndpoint Endpoint { get; }

    public EngineVersion Version { get; }

    /// <summary>For the calls that Docker.DotNet cannot do and whose answers come in pieces; relative addresses, without timeout.</summary>
    internal HttpClient Http => _http.Value;

    internal DockerClient Docker => _docker.Value;

    /// <summary>One of the few requests of an edit; see <see cref="EngineWire"/>.</summary>
    internal EngineAnswer Send(string method, string path, CancellationToken cancellation, long length = 0, Action<Stream>? body = null) =>
        EngineWire.Send(Endpoint.Address, method, path, cancellation, length, body);

    public string Describe() => $"{Version.Kind} {Version.Version} at {Endpoint}";

    /// <summary>The first of the candidates that answers, or null; <paramref name="tried"/> says what came of each.</summary>
    public static EngineConnection? TryConnect(
        ImmutableArray<EngineEndpoint> candidates, out string tried, CancellationToken cancellation)
    {
        var failures = new List<string>();
        foreach (var endpoint in candidates)
        {
            // Connecting would say the same less clearly: "cannot assign requested address".
            if (endpoint.IsUnix && !File.Exists(endpoint.Address.LocalPath))
            {
                failures.Add($"{endpoint}: there is no such socket");
                continue;
            }
            try
            {
                tried = "";
                return Connect(endpoint, cancellation);
            }
            catch (Exception e) when (IsUnreachable(e) && !cancellation.IsCancellationRequested)
            {
                failures.Add($"{endpoint}: {(e.InnerException ?? e).Message}");
            }
        }
        tried = failures.Count > 0 ? string.Join("; ", failures) : "no address";
        return null;
    }

    public void Dispose()
    {
        if (_docker.IsValueCreated)
            _docker.Value.Dispose();
        if (_http.IsValueCreated)
            _http.Value.Dispose();
    }

    /// <summary>Whether an exception means that the engine is not there or went away, rather than that it refused.</summary>
    internal static bool IsUnreachable(Exception e) =>
        e is HttpRequestException or IOException or SocketException or OperationCanceledException or TimeoutException or JsonException
        || (e is AggregateException { InnerException: { } inner } && IsUnreachable(inner)); // of all addresses that a name has

    private static EngineConnection Connect(EngineEndpoint endpoint, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(5));
        var answer = EngineWire.Send(endpoint.Address, "GET", "version", limit.Token);
        if (!answer.IsSuccess)
            throw new IOException($"it answers {answer.Status} to GET /version");
        using var document = JsonDocument.Parse(answer.Body);
        return new EngineConnection(endpoint, ReadVersion(document.RootElement));
    }

    private static EngineVersion ReadVersion(JsonElement version)
    {
        var isPodman = version.TryGetProperty("Components", out var components)
            && HasPodman(components);
        return new EngineVersion(
            isPodman ? EngineKind.Podman : EngineKind.Docker,
            Text(version, "Version"), Text(version, "ApiVersion"), $"{Text(version, "Os")}/{Text(version, "Arch")}");

        // A loop: queries over a structure are compiled anew in every process.
        static bool HasPodman(JsonElement components)
        {
            foreach (var component in components.EnumerateArray())
            {
                if (Text(component, "Name").StartsWith("Podman", StringComparison.Ordinal))
                    return true;
            }
            return false;
        }

        static string Text(JsonElement element, string name) =>
            element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
    }

    private static HttpClient CreateHttpClient(EngineEndpoint endpoint)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (endpoint.IsUnix)
        {
            handler.ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(endpoint.Address.LocalPath), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }
        var address = endpoint.IsUnix ? "http://engine/" : $"http://{endpoint.Address.Authority}/";
        return new HttpClient(handler) { BaseAddress = new Uri(address), Timeout = Timeout.InfiniteTimeSpan };
    }
}
