using System.Collections.Immutable;
using ContainerTrain.Plan;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine;

/// <summary>A run on a remote engine.</summary>
/// <param name="Project">The project file, absolute.</param>
/// <param name="Image">An image that the engine has.</param>
internal sealed record RemoteRun(string Id, string Project, string Image)
{
    public Dictionary<string, string> Labels => new() { [ContainerSettings.RunLabel] = Id, [ContainerSettings.ProjectLabel] = Project };
}

/// <summary>
/// The volumes of one run on a remote engine. They are filled and emptied through a container that has all of them and
/// never starts: that works while the program's container runs, and after it is gone.
/// </summary>
internal sealed class RemoteStore(EngineConnection engine, RemoteRun run, ImmutableArray<RemoteVolume> volumes) : IAsyncDisposable
{
    private const string Root = "/containertrain";

    /// <summary>An engine that sends nothing for so long is gone.</summary>
    private static readonly TimeSpan StallLimit = TimeSpan.FromMinutes(2);

    private readonly List<string> _more = [];
    private string? _carrier;

    /// <summary>Whether the volumes stay on the engine, for what is in them.</summary>
    public bool IsKept { get; set; }

    public int Files { get; private set; }

    public long Bytes { get; private set; }

    public int LeftOut { get; private set; }

    /// <summary>What was sent or brought back, in words.</summary>
    public string Show() => $"{Files} {(Files == 1 ? "file" : "files")} ({Units.Show(Bytes)})";

    /// <summary>The volumes as the program's container mounts them.</summary>
    public IEnumerable<MountPlan> Mounts => volumes.SelectMany(volume => volume.Targets.Select(target => new MountPlan(MountKind.Volume, NameOf(volume), target, volume.ReadOnly)));

    public string Names => string.Join(", ", volumes.Where(volume => volume.Back is not null).Select(volume => $"'{NameOf(volume)}'"));

    /// <summary>Makes the volumes and fills them.</summary>
    /// <exception cref="IOException">A file of this host cannot be read.</exception>
    /// <exception cref="DockerApiException">The engine refuses.</exception>
    public async Task SendAsync(VolumeOwner owner, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var volume in volumes)
        {
            var settings = new VolumesCreateParameters { Name = NameOf(volume), Labels = run.Labels };
            await EngineCall.LimitedAsync("POST /volumes/create", StallLimit, token => engine.Docker.Volumes.CreateAsync(settings, token), CancellationToken.None);
        }
        await OpenAsync();
        foreach (var volume in volumes)
            await SendAsync(volume, owner, cancellation);
    }

    /// <summary>A volume that goes with the others.</summary>
    public void AlsoRemove(string name) => _more.Add(name);

    /// <summary>Makes the container that has all volumes.</summary>
    public async Task OpenAsync() =>
        // Not cut off with the build: of a container whose creation is not answered nobody knows the id.
        _carrier = await new ContainerCalls(engine).CreateAsync(new CreateContainerParameters
        {
            Image = run.Image,
            Entrypoint = ["/none"],
            Labels = run.Labels,
            HostConfig = new HostConfig
            {
                NetworkMode = "none",
                Mounts = [.. volumes.Select(volume => new Mount { Type = "volume", Source = NameOf(volume), Target = PathOf(volume) })],
            },
        }, byPodman: false, CancellationToken.None);

    /// <summary>Brings back what the program wrote.</summary>
    /// <param name="kept">Files that stay as they are on this host.</param>
    public async Task FetchAsync(IReadOnlySet<string> kept)
    {
        (Files, Bytes) = (0, 0);
        foreach (var volume in volumes.Where(volume => volume.Back is not null))
        {
            using var limit = new CancellationTokenSource(StallLimit);
            using var response = await engine.Http.GetAsync(ArchiveOf(PathOf(volume)), HttpCompletionOption.ResponseHeadersRead, limit.Token);
            await EnsureAsync(response, limit.Token);
            var archive = new ResultArchive(volume.Back!, kept);
            await using var tar = await response.Content.ReadAsStreamAsync(limit.Token);
            await archive.ExtractAsync(tar, () => limit.CancelAfter(StallLimit), limit.Token);
            (Files, Bytes, LeftOut) = (Files + archive.Files, Bytes + archive.Bytes, LeftOut + archive.LeftOut);
        }
    }

    /// <summary>Never throws for the engine: the outcome of the run stands, and its project's next run finds what is left.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_carrier is not null)
                await RemoveAsync("DELETE /containers/…", token => engine.Docker.Containers.RemoveContainerAsync(_carrier, new ContainerRemoveParameters { Force = true }, token));
            foreach (var name in IsKept ? [] : volumes.Select(NameOf).Union(_more))
                await RemoveAsync("DELETE /volumes/…", token => engine.Docker.Volumes.RemoveAsync(name, force: true, token));
        }
        catch (Exception e) when (EngineConnection.IsUnreachable(e))
        {
            // The outcome says that the engine is gone.
        }
    }

    private async Task SendAsync(RemoteVolume volume, VolumeOwner owner, CancellationToken cancellation)
    {
        // Docker gives a volume's root an owner only as an entry of the folder above it, Podman only as the folder itself.
        var (path, prefix) = engine.Version.Kind == EngineKind.Podman ? (PathOf(volume), "./") : (Root, volume.Part + "/");
        using var content = new VolumeArchive(volume, prefix, owner, cancellation);
        content.Headers.ContentType = new("application/x-tar");
        try
        {
            using var response = await engine.Http.PutAsync(ArchiveOf(path), content, cancellation);
            await EnsureAsync(response, cancellation);
        }
        // The client puts an IOException into one of its own, and lets others through.
        catch (Exception e) when (e is HttpRequestException or UnauthorizedAccessException && content.Failure is { } failure)
        {
            throw new CarriedFileException(failure, e);
        }
        (Files, Bytes) = (Files + content.Files, Bytes + content.Bytes);
    }

    private static async Task RemoveAsync(string what, Func<CancellationToken, Task> remove)
    {
        try
        {
            await EngineCall.LimitedAsync(what, ContainerCalls.Removal, remove, CancellationToken.None);
        }
        catch (DockerApiException)
        {
            // Never made, or in use by a container that could not be removed, or the engine's disk fails.
        }
    }

    private static async Task EnsureAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (!response.IsSuccessStatusCode)
            throw new DockerApiException(response.StatusCode, await response.Content.ReadAsStringAsync(cancellation));
    }

    private string ArchiveOf(string path) => $"containers/{_carrier}/archive?path={Uri.EscapeDataString(path)}";

    private static string PathOf(RemoteVolume volume) => $"{Root}/{volume.Part}";

    private string NameOf(RemoteVolume volume) => NameOf(run, volume);

    public static string NameOf(RemoteRun run, RemoteVolume volume) => $"train-{run.Id}-{volume.Part}";
}

/// <summary>A file of this host that was to be sent to an engine cannot be read.</summary>
internal sealed class CarriedFileException(string message, Exception inner) : Exception(message, inner);
