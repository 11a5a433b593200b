using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine;

/// <summary>
/// An engine's images. The calls of every build are made directly: loading the client library costs more than they do.
/// </summary>
internal sealed class EngineImages(EngineConnection engine)
{
    /// <summary>The image of this name or id, or null.</summary>
    public async Task<EngineImage?> FindAsync(string reference, CancellationToken cancellation)
    {
        using var response = await engine.Http.GetAsync($"images/{Uri.EscapeDataString(reference)}/json", cancellation);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        await EnsureAsync(response, "GET /images/…/json", cancellation);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        return EngineImage.Parse(stream);
    }

    /// <summary>The ids of the images that have all these labels (<c>name</c> or <c>name=value</c>).</summary>
    public async Task<ImmutableArray<string>> ListAsync(CancellationToken cancellation, params ImmutableArray<string> labels)
    {
        var filters = JsonSerializer.Serialize<JsonNode>(new JsonObject { ["label"] = new JsonArray([.. labels.Select(label => (JsonNode)label)]) });
        using var response = await engine.Http.GetAsync($"images/json?filters={Uri.EscapeDataString(filters)}", cancellation);
        await EnsureAsync(response, "GET /images/json", cancellation);
        var images = JsonNode.Parse(await response.Content.ReadAsStreamAsync(cancellation))!.AsArray();
        return [.. images.Select(image => image!["Id"]!.GetValue<string>())];
    }

    /// <summary>Removes a name or an image. False if the engine keeps it: a container uses it, or another image stands on it.</summary>
    public async Task<bool> RemoveAsync(string reference, CancellationToken cancellation)
    {
        using var response = await engine.Http.DeleteAsync($"images/{Uri.EscapeDataString(reference)}", cancellation);
        return response.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound;
    }

    /// <summary>The base image, pulled if the engine does not have it.</summary>
    /// <exception cref="ProblemException">CT3003 if it is not to be had.</exception>
    public async Task<EngineImage> PullIfMissingAsync(string reference, string platform, IProgress<string> progress, CancellationToken cancellation)
    {
        if (await FindAsync(reference, cancellation) is { } present)
            return present;
        progress.Report($"Pulling {reference}");
        var failure = await PullAsync(ImageReference.Parse(reference), platform, progress, cancellation);
        return failure is null && await FindAsync(reference, cancellation) is { } pulled
            ? pulled
            : throw new ProblemException(Codes.BaseImageUnavailable.With(reference, failure ?? "the engine does not list it after the pull"));
    }

    /// <exception cref="ProblemException">CT3005 with the engine's words, unless the answer is a success.</exception>
    public async Task EnsureAsync(HttpResponseMessage response, string request, CancellationToken cancellation)
    {
        if (!response.IsSuccessStatusCode)
            throw new ProblemException(Codes.EngineError.With(request, engine.Endpoint, EngineMessage.Of(await response.Content.ReadAsStringAsync(cancellation))));
    }

    /// <summary>Pulls an image; returns the engine's words if that failed.</summary>
    private async Task<string?> PullAsync(ImageReference reference, string platform, IProgress<string> progress, CancellationToken cancellation)
    {
        string? error = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var messages = new DirectProgress<JSONMessage>(message =>
        {
            error = message.Error?.Message ?? error;
            // One line per layer and state: the byte counts in between would be thousands of lines.
            if (message.Status is { Length: > 0 } status && status is not ("Downloading" or "Extracting" or "Waiting") && seen.Add(message.ID + status))
                progress.Report(message.ID is { Length: > 0 } ? $"  {message.ID}: {status}" : "  " + status);
        });
        try
        {
            await engine.Docker.Images.CreateImageAsync(
                new ImagesCreateParameters
                {
                    FromImage = (reference with { Tag = null, Digest = null }).ToString(),
                    Tag = reference.Digest ?? reference.Tag ?? "latest",
                    Platform = platform,
                },
                authConfig: null, messages, cancellation);
            return error;
        }
        catch (DockerApiException e)
        {
            return EngineMessage.Of(e);
        }
    }
}
