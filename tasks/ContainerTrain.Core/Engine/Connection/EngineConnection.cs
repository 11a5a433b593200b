using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text.Json;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;
using Docker.DotNet;
using Docker.DotNet.NativeHttp;
using Models = Docker.DotNet.Models;

namespace ContainerTrain.Engine;

/// <summary>A connection to an engine that has answered.</summary>
public sealed class EngineConnection : IDisposable
{
    /// <summary>A rootless Podman on a busy machine was seen to take nine seconds.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>A login takes its time.</summary>
    private static readonly TimeSpan SshLimit = TimeSpan.FromSeconds(40);

    /// <summary>What requests are addressed to; where they really go, the dialer knows.</summary>
    private static readonly Uri HttpAddress = new("http://engine/");

    private readonly Lazy<DockerClient> _docker;
    private readonly Lazy<HttpClient> _http;

    private EngineConnection(EngineEndpoint endpoint, EngineVersion version)
    {
        Endpoint = endpoint;
        Version = version;
        Api = EngineApi.Negotiate(version, endpoint.ToString());
        _http = new Lazy<HttpClient>(() => CreateHttpClient(endpoint, Api));
        // Lazy: it costs a tenth of a second.
        _docker = new Lazy<DockerClient>(() => CreateDockerClient(endpoint, Api));
    }

    public EngineEndpoint Endpoint { get; }

    public EngineVersion Version { get; }

    /// <summary>The version of the API that all requests are made in.</summary>
    public Version Api { get; }

    /// <summary>For the calls that Docker.DotNet cannot do and whose answers come in pieces; relative addresses, without timeout.</summary>
    internal HttpClient Http => _http.Value;

    internal DockerClient Docker => _docker.Value;

    /// <summary>One of the few requests of an edit; see <see cref="EngineWire"/>.</summary>
    internal EngineAnswer Send(string method, string path, CancellationToken cancellation, long length = 0, Action<Stream>? body = null) =>
        EngineWire.Send(Endpoint, method, $"v{Api}/{path}", cancellation, length, body);

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

    /// <summary>Loads and compiles the client library, which takes a tenth of a second, while something else is done.</summary>
    internal static void PrepareClient()
    {
        using var client = new DockerClientBuilder().WithEndpoint(new Uri("unix:///none")).Build();
        try
        {
            // To nowhere: what counts is what is compiled on the way there.
            client.Containers.CreateContainerAsync(new Models.CreateContainerParameters { HostConfig = new Models.HostConfig() }).GetAwaiter().GetResult();
        }
        catch (Exception e) when (IsUnreachable(e) || e is DockerApiException)
        {
        }
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
        limit.CancelAfter(endpoint.IsSsh ? SshLimit : Limit);
        // Without a version: it is what the answer says.
        var answer = EngineWire.Send(endpoint, "GET", "version", limit.Token);
        return answer.IsSuccess
            ? new EngineConnection(endpoint, EngineVersion.Read(answer.Body))
            : throw new IOException($"it answers {answer.Status} to GET /version");
    }

    /// <summary>Docker.DotNet does not negotiate, so it is told what to speak.</summary>
    private static DockerClient CreateDockerClient(EngineEndpoint endpoint, Version api)
    {
        var builder = new DockerClientBuilder().WithApiVersion(api).WithTimeout(Timeout.InfiniteTimeSpan);
        return endpoint.IsUnix
            ? builder.WithEndpoint(endpoint.Address).Build()
            : builder.WithEndpoint(HttpAddress).WithTransportOptions(new NativeHttpTransportOptions { ConfigureHandler = handler => Configure(handler, endpoint) }).Build();
    }

    private static HttpClient CreateHttpClient(EngineEndpoint endpoint, Version api)
    {
        var handler = new SocketsHttpHandler();
        Configure(handler, endpoint);
        return new HttpClient(handler) { BaseAddress = new Uri(HttpAddress, $"v{api}/"), Timeout = Timeout.InfiniteTimeSpan };
    }

    private static void Configure(SocketsHttpHandler handler, EngineEndpoint endpoint)
    {
        handler.UseProxy = false;
        handler.MaxConnectionsPerServer = int.MaxValue;
        handler.ConnectCallback = (_, cancellation) => EngineDialer.OpenAsync(endpoint, cancellation);
    }
}
