using System.Collections.Immutable;
using System.Formats.Tar;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ContainerTrain.Engine;

/// <summary>
/// The files of an image, through a container that is created and never started: <c>GET /containers/{id}/archive</c> works
/// for every image, whatever program it has or lacks.
/// </summary>
internal sealed class ContainerFiles : IImageFiles, IAsyncDisposable
{
    /// <summary>For requests that are not cut off with the build, so that they end some time.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly EngineConnection _engine;
    private readonly string _container;

    private ContainerFiles(EngineConnection engine, string container) => (_engine, _container) = (engine, container);

    /// <exception cref="Diagnostics.ProblemException">CT3005 if the engine refuses.</exception>
    public static async Task<ContainerFiles> OpenAsync(EngineConnection engine, string image, CancellationToken cancellation)
    {
        // An image may have no command; the API wants one, also for a container that never starts.
        var settings = new JsonObject
        {
            ["Image"] = image,
            ["Entrypoint"] = new JsonArray("/none"),
            ["Labels"] = new JsonObject { [ImageLabels.Role] = "preflight" },
        };
        using var content = new StringContent(JsonSerializer.Serialize<JsonNode>(settings), Encoding.UTF8, "application/json");
        cancellation.ThrowIfCancellationRequested();
        // Not cut off with the build: of a container whose creation is not answered nobody knows the id.
        using var limit = new CancellationTokenSource(Limit);
        using var response = await engine.Http.PostAsync("containers/create", content, limit.Token);
        await new EngineImages(engine).EnsureAsync(response, "POST /containers/create", limit.Token);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(limit.Token))!;
        return new ContainerFiles(engine, answer["Id"]!.GetValue<string>());
    }

    public async Task<ImmutableArray<ImageEntry>> ReadAsync(string path, CancellationToken cancellation)
    {
        using var response = await _engine.Http.GetAsync($"containers/{_container}/archive?path={Uri.EscapeDataString(path)}", cancellation);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return [];
        await new EngineImages(_engine).EnsureAsync(response, "GET /containers/…/archive", cancellation);
        await using var tar = new TarReader(await response.Content.ReadAsStreamAsync(cancellation));
        var entries = ImmutableArray.CreateBuilder<ImageEntry>();
        while (await tar.GetNextEntryAsync(copyData: true, cancellation) is { } entry)
        {
            using var data = new MemoryStream();
            if (entry.DataStream is { } stream)
                await stream.CopyToAsync(data, cancellation);
            entries.Add(new ImageEntry(entry.Name.TrimEnd('/'), entry.EntryType == TarEntryType.SymbolicLink ? entry.LinkName : "", data.ToArray()));
        }
        return entries.ToImmutable();
    }

    /// <summary>Also where the build was canceled: nothing may stay behind.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        using var response = await _engine.Http.DeleteAsync($"containers/{_container}?force=true&v=true", limit.Token);
    }
}
