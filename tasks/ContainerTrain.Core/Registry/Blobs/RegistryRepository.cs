using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using ContainerTrain.Diagnostics;

namespace ContainerTrain.Registry;

/// <summary>A manifest as it is stored.</summary>
internal sealed record StoredManifest(string MediaType, byte[] Json)
{
    public string Digest { get; } = Sha256.Of(Json);
}

/// <summary>SHA-256 as references have it.</summary>
internal static class Sha256
{
    /// <summary>In the form <c>sha256:…</c>.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
}

/// <summary>One repository of a registry: its blobs and manifests.</summary>
/// <param name="writes">Whether it is written to: a login may allow reading only.</param>
internal sealed class RegistryRepository(RegistryClient client, string name, bool writes)
{
    private static readonly ImmutableArray<string> Manifests =
        [MediaTypes.OciManifest, MediaTypes.DockerManifest, MediaTypes.OciIndex, MediaTypes.DockerList];

    private readonly ImmutableArray<string> _scopes = [$"repository:{name}:{(writes ? "pull,push" : "pull")}"];

    public string Name => name;

    public RegistryClient Client => client;

    /// <summary>The manifest of a tag or digest, or null.</summary>
    public async Task<StoredManifest?> FindManifestAsync(string reference, CancellationToken cancellation)
    {
        using var response = await client.TryAsync(Get($"manifests/{reference}") with { Accept = Manifests, MayBeMissing = true }, cancellation);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        var type = response.Content.Headers.ContentType?.MediaType ?? "";
        return new StoredManifest(type, await response.Content.ReadAsByteArrayAsync(cancellation));
    }

    /// <summary>The digest of a tag's manifest without the manifest, or null where the registry does not say.</summary>
    public async Task<string?> FindDigestAsync(string tag, CancellationToken cancellation)
    {
        var request = Get($"manifests/{tag}") with { Method = HttpMethod.Head, Accept = Manifests, MayBeMissing = true };
        using var response = await client.TryAsync(request, cancellation);
        return response.IsSuccessStatusCode && response.Headers.TryGetValues("Docker-Content-Digest", out var values) ? values.FirstOrDefault() : null;
    }

    /// <summary>Stores a manifest; returns whether the registry keeps a list of what refers to its subject.</summary>
    public async Task<bool> PutManifestAsync(string tag, StoredManifest manifest, CancellationToken cancellation)
    {
        var request = new RegistryRequest(HttpMethod.Put, At($"manifests/{tag}"), _scopes)
        {
            Content = () => new ByteArrayContent(manifest.Json) { Headers = { ContentType = new MediaTypeHeaderValue(manifest.MediaType) } },
        };
        using var response = await client.TryAsync(request, cancellation);
        return response.Headers.Contains("OCI-Subject");
    }

    public async Task<bool> HasBlobAsync(string digest, CancellationToken cancellation)
    {
        using var response = await client.TryAsync(Get($"blobs/{digest}") with { Method = HttpMethod.Head, MayBeMissing = true }, cancellation);
        return response.IsSuccessStatusCode;
    }

    /// <summary>A small blob, whole; its digest is checked.</summary>
    public async Task<byte[]> ReadBlobAsync(string digest, CancellationToken cancellation)
    {
        using var response = await client.TryAsync(Get($"blobs/{digest}"), cancellation);
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellation);
        return Sha256.Of(bytes) == digest
            ? bytes
            : throw new ProblemException(Codes.WrongContent.With(client.Address, digest, Sha256.Of(bytes)));
    }

    /// <summary>A blob as it comes; whoever reads it checks the digest.</summary>
    public Task<HttpResponseMessage> OpenBlobAsync(string digest, CancellationToken cancellation) =>
        client.SendAsync(Get($"blobs/{digest}") with { IsLong = true }, cancellation);

    /// <summary>Begins an upload, or has the registry take the blob from another repository of its own.</summary>
    /// <returns>Where to upload to; null if nothing needs to be uploaded.</returns>
    public async Task<Uri?> BeginAsync(string? digest, string? from, CancellationToken cancellation)
    {
        var mounts = digest is not null && from is not null && from != name;
        var request = new RegistryRequest(HttpMethod.Post, At("blobs/uploads/") + (mounts ? $"?mount={digest}&from={Uri.EscapeDataString(from!)}" : ""),
            mounts ? [.. _scopes, $"repository:{from}:pull"] : _scopes)
        {
            Content = () => new ByteArrayContent([]),
        };
        using var response = await client.SendAsync(request, cancellation);
        return mounts && response.StatusCode == HttpStatusCode.Created ? null : LocationOf(response);
    }

    /// <summary>Sends a part of an upload, and gives where it goes on.</summary>
    public async Task<Uri> AppendAsync(Uri location, Func<StreamedContent> content, CancellationToken cancellation)
    {
        var request = new RegistryRequest(HttpMethod.Patch, location.AbsoluteUri, _scopes) { Content = content, IsLong = true };
        using var response = await client.SendAsync(request, cancellation);
        return LocationOf(response);
    }

    /// <summary>Ends an upload, with its last bytes or with all of them.</summary>
    public async Task CompleteAsync(Uri location, string digest, Func<HttpContent> content, CancellationToken cancellation)
    {
        var address = location.AbsoluteUri + (location.Query.Length > 0 ? "&" : "?") + "digest=" + Uri.EscapeDataString(digest);
        using var response = await client.SendAsync(new RegistryRequest(HttpMethod.Put, address, _scopes) { Content = content, IsLong = true }, cancellation);
    }

    private RegistryRequest Get(string path) => new(HttpMethod.Get, At(path), _scopes);

    private string At(string path) => $"/v2/{name}/{path}";

    /// <summary>May be given without the host, or with one: a storage of the registry's own.</summary>
    private static Uri LocationOf(HttpResponseMessage response) =>
        response.Headers.Location is { } location
            ? RegistryUri.Follow(response.RequestMessage!.RequestUri!, location)
            : throw new TransientException($"the registry did not say where to upload to ({(int)response.StatusCode})");
}
