using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine.Tests;
using ContainerTrain.Inputs;
using ContainerTrain.Plan;
using Docker.DotNet;
using Docker.DotNet.Models;

[assembly: AssemblyFixture(typeof(DockerEngine))]
[assembly: AssemblyFixture(typeof(PodmanEngine))]

namespace ContainerTrain.Engine.Tests;

/// <summary>Docker: every machine that counts has it.</summary>
public sealed class DockerEngine() : ContainerEngine(EngineKind.Docker, "required: ");

/// <summary>Podman: tested where there is one.</summary>
public sealed class PodmanEngine() : ContainerEngine(EngineKind.Podman, "");

/// <summary>A real engine, shared by all tests, and what the tests made on it: removed at the end, and nothing else.</summary>
public abstract partial class ContainerEngine : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly ConcurrentBag<string> _images = [];
    private readonly ConcurrentBag<string> _dependencies = [];
    private readonly EngineConnection? _connection;
    private readonly string _noEngine = "";
    private readonly Lazy<Task<BuiltImage>> _dummy;

    protected ContainerEngine(EngineKind kind, string skipPrefix, EngineSettings? settings = null)
    {
        try
        {
            _connection = EngineSelector.Select(kind, settings ?? HostEnvironment.EngineSettings, CancellationToken.None).Connection;
        }
        catch (ProblemException e)
        {
            _noEngine = skipPrefix + e.Problems[0].Message;
        }
        _dummy = new Lazy<Task<BuiltImage>>(() => BuildAsync(Dummy.Plan(Dummy.Inputs(_folder)).Image));
    }

    /// <summary>The connection; without an engine, the test is skipped.</summary>
    public EngineConnection Connection
    {
        get
        {
            Assert.SkipWhen(_connection is null, _noEngine);
            return _connection!;
        }
    }

    public IDockerClient Client => Connection.Docker;

    /// <summary>The dummy trainer's image, built once.</summary>
    public Task<BuiltImage> DummyImageAsync() => _dummy.Value;

    /// <summary>An empty cache, as a user's first build finds it.</summary>
    public BuildCache NewCache() => new(_folder.Path($"cache-{Guid.NewGuid():N}"));

    /// <summary>Builds an image as the product does.</summary>
    public Task<BuiltImage> BuildAsync(ImagePlan image) => BuildAsync(
        image, async (cache, progress) => await BuilderSelector.SelectAsync(image, Connection, cache, progress, CancellationToken.None),
        previous: null, new Lines<string>(), CancellationToken.None);

    /// <summary>Builds an image, and remembers to remove it.</summary>
    public async Task<BuiltImage> BuildAsync(
        ImagePlan image, Func<BuildCache, IProgress<string>, Task<IImageBuilder>> select, BuiltImage? previous, IProgress<string> progress, CancellationToken cancellation)
    {
        foreach (var reference in image.References)
            _images.Add(reference);
        // Also a build that fails or is canceled leaves what lies below its image.
        var watched = new Lines<string>(line =>
        {
            foreach (Match name in SharedImage().Matches(line))
                _dependencies.Add(name.Value);
            progress.Report(line);
        });
        var builder = await select(NewCache(), watched);
        var built = await builder.BuildAsync(image, previous, watched, cancellation);
        _images.Add(built.Id);
        return built;
    }

    /// <summary>Podman tells of it in its own API only.</summary>
    public async Task<JsonNode> HealthcheckOfAsync(string id)
    {
        var isPodman = Connection.Version.Kind == EngineKind.Podman;
        var image = JsonNode.Parse(await Connection.Http.GetStringAsync(isPodman ? $"/v4.0.0/libpod/images/{id}/json" : $"images/{id}/json", CancellationToken.None))!;
        return (isPodman ? image : image["Config"]!)["Healthcheck"]!;
    }

    /// <summary>The containers of a project, running or not; without those that somebody is removing.</summary>
    public async Task<IReadOnlyList<string>> ContainersOfAsync(string projectFile)
    {
        var label = new Dictionary<string, bool> { [$"containertrain.project={projectFile}"] = true };
        var containers = await Client.Containers.ListContainersAsync(new ContainersListParameters
        {
            All = true,
            Filters = new Dictionary<string, IDictionary<string, bool>> { ["label"] = label },
        });
        return [.. containers.Where(container => container.State != "removing").Select(container => container.ID)];
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            foreach (var image in _images.Distinct().Concat(_dependencies.Distinct()))
                await RemoveImageAsync(image);
            _connection.Dispose();
        }
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task RemoveImageAsync(string image)
    {
        try
        {
            await Client.Images.DeleteImageAsync(image, new ImageDeleteParameters());
        }
        catch (DockerApiException)
        {
            // A build that failed left none.
        }
    }

    [GeneratedRegex("containertrain/(deps|system):[0-9a-f]{16}")]
    private static partial Regex SharedImage();
}
