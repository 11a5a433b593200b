using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using ContainerTrain.Diagnostics;
using ContainerTrain.Dockerfile;
using ContainerTrain.Plan;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine;

/// <summary>
/// Builds through <c>POST /build</c>, without a BuildKit session: BuildKit where the engine has it, else whatever builder
/// answers. The deps image is content-addressed and shared by all projects on the engine; the application's image is made
/// from it with a context of kilobytes.
/// </summary>
public sealed class DockerImageBuilder(EngineConnection engine, FileHashes hashes) : IImageBuilder
{
    /// <summary>The label that tells an image made here, and what it is: <c>deps</c> or <c>app</c>.</summary>
    public const string RoleLabel = "containertrain.role";

    private const string DepsRepository = "containertrain/deps";

    public async Task<BuiltImage> BuildAsync(ImagePlan image, IProgress<string> progress, CancellationToken cancellation)
    {
        var time = Stopwatch.StartNew();
        CheckFiles(image);
        var baseId = await BaseImageAsync(image, progress, cancellation);
        var deps = await DepsImageAsync(image, baseId, progress, cancellation);
        var id = await BuildAsync(
            DockerfileComposer.ComposeApp(image, deps), image.Layers.Where(layer => layer.Kind == LayerKind.App),
            image.References, "app", image.Platform, progress, cancellation);
        return new BuiltImage(id, deps, baseId, time.Elapsed);
    }

    private static void CheckFiles(ImagePlan image)
    {
        var missing = image.Layers.SelectMany(layer => layer.Files).Where(file => !File.Exists(file.Source))
            .Select(file => Codes.MissingFile.With(file.Source, file.Target)).ToImmutableArray();
        if (!missing.IsEmpty)
            throw new ProblemException(missing);
    }

    private async Task<string> BaseImageAsync(ImagePlan image, IProgress<string> progress, CancellationToken cancellation)
    {
        if (await FindAsync(image.PullReference, cancellation) is { } present)
            return present;
        progress.Report($"Pulling {image.PullReference}");
        var failure = await PullAsync(image, progress, cancellation);
        return failure is null && await FindAsync(image.PullReference, cancellation) is { } pulled
            ? pulled
            : throw new ProblemException(Codes.BaseImageUnavailable.With(image.PullReference, failure ?? "the engine does not list it after the pull"));
    }

    /// <summary>Pulls the base image; returns the engine's words if that failed.</summary>
    private async Task<string?> PullAsync(ImagePlan image, IProgress<string> progress, CancellationToken cancellation)
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
        var reference = ImageReference.Parse(image.PullReference);
        try
        {
            await engine.Docker.Images.CreateImageAsync(
                new ImagesCreateParameters
                {
                    FromImage = (reference with { Tag = null, Digest = null }).ToString(),
                    Tag = reference.Digest ?? reference.Tag ?? "latest",
                    Platform = image.Platform,
                },
                authConfig: null, messages, cancellation);
            return error;
        }
        catch (DockerApiException e)
        {
            return EngineMessage.Of(e);
        }
    }

    /// <summary>The deps image's name, built if the engine does not have it.</summary>
    private async Task<string> DepsImageAsync(ImagePlan image, string baseId, IProgress<string> progress, CancellationToken cancellation)
    {
        var dockerfile = DockerfileComposer.ComposeDependencies(image);
        var layers = image.Layers.Where(layer => layer.Kind != LayerKind.App).ToImmutableArray();
        var name = $"{DepsRepository}:{await DepsKeyAsync(dockerfile, layers, baseId, image.Platform, cancellation)}";
        if (await FindAsync(name, cancellation) is not null)
            return name;
        var size = layers.SelectMany(layer => layer.Files).Sum(file => new FileInfo(file.Source).Length);
        progress.Report($"Building the deps image {name} ({Units.Show(size)}, once per set of packages)");
        await BuildAsync(dockerfile, layers, [name], "deps", image.Platform, progress, cancellation);
        return name;
    }

    /// <summary>Everything that the deps image is made of, in 16 hexadecimal digits.</summary>
    private async Task<string> DepsKeyAsync(
        DockerfileDocument dockerfile, ImmutableArray<LayerPlan> layers, string baseId, string platform, CancellationToken cancellation)
    {
        var content = new StringBuilder().Append(baseId).Append('\n').Append(platform).Append('\n').Append(dockerfile.Render());
        foreach (var layer in layers)
        {
            foreach (var file in layer.Files)
                content.Append(layer.Name).Append('/').Append(file.Target).Append('\t').Append(await hashes.HashAsync(file.Source, cancellation)).Append('\n');
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content.ToString())))[..16];
    }

    private async Task<string> BuildAsync(
        DockerfileDocument dockerfile, IEnumerable<LayerPlan> layers, IEnumerable<string> names, string role, string platform,
        IProgress<string> progress, CancellationToken cancellation)
    {
        var query = new StringBuilder("build?version=2&rm=1&forcerm=1");
        query.Append(CultureInfo.InvariantCulture, $"&platform={Uri.EscapeDataString(platform)}");
        query.Append(CultureInfo.InvariantCulture, $"&labels={Uri.EscapeDataString($$"""{"{{RoleLabel}}":"{{role}}"}""")}");
        foreach (var name in names)
            query.Append(CultureInfo.InvariantCulture, $"&t={Uri.EscapeDataString(name)}");

        using var content = new BuildContext(dockerfile.Render(), [.. layers]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        using var request = new HttpRequestMessage(HttpMethod.Post, query.ToString()) { Content = content };
        using var response = await engine.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (response.StatusCode != HttpStatusCode.OK)
            throw new ProblemException(Codes.EngineError.With("POST /build", engine.Endpoint, EngineMessage.Of(await response.Content.ReadAsStringAsync(cancellation))));
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var result = await BuildStream.ReadAsync(stream, progress, cancellation);
        return result is { Error: null, ImageId: { } id }
            ? id
            : throw new ProblemException(Codes.BuildFailed.With(result.Error ?? "it reported no image"));
    }

    private async Task<string?> FindAsync(string reference, CancellationToken cancellation)
    {
        try
        {
            return (await engine.Docker.Images.InspectImageAsync(reference, cancellation)).ID;
        }
        catch (DockerApiException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }
}
