using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ContainerTrain.Tests;

/// <summary>Stands before a server and resets the connection of the first request of each of some methods.</summary>
internal sealed class BreakingRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _server;
    private readonly ConcurrentDictionary<string, bool> _toBreak;

    public BreakingRelay(string server, params IEnumerable<string> methods)
    {
        _server = IPEndPoint.Parse(server);
        _toBreak = new ConcurrentDictionary<string, bool>(methods.Select(method => KeyValuePair.Create(method, true)));
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Host => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public ICollection<string> StillToBreak => _toBreak.Keys;

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = RelayAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed: the test is done with it.
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            try
            {
                await server.ConnectAsync(_server);
                await Task.WhenAny(CopyAsync(client, server, breaks: true), CopyAsync(server, client, breaks: false));
            }
            catch (SocketException)
            {
                // One side went away; the other notices.
            }
        }
    }

    private async Task CopyAsync(Socket from, Socket to, bool breaks)
    {
        var buffer = new byte[1 << 16];
        while (await from.ReceiveAsync(buffer) is var length and > 0)
        {
            // A client sends no request before it has the answer to the last: each begins a piece of its own.
            if (breaks && _toBreak.TryRemove(Encoding.ASCII.GetString(buffer, 0, Math.Min(length, 8)).Split(' ')[0], out _))
            {
                from.LingerState = new LingerOption(true, 0);
                return;
            }
            for (var offset = 0; offset < length;)
                offset += await to.SendAsync(buffer.AsMemory(offset, length - offset));
        }
    }
}
