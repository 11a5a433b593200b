using System.Net.Sockets;

namespace ContainerTrain.Engine;

/// <summary>One connection to an engine: by socket, encrypted or not, or through SSH. Every request goes through here.</summary>
internal sealed class EngineDialer(EngineEndpoint endpoint) : IDisposable
{
    private const int UnixConnectLimit = 3000;

    /// <summary>Seconds of silence before the other machine is asked whether it is there, then between the questions, and how many of them.</summary>
    private const int AliveTime = 30, AliveInterval = 10, AliveCount = 3;

    private readonly Lock _lock = new();
    private IDisposable? _open;
    private bool _isCut;

    /// <summary>For clients that keep their connections; the stream closes the connection.</summary>
    public static async ValueTask<Stream> OpenAsync(EngineEndpoint endpoint, CancellationToken cancellation)
    {
        var dialer = new EngineDialer(endpoint);
        // Ended with the opening: later it would close a connection that has its owner.
        await using var cut = cancellation.Register(dialer.Dispose);
        return await Task.Run(dialer.Open, cancellation);
    }

    /// <summary>Connects; blocks. <see cref="Dispose"/>, from another thread, ends the wait.</summary>
    /// <exception cref="IOException">Or a SocketException, or an ObjectDisposedException: there is no connection.</exception>
    public Stream Open()
    {
        if (endpoint.IsSsh)
            return OpenSsh();
        var socket = Own(endpoint.IsUnix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp));
        try
        {
            Connect(socket);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return endpoint.Tls is null ? stream : Secure(stream);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isCut = true;
            _open?.Dispose();
        }
    }

    // In methods of their own, so that an engine of this host does not load what they need.
    private SshStream OpenSsh() => Own(new SshStream(endpoint));

    private Stream Secure(Stream stream) => endpoint.Tls!.Authenticate(stream, endpoint.Address.DnsSafeHost);

    private void Connect(Socket socket)
    {
        if (!endpoint.IsUnix)
        {
            socket.Connect(endpoint.Address.DnsSafeHost, endpoint.Address.Port);
            socket.NoDelay = true;
            // A machine without power says no goodbye: a wait for the end of a training would never end.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, AliveTime);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, AliveInterval);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, AliveCount);
            return;
        }
        // Where too many connections wait to be accepted, Linux ends the wait after the time for sending, and not at a close.
        socket.SendTimeout = UnixConnectLimit;
        socket.Connect(new UnixDomainSocketEndPoint(endpoint.Address.LocalPath));
        socket.SendTimeout = 0;
    }

    private T Own<T>(T connection) where T : IDisposable
    {
        lock (_lock)
        {
            _open = connection;
            if (!_isCut)
                return connection;
        }
        connection.Dispose();
        throw new ObjectDisposedException(nameof(EngineDialer));
    }
}
