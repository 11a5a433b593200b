using System.IO.Compression;
using ContainerTrain.Engine;

namespace ContainerTrain.Registry;

/// <summary>
/// Compresses in pieces of fixed length, each a gzip member of its own, on all processors. A gzip file may have any
/// number of members (RFC 1952, 2.2); the same input gives the same bytes, however many processors there are.
/// </summary>
internal sealed class GzipMembers : SinkStream
{
    private const int Piece = 1 << 22;

    private readonly Stream _target;
    private readonly CompressionLevel _level;
    private readonly Queue<Task<MemoryStream>> _pending = new();
    private readonly int _most;
    private byte[] _buffer = new byte[Piece];
    private int _filled;

    /// <param name="target">Gets the compressed bytes, and stays open.</param>
    /// <param name="processors">How many pieces are compressed at once.</param>
    public GzipMembers(Stream target, CompressionLevel level, int processors) =>
        (_target, _level, _most) = (target, level, Math.Max(1, processors));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var length = Math.Min(buffer.Length, Piece - _filled);
            buffer[..length].CopyTo(_buffer.AsSpan(_filled));
            buffer = buffer[length..];
            _filled += length;
            if (_filled == Piece)
                Hand();
        }
    }

    /// <summary>Writes what is left. Without it the target is cut off.</summary>
    public void Finish()
    {
        if (_filled > 0)
            Hand();
        while (_pending.Count > 0)
            WriteOldest();
    }

    private void Hand()
    {
        while (_pending.Count >= _most)
            WriteOldest();
        var (buffer, length) = (_buffer, _filled);
        _pending.Enqueue(Task.Run(() => Compress(buffer, length)));
        (_buffer, _filled) = (new byte[Piece], 0);
    }

    private void WriteOldest()
    {
        using var member = _pending.Dequeue().GetAwaiter().GetResult();
        _target.Write(member.GetBuffer().AsSpan(0, (int)member.Length));
    }

    private MemoryStream Compress(byte[] buffer, int length)
    {
        var member = new MemoryStream(length / 2);
        using (var gzip = new GZipStream(member, _level, leaveOpen: true))
            gzip.Write(buffer, 0, length);
        return member;
    }
}
