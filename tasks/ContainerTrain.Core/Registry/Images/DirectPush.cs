using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Registry;

/// <summary>An image that is in a registry now.</summary>
/// <param name="ImageId">The digest of its configuration, which engines name it by; empty where only the engine knows it.</param>
/// <param name="Digest">Of its manifest, which registries name it by.</param>
/// <param name="References">With the registry.</param>
public sealed record PushedImage(string ImageId, string Digest, ImmutableArray<string> References)
{
    /// <summary>The file or folder that it was written to instead; empty for a registry.</summary>
    public string Archive { get; init; } = "";

    /// <summary>The manifest's media type, empty where an engine pushed.</summary>
    public string MediaType { get; init; } = "";

    /// <summary>The manifest, empty where an engine pushed.</summary>
    public string Manifest { get; init; } = "";

    /// <summary>The image's configuration, empty where an engine pushed.</summary>
    public string Configuration { get; init; } = "";
}

/// <summary>Pushes an image straight from the plan; no engine takes part.</summary>
internal sealed class DirectPush(BuildCache cache, RegistrySettings settings, IProgress<string> progress)
{
    /// <summary>Blobs that are asked for or sent at once.</summary>
    private const int AtOnce = 4;

    /// <param name="plan">With files that are there.</param>
    /// <param name="destination">The registry and repository.</param>
    /// <param name="tags">At least one.</param>
    /// <param name="expected">The id that the image has to have, else nothing is tagged; null for any.</param>
    /// <returns>Null if the image would be another one than <paramref name="expected"/>.</returns>
    public async Task<PushedImage?> PushAsync(
        ImagePlan plan, ImageReference destination, ImmutableArray<string> tags, string? expected, CancellationToken cancellation)
    {
        DirectPlan.Check(plan);
        var registry = RegistryAddress.Of(destination.Registry);
        var from = ImageReference.Parse(plan.PullReference);
        var origin = RegistryAddress.Of(from.Registry);
        using var client = new RegistryClient(registry, RegistryUse.Push, settings, progress, cancellation);
        using var other = origin == registry ? null : new RegistryClient(origin, RegistryUse.Pull, settings, progress, cancellation);
        var source = new RegistryRepository(other ?? client, origin.Qualify(from.Repository), writes: false);
        var target = new RegistryRepository(client, registry.Qualify(destination.Repository), writes: true);

        var (digests, memory) = (cache.LoadDigests(), BlobMemory.Load(cache));
        var below = await new RemoteImages(cache).FindAsync(source, from, plan.Platform, cancellation);
        if (expected is not null && !DirectPlan.Gives(expected, plan, below, digests))
            return null;
        progress.Report($"Pushing to {registry}/{target.Name}");
        try
        {
            var push = new LayerPush(target, memory, progress);
            var layers = await LayersAsync(plan, below, push, digests, cancellation);
            var image = ComposedImage.Of(plan, below.Image, [.. layers.Select(layer => layer.Digest)]);
            if (expected is not null && image.Config.Id != expected)
                return null; // a file changed between the look at what is known of the layers and their reading
            var manifest = image.Manifest([.. below.Layers, .. layers.Select(layer => DescriptorOf(layer.Blob, below.IsOci))], below.IsOci);
            await push.PushAsync("configuration", image.Config.Json, image.Config.Id, cancellation);
            foreach (var tag in tags)
                await target.PutManifestAsync(tag, manifest, cancellation);
            return new PushedImage(image.Config.Id, manifest.Digest, [.. tags.Select(tag => (destination with { Tag = tag }).ToString())])
            {
                MediaType = manifest.MediaType,
                Manifest = System.Text.Encoding.UTF8.GetString(manifest.Json),
                Configuration = System.Text.Encoding.UTF8.GetString(image.Config.Json),
            };
        }
        finally
        {
            // Also where the push is cut off: what is up there need not be compressed again.
            memory.Save();
            digests.Save();
        }
    }

    private static Descriptor DescriptorOf(CompressedLayer blob, bool oci) =>
        new(oci ? MediaTypes.OciLayer : MediaTypes.DockerLayer, blob.Digest, blob.Size);

    private async Task<ImmutableArray<(LayerDigest Digest, CompressedLayer Blob)>> LayersAsync(
        ImagePlan plan, RemoteImage below, LayerPush push, LayerDigests digests, CancellationToken cancellation)
    {
        using var turn = new SemaphoreSlim(AtOnce);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var copies = below.Layers.Select((layer, i) => InTurn(async () =>
        {
            await push.CopyAsync($"base {i + 1}/{below.Layers.Length}", layer, below.Repository, stop.Token);
            return 0;
        })).ToArray();
        var layers = plan.Layers.Select(layer => InTurn(async () =>
        {
            var known = cache.Verify ? null : digests.Find(layer, plan.WorkingDirectory);
            var blob = await push.PushAsync(layer, plan.WorkingDirectory, known, stop.Token);
            digests.Remember(layer, plan.WorkingDirectory, blob.DiffId);
            return (new LayerDigest(layer, blob.DiffId), blob);
        })).ToArray();
        await Task.WhenAll([.. copies, .. layers]);
        return [.. layers.Select(layer => layer.Result)];

        // On the pool, not in a row: compressing a small layer takes its thread.
        Task<T> InTurn<T>(Func<Task<T>> work) => Task.Run(async () =>
        {
            await turn.WaitAsync(stop.Token);
            try
            {
                return await work();
            }
            catch
            {
                await stop.CancelAsync(); // one failure ends the push: do not go on sending gigabytes
                throw;
            }
            finally
            {
                turn.Release();
            }
        }, CancellationToken.None);
    }
}
