using System.Collections.Immutable;
using System.Formats.Tar;
using System.Text.Json.Nodes;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>What an image is beside its layers.</summary>
/// <param name="References">The names that it gets.</param>
internal sealed record ImageHead(ImageConfig Config, ImmutableArray<string> References);

/// <summary>
/// An image in the format of <c>docker save</c>, for <c>POST /images/load</c>. Layers that the engine has below the ones
/// sent are named and left out: the engine finds them by their digests, and an edit sends the application's layer only.
/// </summary>
/// <param name="known">How many layers, from the lowest up, the engine has already.</param>
/// <param name="sent">The layers above those, in order.</param>
/// <param name="root">The folder in the image that the files' targets are below.</param>
internal sealed class ImageArchive(int known, ImmutableArray<LayerPlan> sent, string root)
{
    private const int Block = 512;

    private readonly ImmutableArray<LayerTar> _layers = [.. sent.Select(layer => new LayerTar(layer, root))];

    /// <summary>
    /// The first bytes of an archive that is to follow, before anything of it is known: a folder, which the engine unpacks
    /// and passes over.
    /// </summary>
    public static ReadOnlySpan<byte> Opening()
    {
        var header = new MemoryStream();
        using (var tar = new TarWriter(header, TarEntryFormat.Gnu, leaveOpen: true))
            tar.WriteEntry(LayerTar.FolderEntry("layers"));
        return header.GetBuffer().AsSpan(0, Block);
    }

    /// <summary>The archive's length in bytes, known without reading a file.</summary>
    /// <param name="head">Any of the same length.</param>
    public long Length(ImageHead head)
    {
        var length = Padded(ManifestOf(known + sent.Length, head.References).Length) + Padded(head.Config.Json.Length) + (2 * Block);
        foreach (var layer in _layers)
            length += Padded(layer.Length());
        return length;
    }

    /// <param name="stream">Gets the archive.</param>
    /// <param name="head">Asked for when all layers are written: it may need their digests.</param>
    /// <param name="cancellation">Stops between two pieces of a file.</param>
    public void Write(Stream stream, Func<ImageHead> head, CancellationToken cancellation)
    {
        for (var i = 0; i < _layers.Length; i++)
        {
            // A tar inside the tar, written where it goes: gigabytes pass without a copy on disk.
            var length = _layers[i].Length();
            stream.Write(HeaderOf(NameOf(known + i), length));
            _layers[i].Write(stream, cancellation);
            Pad(stream, length);
        }
        var (config, references) = head();
        WriteBytes(stream, "config.json", config.Json);
        WriteBytes(stream, "manifest.json", ManifestOf(known + sent.Length, references));
        stream.Write(new byte[2 * Block]);
    }

    private static byte[] ManifestOf(int layers, ImmutableArray<string> references)
    {
        var tags = new JsonArray();
        foreach (var reference in references)
            tags.Add((JsonNode)reference);
        var names = new JsonArray();
        for (var i = 0; i < layers; i++)
            names.Add((JsonNode)NameOf(i));
        JsonArray manifest = [new JsonObject { ["Config"] = "config.json", ["RepoTags"] = tags, ["Layers"] = names }];
        return JsonBytes.Of(manifest);
    }

    private static string NameOf(int index) => $"{index}.tar";

    private static void WriteBytes(Stream stream, string name, byte[] content)
    {
        stream.Write(HeaderOf(name, content.Length));
        stream.Write(content);
        Pad(stream, content.Length);
    }

    private static ReadOnlySpan<byte> HeaderOf(string name, long length)
    {
        var header = new MemoryStream();
        using (var tar = new TarWriter(header, TarEntryFormat.Gnu, leaveOpen: true))
            tar.WriteEntry(LayerTar.FileEntry(name, new LengthOnly(length)));
        return header.GetBuffer().AsSpan(0, Block);
    }

    private static void Pad(Stream stream, long length) => stream.Write(new byte[(int)(RoundUp(length) - length)]);

    private static long Padded(long length) => Block + RoundUp(length);

    private static long RoundUp(long length) => (length + Block - 1) / Block * Block;
}
