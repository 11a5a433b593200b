using System.Text;
using System.Text.Json.Nodes;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Registry;

/// <summary>
/// Attaches a file to an image in a registry, as a manifest that names the image as its subject
/// (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests-with-subject).
/// </summary>
internal sealed class Referrer(RegistrySettings settings, IProgress<string> progress)
{
    private const string EmptyType = "application/vnd.oci.empty.v1+json";

    private static readonly byte[] Empty = "{}"u8.ToArray();

    /// <param name="name">The repository.</param>
    /// <param name="subject">The image's digest.</param>
    /// <param name="type">The file's media type.</param>
    /// <returns>The digest of the manifest.</returns>
    public async Task<string> AttachAsync(ImageReference name, string subject, string type, byte[] file, CancellationToken cancellation)
    {
        var registry = RegistryAddress.Of(name.Registry);
        using var client = new RegistryClient(registry, RegistryUse.Push, settings, progress, cancellation);
        var repository = new RegistryRepository(client, registry.Qualify(name.Repository), writes: true);
        var image = await repository.FindManifestAsync(subject, cancellation)
            ?? throw new ProblemException(Codes.NotInRegistry.With($"{name}@{subject}", "it is not there"));
        foreach (var blob in (byte[][])[Empty, file])
            await PutAsync(repository, blob, cancellation);
        var manifest = new StoredManifest(MediaTypes.OciManifest, JsonBytes.Of(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.OciManifest,
            ["artifactType"] = type,
            ["config"] = new Descriptor(EmptyType, Sha256.Of(Empty), Empty.Length).ToJson(),
            ["layers"] = new JsonArray(new Descriptor(type, Sha256.Of(file), file.Length).ToJson()),
            ["subject"] = new Descriptor(image.MediaType, subject, image.Json.Length).ToJson(),
        }));
        if (!await repository.PutManifestAsync(manifest.Digest, manifest, cancellation))
            await ListAsync(repository, subject, type, manifest, cancellation);
        return manifest.Digest;
    }

    private static async Task PutAsync(RegistryRepository repository, byte[] blob, CancellationToken cancellation)
    {
        if (await repository.HasBlobAsync(Sha256.Of(blob), cancellation))
            return;
        await repository.Client.Backoff.TryAsync("attachment", async () =>
        {
            if (await repository.BeginAsync(null, null, cancellation) is { } location)
                await repository.CompleteAsync(location, Sha256.Of(blob), () => new ByteArrayContent(blob), cancellation);
            return true;
        }, cancellation);
    }

    /// <summary>For registries that keep no list of referrers: the list is an index under a tag made of the image's digest.</summary>
    private static async Task ListAsync(RegistryRepository repository, string subject, string type, StoredManifest manifest, CancellationToken cancellation)
    {
        var tag = subject.Replace(':', '-');
        var index = await repository.FindManifestAsync(tag, cancellation) is { } there && JsonNode.Parse(there.Json) is JsonObject known && known["manifests"] is JsonArray
            ? known
            : new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.OciIndex, ["manifests"] = new JsonArray() };
        var manifests = index["manifests"]!.AsArray();
        if (manifests.Any(one => one?["digest"]?.GetValue<string>() == manifest.Digest))
            return;
        var descriptor = new Descriptor(manifest.MediaType, manifest.Digest, manifest.Json.Length).ToJson();
        descriptor["artifactType"] = type;
        manifests.Add(descriptor);
        await repository.PutManifestAsync(tag, new StoredManifest(MediaTypes.OciIndex, Encoding.UTF8.GetBytes(index.ToJsonString())), cancellation);
    }
}
