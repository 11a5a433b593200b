using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace ContainerTrain.Engine.Tests.Faults;

/// <summary>
/// Stands between a build and its engine on a socket of its own and hands every byte on, until a request comes that
/// something is to happen at. Without an engine behind it, it is one that knows nothing but what it is told to answer.
/// </summary>
internal sealed partial class Relay : IDisposable
{
    private readonly Uri? _upstream;
    private readonly List<(string Request, Func<Exchange, Task> Action)> _rules = [];
    private readonly HashSet<Socket> _open = [];
    private Socket? _listener;

    public Relay(string socket, Uri? upstream)
    {
        (Socket, _upstream) = (socket, upstream);
        Restore();
    }

    public string Socket { get; }

    public bool IsCut => _listener is null;

    /// <param name="request">Part of the request's first line without the version, such as "POST /containers/create".</param>
    /// <param name="action">Before the request is handed on; an answer keeps it from being handed on.</param>
    public Relay On(string request, Func<Exchange, Task> action)
    {
        _rules.Add((request, action));
        return this;
    }

    /// <summary>Gives a request always the same answer: a status line, headers and a body.</summary>
    public Relay Answer(string request, string answer) => On(request, exchange => exchange.AnswerAsync(answer));

    /// <summary>The engine is gone: no connection is left, and none is taken.</summary>
    public void Cut()
    {
        lock (_open)
        {
            _listener?.Dispose();
            _listener = null;
            foreach (var socket in _open)
                socket.Dispose();
            _open.Clear();
        }
    }

    /// <summary>The engine is back, and nothing happens to it any more.</summary>
    public void Restore()
    {
        lock (_open)
        {
            _rules.Clear();
            File.Delete(Socket);
            _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            _listener.Bind(new UnixDomainSocketEndPoint(Socket));
            _listener.Listen(64);
            _ = AcceptAsync(_listener);
        }
    }

    public void Dispose() => Cut();

    /// <summary>A response with a length, as engines give it.</summary>
    public static string Response(int status, string body) => $"HTTP/1.1 {status} Status\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}";

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptAsync());
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // Cut.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = _upstream is null ? null : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using (client)
        {
            try
            {
                Track(client, server);
                if (server is not null)
                    await server.ConnectAsync(new UnixDomainSocketEndPoint(_upstream!.LocalPath));
                var exchange = new Exchange(this, client);
                await Task.WhenAll(RequestsAsync(exchange, client, server), server is null ? Task.CompletedTask : AnswersAsync(exchange, server, client));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // One side went away, as it may here.
            }
            finally
            {
                lock (_open)
                {
                    _open.Remove(client);
                    if (server is not null)
                        _open.Remove(server);
                }
            }
        }
    }

    private void Track(Socket client, Socket? server)
    {
        lock (_open)
        {
            ObjectDisposedException.ThrowIf(_listener is null, this);
            _open.Add(client);
            if (server is not null)
                _open.Add(server);
        }
    }

    private async Task RequestsAsync(Exchange exchange, Socket client, Socket? server)
    {
        var buffer = new byte[1 << 16];
        while (await client.ReceiveAsync(buffer) is var length and > 0)
        {
            if (RequestLine().Match(Encoding.ASCII.GetString(buffer, 0, Math.Min(length, 1000))) is { Success: true } line)
            {
                var request = $"{line.Groups["method"].Value} /{line.Groups["path"].Value}";
                exchange.Begin();
                foreach (var (_, action) in _rules.Where(rule => request.Contains(rule.Request, StringComparison.Ordinal)).ToArray())
                    await action(exchange);
            }
            if (server is null && !exchange.IsAnswered)
                await exchange.AnswerAsync(Response(404, """{"message":"page not found"}"""));
            if (exchange.IsAnswered)
            {
                client.Shutdown(SocketShutdown.Both);
                server?.Dispose();
                return;
            }
            await SendAsync(server!, buffer.AsMemory(0, length));
        }
        server?.Shutdown(SocketShutdown.Send);
    }

    private static async Task AnswersAsync(Exchange exchange, Socket server, Socket client)
    {
        var buffer = new byte[1 << 16];
        while (await server.ReceiveAsync(buffer) is var length and > 0)
        {
            var allowed = exchange.Allowed(length);
            await SendAsync(client, buffer.AsMemory(0, allowed));
            if (allowed < length)
            {
                client.Dispose();
                return;
            }
        }
        client.Shutdown(SocketShutdown.Send);
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await socket.SendAsync(bytes)..];
    }

    [GeneratedRegex(@"^(?<method>[A-Z]+) /(v[0-9.]+/)?(?<path>\S*) HTTP/")]
    private static partial Regex RequestLine();

    /// <summary>One connection of a client.</summary>
    internal sealed class Exchange(Relay relay, Socket client)
    {
        private int _left = int.MaxValue;

        public bool IsAnswered { get; private set; }

        public void Begin() => _left = int.MaxValue;

        public async Task AnswerAsync(string answer)
        {
            IsAnswered = true;
            await SendAsync(client, Encoding.Latin1.GetBytes(answer));
        }

        /// <summary>Hands on only so much of the answer.</summary>
        public void Truncate(int bytes) => _left = bytes;

        /// <summary>The engine goes away while it is asked this.</summary>
        public void Cut()
        {
            IsAnswered = true;
            relay.Cut();
        }

        public int Allowed(int length)
        {
            var allowed = Math.Min(length, _left);
            if (_left != int.MaxValue)
                _left -= allowed;
            return allowed;
        }
    }
}
