using System.Globalization;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Registry;

/// <summary>Brings blobs to a repository, each in the cheapest way: it is there, it is mounted, or it is sent.</summary>
/// <param name="target">Where to.</param>
/// <param name="memory">Of earlier pushes.</param>
/// <param name="progress">Gets a line per layer.</param>
internal sealed class LayerPush(RegistryRepository target, BlobMemory memory, IProgress<string> progress)
{
    private const int PercentPerLine = 25;

    private RegistryAddress Registry => target.Client.Address;

    /// <summary>A layer of the plan.</summary>
    /// <param name="diffId">Of its tar, if it is known.</param>
    public async Task<CompressedLayer> PushAsync(LayerPlan layer, string root, string? diffId, CancellationToken cancellation)
    {
        if (diffId is not null && memory.Find(diffId) is { } known && await TakeAsync(layer.Name, known.Digest, known.Size, cancellation))
            return known;
        var blob = new LayerBlob(layer, root);
        if (!blob.IsSmall)
            return await StreamAsync(blob, cancellation);

        using var bytes = new MemoryStream();
        var made = blob.Write(bytes, _ => { }, cancellation);
        memory.Remember(made);
        await PushAsync(layer.Name, bytes.ToArray(), made.Digest, cancellation);
        return made;
    }

    /// <summary>Bytes that are there as a whole.</summary>
    public async Task PushAsync(string name, byte[] bytes, string digest, CancellationToken cancellation)
    {
        if (await TakeAsync(name, digest, bytes.Length, cancellation))
            return;
        await RetryAsync(name, async () =>
        {
            if (await target.BeginAsync(null, null, cancellation) is { } location)
                await target.CompleteAsync(location, digest, () => new ByteArrayContent(bytes), cancellation);
            return true;
        }, cancellation);
        Sent(name, digest, bytes.Length);
    }

    /// <summary>A layer of the base image, from the registry that the base is read from.</summary>
    public async Task CopyAsync(string name, Descriptor blob, RegistryRepository source, CancellationToken cancellation)
    {
        if (source.Client.Address == Registry)
            memory.Remember(Registry, blob.Digest, source.Name);
        if (await TakeAsync(name, blob.Digest, blob.Size, cancellation))
            return;
        progress.Report($"  {name}: copying {Units.Show(blob.Size)} from {source.Client.Address}");
        await RetryAsync(name, async () =>
        {
            using var response = await source.OpenBlobAsync(blob.Digest, cancellation);
            await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
            var begun = false;
            if (await target.BeginAsync(null, null, cancellation) is { } location)
                await target.CompleteAsync(location, blob.Digest, Content, cancellation);
            return true;

            // What was read of the stream does not come back: where a token runs out now, all begins anew.
            HttpContent Content()
            {
                if (begun)
                    throw new TransientException("the registry asked for another login in the middle");
                begun = true;
                return new StreamContent(stream) { Headers = { ContentLength = blob.Size } };
            }
        }, cancellation);
        Sent(name, blob.Digest, blob.Size);
    }

    /// <summary>Whether the repository has the blob, or could take it from another one of the registry.</summary>
    private async Task<bool> TakeAsync(string name, string digest, long size, CancellationToken cancellation)
    {
        if (await target.HasBlobAsync(digest, cancellation))
        {
            memory.Remember(Registry, digest, target.Name);
            progress.Report($"  {name}: there already ({Units.Show(size)})");
            return true;
        }
        if (memory.RepositoryWith(Registry, digest) is not { } other || other == target.Name)
            return false;
        var mounted = await RetryAsync(name, async () =>
        {
            try
            {
                // The registry forgets the upload that it begins in place of the mount.
                return await target.BeginAsync(digest, other, cancellation) is null;
            }
            catch (ProblemException)
            {
                return false; // the login may not read the other repository, for example; sending needs nothing of it
            }
        }, cancellation);
        if (!mounted)
            return false;
        progress.Report($"  {name}: mounted from {other} ({Units.Show(size)})");
        return true;
    }

    /// <summary>Compresses while it sends: the digest is known when all is sent.</summary>
    private async Task<CompressedLayer> StreamAsync(LayerBlob blob, CancellationToken cancellation)
    {
        progress.Report($"  {blob.Name}: compressing and pushing {Units.Show(blob.TarLength)}");
        var made = await RetryAsync(blob.Name, async () =>
        {
            CompressedLayer? made = null;
            StreamedContent? content = null;
            try
            {
                var location = await target.BeginAsync(null, null, cancellation) ?? throw new TransientException("the registry began no upload");
                location = await target.AppendAsync(location, () => content = new StreamedContent((stream, cancel) => made = blob.Write(stream, Steps(blob), cancel)), cancellation);
                await target.CompleteAsync(location, made!.Digest, () => new ByteArrayContent([]), cancellation);
            }
            catch (Exception) when (content?.Failure is { } failure)
            {
                throw new ProblemException(Codes.LayerUnreadable.With(blob.Name, failure.Message), failure);
            }
            return made;
        }, cancellation);
        memory.Remember(made);
        Sent(blob.Name, made.Digest, made.Size);
        return made;
    }

    private Action<long> Steps(LayerBlob blob)
    {
        var next = PercentPerLine;
        return written =>
        {
            if (written * 100 / blob.TarLength is var percent && percent >= next && percent < 100)
            {
                next = (int)percent / PercentPerLine * PercentPerLine + PercentPerLine;
                progress.Report(string.Create(CultureInfo.InvariantCulture, $"  {blob.Name}: {percent} %"));
            }
        };
    }

    private void Sent(string name, string digest, long size)
    {
        memory.Remember(Registry, digest, target.Name);
        progress.Report($"  {name}: pushed {Units.Show(size)}");
    }

    private Task<T> RetryAsync<T>(string name, Func<Task<T>> action, CancellationToken cancellation) =>
        target.Client.Backoff.TryAsync($"{name} to {Registry}", action, cancellation);
}
