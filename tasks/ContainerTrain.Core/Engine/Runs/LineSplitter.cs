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

    public void Add(ReadOnlySpan<byte> bytes) => Add(bytes, isEnd: false);

    /// <summary>The end of the stream ends the last line.</summary>
    public void Complete()
    {
        Add([], isEnd: true);
        if (_pending.Length > 0)
            Emit();
    }

    private void Add(ReadOnlySpan<byte> bytes, bool isEnd)
    {
        Span<char> chars = new char[_decoder.GetCharCount(bytes, isEnd)];
        _decoder.GetChars(bytes, chars, isEnd);
        foreach (var c in chars)
        {
            if (c == '\n' || _pending.Length >= LongestLine)
                Emit();
            if (c != '\n')
                _pending.Append(c);
        }
    }

    private void Emit()
    {
        var text = _pending.ToString().TrimEnd('\r');
        _pending.Clear();
        line(text[(text.LastIndexOf('\r') + 1)..]);
    }
}
