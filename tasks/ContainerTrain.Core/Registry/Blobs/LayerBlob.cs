using System.IO.Compression;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Registry;

/// <summary>A compressed layer.</summary>
/// <param name="DiffId">Of the tar inside.</param>
/// <param name="Digest">Of the compressed bytes.</param>
internal sealed record CompressedLayer(string DiffId, string Digest, long Size);

/// <summary>Makes a layer's compressed bytes straight from the files of the plan; nothing is written to disk.</summary>
/// <param name="layer">The files.</param>
/// <param name="root">The folder in the image that their targets are below.</param>
internal sealed class LayerBlob(LayerPlan layer, string root)
{
    /// <summary>Up to here the best compression takes no time that anybody notices, and fits into memory.</summary>
    public const long SmallTar = 16 << 20;

    private readonly LayerTar _tar = new(layer, root);

    public string Name => layer.Name;

    /// <summary>Of the tar.</summary>
    public long TarLength { get; } = new LayerTar(layer, root).Length();

    public bool IsSmall => TarLength <= SmallTar;

    /// <param name="target">Gets the compressed bytes.</param>
    /// <param name="written">Gets how much of the tar is through, now and then.</param>
    public CompressedLayer Write(Stream target, Action<long> written, CancellationToken cancellation)
    {
        using var compressed = new TeeStream(target);
        using var gzip = new GzipMembers(compressed, IsSmall ? CompressionLevel.Optimal : CompressionLevel.Fastest, Environment.ProcessorCount);
        using var tar = new TeeStream(gzip, written);
        _tar.Write(tar, cancellation);
        gzip.Finish();
        return new CompressedLayer(tar.Digest(), compressed.Digest(), compressed.Written);
    }
}

/// <summary>Hands on what is written, and hashes and counts it.</summary>
internal sealed class TeeStream(Stream target, Action<long>? written = null) : SinkStream
{
    private readonly HashingStream _hash = new();

    public long Written { get; private set; }

    /// <summary>Of everything written; once.</summary>
    public string Digest() => _hash.Digest();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _hash.Write(buffer);
        target.Write(buffer);
        Written += buffer.Length;
        written?.Invoke(Written);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }
}
