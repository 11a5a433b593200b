using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Pipelines;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>
/// An image in the format of <c>docker save</c>, for <c>POST /images/load</c>. Layers that the engine has below the ones
/// sent are named and left out: the engine finds them by their digests, and an edit sends the application's layer only.
/// </summary>
/// <param name="config">The image's configuration.</param>
/// <param name="known">How many layers, from the lowest up, the engine has already.</param>
/// <param name="sent">The layers above those, in order.</param>
/// <param name="root">The folder in the image that the files' targets are below.</param>
/// <param name="references">The names that the image gets.</param>
internal sealed class ImageArchive(
    ImageConfig config, int known, ImmutableArray<LayerPlan> sent, string root, ImmutableArray<string> references) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var tar = new TarWriter(stream, TarEntryFormat.Gnu, leaveOpen: true);
        await WriteAsync(tar, "manifest.json", JsonSerializer.SerializeToUtf8Bytes<JsonNode>(Manifest()), cancellationToken);
        await WriteAsync(tar, "config.json", config.Json, cancellationToken);
        for (var i = 0; i < sent.Length; i++)
            await WriteLayerAsync(tar, NameOf(known + i), new LayerTar(sent[i], root), cancellationToken);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private JsonArray Manifest() =>
    [
        new JsonObject
        {
            ["Config"] = "config.json",
            ["RepoTags"] = new JsonArray([.. references.Select(reference => (JsonNode)reference)]),
            ["Layers"] = new JsonArray([.. Enumerable.Range(0, known + sent.Length).Select(index => (JsonNode)NameOf(index))]),
        },
    ];

    private static string NameOf(int index) => $"{index}.tar";

    private static async Task WriteAsync(TarWriter tar, string name, byte[] content, CancellationToken cancellation)
    {
        using var stream = new MemoryStream(content);
        await tar.WriteEntryAsync(LayerTar.FileEntry(name, stream), cancellation);
    }

    /// <summary>A tar inside the tar, written while it is read: gigabytes pass through without a copy on disk.</summary>
    private static async Task WriteLayerAsync(TarWriter tar, string name, LayerTar layer, CancellationToken cancellation)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1 << 22, resumeWriterThreshold: 1 << 21, minimumSegmentSize: 1 << 16));
        var writing = Task.Run(
            async () =>
            {
                Exception? failure = null;
                try
                {
                    await layer.WriteAsync(pipe.Writer.AsStream(leaveOpen: true), cancellation);
                }
                catch (Exception e)
                {
                    failure = e; // reaches the reader, which is who reports it
                }
                await pipe.Writer.CompleteAsync(failure);
            },
            cancellation);
        await using var content = new KnownLengthStream(pipe.Reader.AsStream(), layer.Length());
        await tar.WriteEntryAsync(LayerTar.FileEntry(name, content), cancellation);
        await writing;
    }
}

/// <summary>A stream that cannot seek but whose length is known, which is what a tar header has to say first.</summary>
internal sealed class KnownLengthStream(Stream inner, long length) : Stream
{
    private long _position;

    public override bool CanRead => true;

    /// <summary>Only so that the length is asked for; nobody moves a stream that is read once.</summary>
    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Advance(inner.Read(buffer, offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Advance(await inner.ReadAsync(buffer, cancellationToken));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private int Advance(int read)
    {
        _position += read;
        return read;
    }
}
