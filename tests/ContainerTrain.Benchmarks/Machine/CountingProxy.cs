using System.Net;
using System.Net.Sockets;

namespace ContainerTrain.Benchmarks.Machine;

/// <summary>Stands between a client and a server, hands every byte on unread, and counts those of the client.</summary>
internal sealed class CountingProxy : IDisposable
{
    private readonly Socket _listener;
    private readonly EndPoint _server;
    private readonly string? _socketFile;
    private long _sent;

    private CountingProxy(Socket listener, EndPoint server, string? socketFile)
    {
        (_listener, _server, _socketFile) = (listener, server, socketFile);
        listener.Listen(64);
        _ = AcceptAsync();
    }

    /// <summary>What clients sent since the last <see cref="Reset"/>.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <param name="file">The socket to make; a short path, since the kernel takes 107 bytes.</param>
    /// <param name="engine">unix:///path or tcp://host:port.</param>
    public static CountingProxy OnSocket(string file, string engine)
    {
        File.Delete(file);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(file));
        return new CountingProxy(listener, EndPointOf(new Uri(engine)), file);
    }

    /// <summary>On a free loopback port, in front of another.</summary>
    public static CountingProxy OnPort(int server)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return new CountingProxy(listener, new IPEndPoint(IPAddress.Loopback, server), null);
    }

    public void Reset() => Interlocked.Exchange(ref _sent, 0);

    public void Dispose()
    {
        _listener.Dispose();
        if (_socketFile is not null)
            File.Delete(_socketFile);
    }

    private static EndPoint EndPointOf(Uri address) =>
        address.Scheme == "unix" ? new UnixDomainSocketEndPoint(address.LocalPath) : new DnsEndPoint(address.Host, address.Port);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = RelayAsync(await _listener.AcceptAsync());
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // Disposed: the bench is done with it.
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using var server = new Socket(
            _server is UnixDomainSocketEndPoint ? AddressFamily.Unix : AddressFamily.InterNetwork, SocketType.Stream,
            _server is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp);
        using (client)
        {
            try
            {
                await server.ConnectAsync(_server);
                await Task.WhenAll(CopyAsync(client, server, count: true), CopyAsync(server, client, count: false));
            }
            catch (SocketException)
            {
                // One side went away; the other notices.
            }
        }
    }

    private async Task CopyAsync(Socket from, Socket to, bool count)
    {
        var buffer = new byte[1 << 16];
        while (await from.ReceiveAsync(buffer) is var length and > 0)
        {
            if (count)
                Interlocked.Add(ref _sent, length);
            for (var offset = 0; offset < length;)
                offset += await to.SendAsync(buffer.AsMemory(offset, length - offset));
        }
        // A half-closed connection goes on the other way: that is how an attached stream ends.
        to.Shutdown(SocketShutdown.Send);
    }
}
