using System.Collections.Concurrent;
using System.Net.Sockets;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine.Tests;

/// <summary>
/// A socket that passes everything on to a real engine, until a test makes it behave as an engine that is away or hangs.
/// The real one is everybody's, and goes on.
/// </summary>
public sealed class EngineInBetween : IDisposable
{
    private readonly Uri _engine;
    private readonly TestFolder _folder = new();
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly ManualResetEventSlim _flows = new(initialState: true);
    private Socket? _listener;

    public EngineInBetween(ContainerEngine engine)
    {
        _engine = engine.Connection.Endpoint.Address;
        Assert.SkipUnless(_engine.Scheme == "unix", "The engine has no socket file.");
        ComeBack();
        var address = $"unix://{Path}";
        var settings = new EngineSettings(address, address, "/nonexistent", "");
        Connection = EngineSelector.Select(engine.Connection.Version.Kind, settings, CancellationToken.None).Connection!;
    }

    public EngineConnection Connection { get; }

    private string Path => _folder.Path("engine.sock");

    /// <summary>Cuts all connections and takes no new ones.</summary>
    public void GoAway()
    {
        _listener?.Dispose();
        File.Delete(Path);
        while (_sockets.TryTake(out var socket))
            socket.Dispose();
    }

    /// <summary>Takes connections again.</summary>
    public void ComeBack()
    {
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen(16);
        _ = AcceptAsync(_listener);
    }

    /// <summary>Takes connections and requests, and passes nothing on any more.</summary>
    public void Hang() => _flows.Reset();

    public void Dispose()
    {
        _flows.Set();
        GoAway();
        Connection.Dispose();
        _folder.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptAsync();
                var engine = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                _sockets.Add(client);
                _sockets.Add(engine);
                await engine.ConnectAsync(new UnixDomainSocketEndPoint(_engine.LocalPath));
                new Thread(() => Pass(client, engine)) { IsBackground = true }.Start();
                new Thread(() => Pass(engine, client)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It went away.
        }
    }

    private void Pass(Socket from, Socket to)
    {
        var buffer = new byte[1 << 14];
        try
        {
            while (from.Receive(buffer) is var read and > 0)
            {
                _flows.Wait();
                to.Send(buffer.AsSpan(0, read));
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One of the two ends is closed.
        }
    }
}
