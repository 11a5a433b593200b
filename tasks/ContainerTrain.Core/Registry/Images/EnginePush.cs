using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Registry;

/// <summary>Has an engine push an image that it has. The engine speaks to the registry; the login goes along with the request.</summary>
internal sealed class EnginePush(EngineConnection engine, RegistrySettings settings, IProgress<string> progress)
{
    /// <param name="imageId">The image on the engine.</param>
    /// <param name="destination">The registry and repository.</param>
    public async Task<PushedImage> PushAsync(string imageId, ImageReference destination, ImmutableArray<string> tags, CancellationToken cancellation)
    {
        var registry = RegistryAddress.Of(destination.Registry);
        var login = new CredentialStore(settings).Find(registry, RegistryUse.Push, cancellation);
        progress.Report($"Pushing to {registry}/{destination.Repository} by {engine.Describe()}");
        var (digest, references) = ("", ImmutableArray.CreateBuilder<string>());
        foreach (var tag in tags)
        {
            var name = destination with { Tag = tag };
            digest = await PushAsync(imageId, name, registry, login, cancellation);
            references.Add(name.ToString());
        }
        return new PushedImage(imageId, digest, references.ToImmutable());
    }

    private async Task<string> PushAsync(string imageId, ImageReference name, RegistryAddress registry, FoundLogin login, CancellationToken cancellation)
    {
        // The engine pushes names; one that was not there before is taken away again.
        var images = new EngineImages(engine);
        var before = images.Find(name.ToString(), cancellation)?.Id;
        var repository = (name with { Tag = null }).ToString();
        await RequestAsync("tag", $"images/{Uri.EscapeDataString(imageId)}/tag?repo={Uri.EscapeDataString(repository)}&tag={name.Tag}", "", cancellation);
        try
        {
            // Docker finds out itself that a registry of this machine has no TLS; Podman wants to be told.
            var plain = registry.IsLoopback || settings.Insecure.Contains(registry.Name);
            var query = engine.Version.Kind == EngineKind.Podman && plain ? "&tlsVerify=false" : "";
            using var response = await SendAsync($"images/{Uri.EscapeDataString(repository)}/push?tag={name.Tag}{query}", AuthOf(login.Login, registry), cancellation);
            if (!response.IsSuccessStatusCode)
                throw Failed(name, EngineMessage.Of(await response.Content.ReadAsStringAsync(cancellation)), login);
            var (digest, error) = await ReadAsync(await response.Content.ReadAsStreamAsync(cancellation), cancellation);
            if (error is null && digest.Length == 0)
                digest = await DigestAsync(name, registry, cancellation) ?? "";
            return error is null && digest.Length > 0 ? digest : throw Failed(name, error ?? "the registry does not have it", login);
        }
        finally
        {
            if (before is null)
                images.Remove(name.ToString(), CancellationToken.None);
            else if (before != imageId)
                await RequestAsync("tag", $"images/{Uri.EscapeDataString(before)}/tag?repo={Uri.EscapeDataString(repository)}&tag={name.Tag}", "", CancellationToken.None);
        }
    }

    /// <summary>Podman does not say what it has pushed (seen with 4.3.1).</summary>
    private async Task<string?> DigestAsync(ImageReference name, RegistryAddress registry, CancellationToken cancellation)
    {
        using var client = new RegistryClient(registry, RegistryUse.Push, settings, progress, cancellation);
        return await new RegistryRepository(client, name.Repository, writes: false).FindDigestAsync(name.Tag!, cancellation);
    }

    private ProblemException Failed(ImageReference name, string words, FoundLogin login) =>
        new(Codes.EnginePushFailed.With(name, engine.Describe(), $"{words.Trim()} (with {login})"));

    private async Task RequestAsync(string what, string path, string auth, CancellationToken cancellation)
    {
        using var response = await SendAsync(path, auth, cancellation);
        await new EngineImages(engine).EnsureAsync(response, $"POST /images/…/{what}", cancellation);
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string auth, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (auth.Length > 0)
            request.Headers.TryAddWithoutValidation("X-Registry-Auth", auth);
        return await engine.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    /// <summary>https://docs.docker.com/reference/api/engine/#section/Authentication; the engine wants the header even without a login.</summary>
    private static string AuthOf(RegistryLogin? login, RegistryAddress registry)
    {
        var json = new JsonObject { ["serveraddress"] = registry.LoginKeys[0] };
        if (login?.ForEngine is var (user, password, identityToken))
        {
            (json["username"], json["password"]) = (user, password);
            if (identityToken.Length > 0)
                json["identitytoken"] = identityToken;
        }
        return Convert.ToBase64String(Encoding.UTF8.GetBytes(json.ToJsonString())).Replace('+', '-').Replace('/', '_');
    }

    /// <summary>One line per layer and state, as the counts in between would be thousands; the digest comes at the end.</summary>
    private async Task<(string Digest, string? Error)> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var (digest, seen) = ("", new HashSet<string>(StringComparer.Ordinal));
        string? error = null;
        await foreach (var message in JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(stream, topLevelValues: true, cancellationToken: cancellation))
        {
            error = Text(Member(message, "errorDetail"), "message") ?? error ?? Text(message, "error");
            digest = Text(Member(message, "aux"), "Digest") ?? digest;
            if (Text(message, "id") is { Length: > 0 } layer && Text(message, "status") is { } status && Member(Member(message, "progressDetail"), "current") is null && seen.Add(layer + status))
                progress.Report($"  {layer}: {status}");
        }
        return (digest, error);
    }

    private static JsonElement? Member(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } parent && parent.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement? element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
