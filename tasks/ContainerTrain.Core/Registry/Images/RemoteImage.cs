using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Registry;

/// <summary>An image in a registry.</summary>
/// <param name="Digest">Of its manifest: of this platform's, where there are several.</param>
/// <param name="Manifest">Its media type.</param>
/// <param name="Layers">As they are stored, from the lowest up.</param>
/// <param name="Image">As an engine would describe it.</param>
internal sealed record RemoteImage(
    RegistryRepository Repository, string Reference, string Digest, string Manifest, ImmutableArray<Descriptor> Layers, EngineImage Image)
{
    /// <summary>Whether its formats are the OCI's rather than Docker's.</summary>
    public bool IsOci => Manifest == MediaTypes.OciManifest;
}

/// <summary>Reads images from registries. Manifests and configurations, which their digests name, are read once per user.</summary>
/// <param name="cache">The user's.</param>
internal sealed class RemoteImages(BuildCache cache)
{
    private readonly string _store = Path.Join(cache.Directory, "registry");

    /// <exception cref="ProblemException">CT5007 if there is no such image for this platform.</exception>
    public async Task<RemoteImage> FindAsync(RegistryRepository repository, ImageReference reference, string platform, CancellationToken cancellation)
    {
        var name = reference.Digest ?? reference.Tag ?? "latest";
        var digest = reference.Digest ?? await repository.FindDigestAsync(name, cancellation);
        var manifest = await ManifestAsync(repository, digest ?? name, cancellation)
            ?? throw new ProblemException(Codes.NotInRegistry.With(reference, $"{repository.Client.Address} has no '{repository.Name}:{name}'"));
        try
        {
            if (MediaTypes.IsList(manifest.MediaType))
            {
                var child = ChildOf(manifest, platform) ?? throw new ProblemException(Codes.NotInRegistry.With(reference, $"it has no image for {platform}"));
                manifest = await ManifestAsync(repository, child, cancellation)
                    ?? throw new ProblemException(Codes.NotInRegistry.With(reference, $"its manifest {child} is not there"));
            }
            return await ReadAsync(repository, reference, manifest, cancellation);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or KeyNotFoundException)
        {
            throw new ProblemException(Codes.NotInRegistry.With(reference, $"its manifest cannot be read: {e.Message}"), e);
        }
    }

    private async Task<RemoteImage> ReadAsync(RegistryRepository repository, ImageReference reference, StoredManifest manifest, CancellationToken cancellation)
    {
        var json = JsonNode.Parse(manifest.Json)!;
        var digest = Descriptor.Parse(json["config"]).Digest;
        var config = await CachedAsync(digest, async () => (await repository.ReadBlobAsync(digest, cancellation), ""));
        return new RemoteImage(
            repository, reference.ToString(), manifest.Digest, manifest.MediaType,
            [.. json["layers"]!.AsArray().Select(Descriptor.Parse)], ConfiguredImage.Parse(digest, config!.Json));
    }

    private async Task<StoredManifest?> ManifestAsync(RegistryRepository repository, string reference, CancellationToken cancellation)
    {
        if (!reference.StartsWith("sha256:", StringComparison.Ordinal))
            return await repository.FindManifestAsync(reference, cancellation);
        var found = await CachedAsync(reference, async () =>
            await repository.FindManifestAsync(reference, cancellation) is { } manifest ? (manifest.Json, manifest.MediaType) : null);
        return found is null || found.Digest == reference ? found : throw new ProblemException(Codes.WrongContent.With(repository.Client.Address, reference, found.Digest));
    }

    /// <summary>What a digest names never changes: a line with the media type, then the bytes.</summary>
    private async Task<StoredManifest?> CachedAsync(string digest, Func<Task<(byte[] Json, string MediaType)?>> read)
    {
        var file = Path.Join(_store, digest.Replace(':', '-'));
        if (File.Exists(file) && await File.ReadAllBytesAsync(file) is var stored && Array.IndexOf(stored, (byte)'\n') is var end and >= 0
            && Sha256.Of(stored.AsSpan(end + 1)) == digest)
        {
            return new StoredManifest(System.Text.Encoding.UTF8.GetString(stored, 0, end), stored[(end + 1)..]);
        }
        if (await read() is not var (json, type))
            return null;
        Directory.CreateDirectory(_store);
        // Two builds may write the same at once.
        var temporary = $"{file}.{Guid.NewGuid():n}";
        await File.WriteAllBytesAsync(temporary, [.. System.Text.Encoding.UTF8.GetBytes(type + "\n"), .. json]);
        File.Move(temporary, file, overwrite: true);
        return new StoredManifest(type, json);
    }

    private static string? ChildOf(StoredManifest list, string platform)
    {
        foreach (var child in JsonNode.Parse(list.Json)!["manifests"]!.AsArray())
        {
            if (child?["platform"] is { } of && $"{of["os"]}/{of["architecture"]}" == platform)
                return child["digest"]!.GetValue<string>();
        }
        return null;
    }
}
