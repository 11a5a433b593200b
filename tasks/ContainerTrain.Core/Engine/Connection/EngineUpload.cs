using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ContainerTrain.Engine;

/// <summary>
/// A request whose body begins before the rest of it is known. An engine that unpacks what it gets in a process of its own
/// starts that process at the body's first bytes, so that it is there when the rest comes. In chunks, as the length is not
/// known either; disposing it before <see cref="Finish"/> leaves the engine with half a request, which it drops.
/// </summary>
internal sealed class EngineUpload : IDisposable
{
    private readonly EngineDialer _dialer;
    private readonly Stream _stream;

    private EngineUpload(EngineDialer dialer) => (_dialer, _stream) = (dialer, dialer.Open());

    /// <summary>Sends the request's head and the first bytes of its body.</summary>
    public static EngineUpload Begin(EngineEndpoint endpoint, string method, string path, ReadOnlySpan<byte> first, CancellationToken cancellation)
    {
        var dialer = new EngineDialer(endpoint);
        using var cut = cancellation.Register(dialer.Dispose);
        try
        {
            var upload = new EngineUpload(dialer);
            upload._stream.Write(Encoding.ASCII.GetBytes(
                $"{method} /{path} HTTP/1.1\r\nHost: engine\r\nConnection: close\r\nContent-Type: application/x-tar\r\nTransfer-Encoding: chunked\r\n\r\n"));
            WriteChunk(upload._stream, first);
            return upload;
        }
        catch
        {
            dialer.Dispose();
            throw;
        }
    }

    /// <summary>Sends the rest of the body and reads the answer; blocks.</summary>
    /// <exception cref="IOException">The engine went away, or its answer is none.</exception>
    public EngineAnswer Finish(Action<Stream> rest, CancellationToken cancellation)
    {
        try
        {
            using var cut = cancellation.Register(_dialer.Dispose);
            using (var chunks = new BufferedStream(new ChunkStream(_stream), 1 << 16))
                rest(chunks);
            WriteChunk(_stream, []);
            return Parse(EngineWire.Receive(_stream));
        }
        catch (Exception e) when (cancellation.IsCancellationRequested && e is IOException or SocketException or ObjectDisposedException)
        {
            throw new OperationCanceledException("The request was cut off.", e, cancellation);
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _dialer.Dispose();
    }

    /// <summary>As <see cref="EngineWire.Parse"/>, of an answer that may come in chunks.</summary>
    internal static EngineAnswer Parse(byte[] answer)
    {
        var end = answer.AsSpan().IndexOf("\r\n\r\n"u8);
        var head = Encoding.ASCII.GetString(answer, 0, Math.Max(end, 0));
        var whole = EngineWire.Parse(answer);
        return head.Contains("\r\nTransfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase) ? whole with { Body = Joined(whole.Body) } : whole;
    }

    private static byte[] Joined(ReadOnlySpan<byte> chunks)
    {
        using var body = new MemoryStream();
        while (true)
        {
            var line = chunks.IndexOf("\r\n"u8);
            var size = line < 0 ? "" : Encoding.ASCII.GetString(chunks[..line]).Split(';')[0].Trim();
            if (!int.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length) || chunks.Length < line + 2 + length)
                throw new IOException("the connection broke in the middle of the answer");
            if (length == 0)
                return body.ToArray();
            body.Write(chunks.Slice(line + 2, length));
            chunks = chunks[Math.Min(line + 4 + length, chunks.Length)..];
        }
    }

    /// <summary>An empty chunk is the body's end.</summary>
    private static void WriteChunk(Stream stream, ReadOnlySpan<byte> content)
    {
        stream.Write(Encoding.ASCII.GetBytes(content.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"));
        stream.Write(content);
        stream.Write("\r\n"u8);
    }

    private sealed class ChunkStream(Stream stream) : SinkStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (!buffer.IsEmpty)
                WriteChunk(stream, buffer);
        }
    }
}
