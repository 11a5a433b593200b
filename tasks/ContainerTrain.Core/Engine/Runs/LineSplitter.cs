using System.Buffers;
using System.Text;

namespace ContainerTrain.Engine;

/// <summary>
/// Cuts a stream of bytes into lines. A line ends at '\n'; a '\r' before it belongs to the end, and one inside a line,
/// as progress bars print it, drops what it overwrites. Multi-byte characters may be split between reads.
/// </summary>
internal sealed class LineSplitter(Action<string> line)
{
    /// <summary>A longer line is passed on in pieces, so that a program without line ends cannot fill the memory.</summary>
    private const int LongestLine = 1 << 16;

    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _pending = new();

    /// <summary>Whether a line has begun, if only with half a character.</summary>
    private bool _hasBegun;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)'\n') is var end and >= 0)
        {
            if (_hasBegun || end > LongestLine)
                AddPart(bytes[..end], isEnd: true);
            else
                Pass(Encoding.UTF8.GetString(bytes[..end])); // nearly all lines of a long output
            bytes = bytes[(end + 1)..];
        }
        if (!bytes.IsEmpty)
            AddPart(bytes, isEnd: false);
    }

    /// <summary>The end of the stream ends the last line.</summary>
    public void Complete()
    {
        if (_hasBegun)
            AddPart([], isEnd: true);
    }

    private void AddPart(ReadOnlySpan<byte> bytes, bool isEnd)
    {
        var buffer = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(bytes.Length));
        ReadOnlySpan<char> chars = buffer.AsSpan(0, _decoder.GetChars(bytes, buffer, isEnd));
        while (_pending.Length + chars.Length > LongestLine)
        {
            var length = LongestLine - _pending.Length;
            // A character of two halves is not cut between them.
            if (length > 0 && char.IsHighSurrogate(chars[length - 1]))
                length--;
            _pending.Append(chars[..length]);
            Emit();
            chars = chars[length..];
        }
        _pending.Append(chars);
        _hasBegun = !isEnd;
        ArrayPool<char>.Shared.Return(buffer);
        if (isEnd)
            Emit();
    }

    private void Emit()
    {
        var text = _pending.ToString();
        _pending.Clear();
        Pass(text);
    }

    private void Pass(string text)
    {
        text = text.TrimEnd('\r');
        line(text.LastIndexOf('\r') is var at and >= 0 ? text[(at + 1)..] : text);
    }
}
