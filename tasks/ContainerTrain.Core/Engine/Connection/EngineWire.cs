using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ContainerTrain.Engine;

/// <summary>An engine's answer to one request.</summary>
internal sealed record EngineAnswer(int Status, byte[] Body)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>
/// The requests that an edit consists of, each on a connection of its own and as HTTP/1.0, which neither keeps the
/// connection nor sends the answer in chunks. An HTTP client's first request compiled for longer than all of these take.
/// </summary>
internal static class EngineWire
{
    /// <summary>Sends a request and reads the whole answer; blocks.</summary>
    /// <param name="endpoint">The engine.</param>
    /// <param name="method">GET, POST or DELETE.</param>
    /// <param name="path">With the query, without a slash at the beginning.</param>
    /// <param name="length">How many bytes <paramref name="body"/> writes.</param>
    /// <param name="body">Writes the request's body, if it has one.</param>
    /// <param name="cancellation">Cuts the connection.</param>
    /// <exception cref="IOException">The engine went away, or its answer is none.</exception>
    public static EngineAnswer Send(
        EngineEndpoint endpoint, string method, string path, CancellationToken cancellation, long length = 0, Action<Stream>? body = null)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            using var dialer = new EngineDialer(endpoint);
            // A socket that waits, also for a connection, knows nothing of tokens; closing it ends the wait.
            using var cut = cancellation.Register(dialer.Dispose);
            using var stream = dialer.Open();
            stream.Write(Encoding.ASCII.GetBytes(Head(method, path, length, body is not null)));
            var refused = TrySend(body, stream);
            var answer = Parse(Receive(stream));
            return refused is null || !answer.IsSuccess ? answer : throw refused;
        }
        catch (Exception e) when (cancellation.IsCancellationRequested && e is IOException or SocketException or ObjectDisposedException)
        {
            throw new OperationCanceledException("The request was cut off.", e, cancellation);
        }
    }

    private static string Head(string method, string path, long length, bool hasBody)
    {
        var head = $"{method} /{path} HTTP/1.0\r\nHost: engine\r\n";
        if (hasBody)
            head += string.Create(CultureInfo.InvariantCulture, $"Content-Type: application/x-tar\r\nContent-Length: {length}\r\n");
        return head + "\r\n";
    }

    /// <summary>An engine that refuses what it gets closes its end while it is still being sent: its answer says why.</summary>
    private static IOException? TrySend(Action<Stream>? body, Stream stream)
    {
        try
        {
            body?.Invoke(stream);
            return null;
        }
        catch (IOException e) when (IsOfConnection(e))
        {
            return e;
        }
    }

    /// <summary>Rather than of a file that is sent; an encrypted connection wraps the socket's words once more.</summary>
    private static bool IsOfConnection(IOException e) => e.InnerException is SocketException or IOException { InnerException: SocketException };

    internal static byte[] Receive(Stream stream)
    {
        using var answer = new MemoryStream();
        var buffer = new byte[1 << 14];
        while (stream.Read(buffer, 0, buffer.Length) is var read and > 0)
            answer.Write(buffer, 0, read);
        return answer.ToArray();
    }

    internal static EngineAnswer Parse(byte[] answer)
    {
        var end = answer.AsSpan().IndexOf("\r\n\r\n"u8);
        var head = Encoding.ASCII.GetString(answer, 0, Math.Max(end, 0));
        if (head.Split(' ', 3) is not ["HTTP/1.0" or "HTTP/1.1", { Length: 3 } code, _] || !int.TryParse(code, CultureInfo.InvariantCulture, out var status))
            throw new IOException("the answer is no HTTP");
        var body = answer[(end + 4)..];
        return LengthIn(head) is { } length && body.Length < length
            ? throw new IOException($"the connection broke: {body.Length} of the answer's {length} bytes came")
            : new EngineAnswer(status, body);
    }

    /// <summary>The length that the head gives the body, or null where the connection's end is the body's.</summary>
    private static long? LengthIn(string head)
    {
        foreach (var line in head.Split("\r\n"))
        {
            if (line.Split(':', 2) is [var name, var value] && name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)
                && long.TryParse(value, CultureInfo.InvariantCulture, out var length))
            {
                return length;
            }
        }
        return null;
    }
}
