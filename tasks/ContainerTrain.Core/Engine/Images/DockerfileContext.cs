using System.Collections.Immutable;
using System.Formats.Tar;
using System.Net;
using System.Text;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>
/// What <c>POST /build</c> gets: a Dockerfile and the files of some layers, as a tar stream straight from where the files
/// lie. The same content gives the same bytes.
/// </summary>
internal sealed class DockerfileContext(string dockerfile, ImmutableArray<LayerPlan> layers) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var tar = new TarWriter(stream, TarEntryFormat.Gnu, leaveOpen: true);
        using var text = new MemoryStream(Encoding.UTF8.GetBytes(dockerfile));
        await tar.WriteEntryAsync(LayerTar.FileEntry(ContainerPaths.OwnDockerfile, text), cancellationToken);
        foreach (var layer in layers)
        {
            if (layer.Kind == LayerKind.Context)
            {
                foreach (var file in layer.Files.Where(file => file.Target != ContainerPaths.OwnDockerfile))
                    await LayerTar.WriteFileAsync(tar, file.Target, file, cancellationToken);
                continue;
            }
            // The folder comes first, so that a COPY of it works even where an engine does not invent parents.
            await tar.WriteEntryAsync(LayerTar.FolderEntry(layer.Name), cancellationToken);
            foreach (var file in layer.Files)
                await LayerTar.WriteFileAsync(tar, $"{layer.Name}/{file.Target}", file, cancellationToken);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
