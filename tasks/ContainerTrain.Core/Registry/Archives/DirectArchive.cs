using System.Collections.Immutable;
using System.Text;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Registry;

/// <summary>Writes an image into a file or folder straight from the plan; no engine takes part.</summary>
internal sealed class DirectArchive(BuildCache cache, RegistrySettings settings, IProgress<string> progress)
{
    /// <param name="plan">With files that are there.</param>
    /// <param name="path">The file or folder.</param>
    /// <param name="expected">The id that the image has to have; null for any.</param>
    /// <returns>Null if the image would be another one than <paramref name="expected"/>.</returns>
    public async Task<PushedImage?> WriteAsync(ImagePlan plan, string path, bool isFolder, string? expected, CancellationToken cancellation)
    {
        DirectPlan.Check(plan);
        var from = ImageReference.Parse(plan.PullReference);
        var origin = RegistryAddress.Of(from.Registry);
        using var client = new RegistryClient(origin, RegistryUse.Pull, settings, progress, cancellation);
        var source = new RegistryRepository(client, origin.Qualify(from.Repository), writes: false);
        var below = await new RemoteImages(cache).FindAsync(source, from, plan.Platform, cancellation);
        var digests = cache.LoadDigests();
        if (expected is not null && !DirectPlan.Gives(expected, plan, below, digests))
            return null;

        progress.Report($"Writing {path}");
        using var layout = new ImageLayout(path);
        foreach (var layer in below.Layers)
            await CopyAsync(layer, source, layout, cancellation);
        var made = new List<(LayerDigest Digest, CompressedLayer Blob)>();
        foreach (var layer in plan.Layers)
            made.Add(await CompressAsync(layer, plan.WorkingDirectory, layout, cancellation));
        foreach (var (digest, _) in made)
            digests.Remember(digest.Plan, plan.WorkingDirectory, digest.DiffId);
        digests.Save();

        var image = ComposedImage.Of(plan, below.Image, [.. made.Select(layer => layer.Digest)]);
        if (expected is not null && image.Config.Id != expected)
            return null; // a file changed between the look at what is known of the layers and their reading
        ImmutableArray<Descriptor> layers =
        [
            .. below.Layers.Select(layer => layer with { MediaType = MediaTypes.ToOci(layer.MediaType) }),
            .. made.Select(layer => new Descriptor(MediaTypes.OciLayer, layer.Blob.Digest, layer.Blob.Size)),
        ];
        var manifest = image.Manifest(layers, oci: true);
        layout.Add(image.Config.Json);
        layout.Describe(manifest, image.Config.Id, plan.References, layers.Select(layer => layer.Digest), plan.Platform);
        if (isFolder)
            layout.MoveTo(path);
        else
            layout.PackInto(path, cancellation);
        return new PushedImage(image.Config.Id, manifest.Digest, plan.References)
        {
            MediaType = manifest.MediaType,
            Manifest = Encoding.UTF8.GetString(manifest.Json),
            Configuration = Encoding.UTF8.GetString(image.Config.Json),
        };
    }

    private async Task CopyAsync(Descriptor layer, RegistryRepository source, ImageLayout layout, CancellationToken cancellation)
    {
        progress.Report($"  base: reading {Units.Show(layer.Size)} from {source.Client.Address}");
        await source.Client.Backoff.TryAsync("base layer", () => layout.AddAsync(async file =>
        {
            using var response = await source.OpenBlobAsync(layer.Digest, cancellation);
            var tee = new TeeStream(file);
            try
            {
                await response.Content.CopyToAsync(tee, cancellation);
            }
            catch (Exception e) when (e is HttpRequestException or HttpIOException)
            {
                throw new TransientException(e.Message, inner: e);
            }
            var digest = tee.Digest();
            return digest == layer.Digest ? (true, digest) : throw new ProblemException(Codes.WrongContent.With(source.Client.Address, layer.Digest, digest));
        }), cancellation);
    }

    private async Task<(LayerDigest, CompressedLayer)> CompressAsync(LayerPlan layer, string root, ImageLayout layout, CancellationToken cancellation)
    {
        var blob = await layout.AddAsync(file =>
        {
            var made = new LayerBlob(layer, root).Write(file, _ => { }, cancellation);
            return Task.FromResult((made, made.Digest));
        });
        progress.Report($"  {layer.Name}: {Units.Show(blob.Size)}");
        return (new LayerDigest(layer, blob.DiffId), blob);
    }
}
