using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>
/// <c>POST /build</c> without a BuildKit session: BuildKit where the engine has it, else whatever builder answers.
/// </summary>
internal sealed class BuildRequest(EngineConnection engine, string platform)
{
    /// <summary>The builder: 2 is BuildKit, 1 the engine's classic one. An engine without BuildKit ignores it.</summary>
    public int Builder { get; init; } = 2;

    /// <summary>Build arguments, for the instructions ARG of the same names.</summary>
    public IReadOnlyDictionary<string, string> Arguments { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Builds and returns the image's id.</summary>
    /// <exception cref="ProblemException">CT3004 with the builder's last words, CT3005 if the engine refuses the request.</exception>
    public async Task<string> SendAsync(
        string dockerfile, ImmutableArray<LayerPlan> layers, IEnumerable<string> names, IReadOnlyDictionary<string, string> labels,
        IProgress<string> progress, CancellationToken cancellation)
    {
        var query = new StringBuilder("build?rm=1&forcerm=1");
        query.Append(CultureInfo.InvariantCulture, $"&version={Builder}&dockerfile={ContainerPaths.OwnDockerfile}");
        query.Append(CultureInfo.InvariantCulture, $"&platform={Uri.EscapeDataString(platform)}");
        query.Append(CultureInfo.InvariantCulture, $"&labels={Uri.EscapeDataString(JsonSerializer.Serialize(labels))}");
        if (Arguments.Count > 0)
            query.Append(CultureInfo.InvariantCulture, $"&buildargs={Uri.EscapeDataString(JsonSerializer.Serialize(Arguments))}");
        foreach (var name in names)
            query.Append(CultureInfo.InvariantCulture, $"&t={Uri.EscapeDataString(name)}");

        using var content = new DockerfileContext(dockerfile, layers);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        using var request = new HttpRequestMessage(HttpMethod.Post, query.ToString()) { Content = content };
        using var response = await engine.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        await new EngineImages(engine).EnsureAsync(response, "POST /build", cancellation);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var result = await BuildStream.ReadAsync(stream, progress, cancellation);
        return result is { Error: null, ImageId: { } id }
            ? id
            : throw new ProblemException(Codes.BuildFailed.With(result.Error ?? "it reported no image"));
    }
}
