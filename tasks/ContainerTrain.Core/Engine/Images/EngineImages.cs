using System.Collections.Immutable;
using System.Net;
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
    /// <summary>Between two tries to pull an image.</summary>
    private static readonly TimeSpan[] PullPauses = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4)];

    /// <summary>The image of this name or id, or null.</summary>
    public EngineImage? Find(string reference, CancellationToken cancellation)
    {
        var answer = engine.Send("GET", $"images/{Uri.EscapeDataString(reference)}/json", cancellation);
        if (answer.Status == (int)HttpStatusCode.NotFound)
            return null;
        Ensure(answer, "GET /images/…/json");
        return EngineImage.Parse(answer.Body);
    }

    /// <summary>The ids of the images that have all these labels (<c>name</c> or <c>name=value</c>).</summary>
    public ImmutableArray<string> List(CancellationToken cancellation, params ImmutableArray<string> labels)
    {
        var filters = new JsonObject { ["label"] = new JsonArray([.. labels.Select(label => (JsonNode)label)]) }.ToJsonString();
        var answer = engine.Send("GET", $"images/json?filters={Uri.EscapeDataString(filters)}", cancellation);
        Ensure(answer, "GET /images/json");
        return [.. JsonNode.Parse(answer.Body)!.AsArray().Select(image => image!["Id"]!.GetValue<string>())];
    }

    /// <summary>Removes a name or an image. False if the engine keeps it: a container uses it, or another image stands on it.</summary>
    public bool Remove(string reference, CancellationToken cancellation) =>
        engine.Send("DELETE", $"images/{Uri.EscapeDataString(reference)}", cancellation).Status is (int)HttpStatusCode.OK or (int)HttpStatusCode.NotFound;

    /// <summary>The base image, pulled if the engine does not have it.</summary>
    /// <exception cref="ProblemException">CT3003 if it is not to be had.</exception>
    public async Task<EngineImage> PullIfMissingAsync(string reference, string platform, IProgress<string> progress, CancellationToken cancellation)
    {
        if (Find(reference, cancellation) is { } present)
            return present;
        progress.Report($"Pulling {reference}");
        var failure = await PullAsync(ImageReference.Parse(reference), platform, progress, cancellation);
        return failure is null && Find(reference, cancellation) is { } pulled
            ? pulled
            : throw new ProblemException(Codes.BaseImageUnavailable.With(reference, failure ?? "the engine does not list it after the pull"));
    }

    /// <exception cref="ProblemException">CT3005 with the engine's words, unless the answer is a success.</exception>
    public async Task EnsureAsync(HttpResponseMessage response, string request, CancellationToken cancellation)
    {
        if (!response.IsSuccessStatusCode)
            throw new ProblemException(Codes.EngineError.With(request, engine.Endpoint, EngineMessage.Of(await response.Content.ReadAsStringAsync(cancellation))));
    }

    private void Ensure(EngineAnswer answer, string request)
    {
        if (!answer.IsSuccess)
            throw new ProblemException(Codes.EngineError.With(request, engine.Endpoint, EngineMessage.Of(answer.Text)));
    }

    /// <summary>Pulls an image, again after a failure that may pass; returns the engine's words if all of that failed.</summary>
    private async Task<string?> PullAsync(ImageReference reference, string platform, IProgress<string> progress, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            var (failure, mayPass) = await PullOnceAsync(reference, platform, progress, cancellation);
            if (failure is null || !mayPass || tries > PullPauses.Length)
                return failure;
            var pause = PullPauses[tries - 1];
            progress.Report($"Pulling {reference} failed: {failure}; trying again in {pause.TotalSeconds:0} s ({tries + 1} of {PullPauses.Length + 1})");
            await Task.Delay(pause, cancellation);
        }
    }

    /// <summary>What the engine has of it by then it keeps, so that a pull goes on rather than begins again.</summary>
    private async Task<(string? Failure, bool MayPass)> PullOnceAsync(ImageReference reference, string platform, IProgress<string> progress, CancellationToken cancellation)
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
            // It had begun: the registry knows the image and gives it.
            return (error, seen.Count > 0);
        }
        catch (DockerApiException e)
        {
            return (EngineMessage.Of(e), e.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout or HttpStatusCode.InternalServerError);
        }
    }
}
