using System.Security.Cryptography;

namespace ContainerTrain.Engine;

/// <summary>A stream that is only written to, from its beginning to its end.</summary>
internal abstract class SinkStream : Stream
{
    public sealed override bool CanRead => false;

    public sealed override bool CanSeek => false;

    public sealed override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public sealed override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public abstract override void Write(ReadOnlySpan<byte> buffer);

    public sealed override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public sealed override void SetLength(long value) => throw new NotSupportedException();
}

/// <summary>Counts what is written to it and keeps nothing.</summary>
internal sealed class CountingStream : SinkStream
{
    private long _length;

    public override long Length => _length;

    public override long Position { get => _length; set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer) => _length += buffer.Length;
}

/// <summary>Hashes what is written to it and keeps nothing.</summary>
internal sealed class HashingStream : SinkStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Of everything written, in the form <c>sha256:…</c>.</summary>
    public string Digest() => "sha256:" + Convert.ToHexStringLower(_hash.GetHashAndReset());

    public override void Write(ReadOnlySpan<byte> buffer) => _hash.AppendData(buffer);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>Stands for a file where a tar's header is wanted without it: has a length, and nothing to read.</summary>
internal sealed class LengthOnly(long length) : Stream
{
    public override bool CanRead => true;

    /// <summary>Only so that the length is asked for.</summary>
    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    public override void CopyTo(Stream destination, int bufferSize)
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => 0;

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>A file that is read in large pieces, and not to its end if the build is canceled meanwhile.</summary>
internal sealed class PieceStream(string path, CancellationToken cancellation) : FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0)
{
    private const int Piece = 1 << 18;

    public override void CopyTo(Stream destination, int bufferSize)
    {
        var buffer = new byte[(int)Math.Clamp(Length, 1, Piece)];
        while (Read(buffer, 0, buffer.Length) is var read and > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            destination.Write(buffer, 0, read);
        }
    }
}
