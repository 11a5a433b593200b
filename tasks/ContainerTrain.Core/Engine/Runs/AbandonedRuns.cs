using ContainerTrain.Outcome;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine;

/// <summary>
/// Runs of a project on a remote engine whose build was killed, or lost the engine: what their programs wrote is still in
/// their volumes. It comes into their run folders, and the volumes go.
/// </summary>
internal sealed class AbandonedRuns(EngineConnection engine, IProgress<string> progress)
{
    /// <summary>Looks after all runs of the request's project that have a folder on this host and nobody who attends them.</summary>
    public async Task BringBackAsync(RunRequest request, CancellationToken cancellation)
    {
        var label = new Dictionary<string, bool> { [$"{ContainerSettings.ProjectLabel}={request.Plan.ProjectFile}"] = true };
        var volumes = (await engine.Docker.Volumes.ListAsync(
            new VolumesListParameters { Filters = new Dictionary<string, IDictionary<string, bool>> { ["label"] = label } }, cancellation)).Volumes ?? [];
        var ids = volumes.Select(volume => volume.Labels?.TryGetValue(ContainerSettings.RunLabel, out var id) == true ? id : "").Distinct();
        foreach (var folder in RunFolder.All(request.Plan.Run.OutputRoot).Where(folder => folder.Id != request.Folder.Id && ids.Contains(folder.Id)).ToArray())
        {
            if (!IsAttended(folder) && !await IsRunningAsync($"train-{folder.Id}", cancellation))
                await TryBringBackAsync(folder, request, [.. volumes.Select(volume => volume.Name)]);
        }
    }

    /// <summary>No reason to keep the next run from its start.</summary>
    private async Task TryBringBackAsync(RunFolder folder, RunRequest request, HashSet<string> names)
    {
        try
        {
            await BringBackAsync(folder, request, names);
        }
        catch (Exception e) when (e is DockerApiException or UnauthorizedAccessException or IOException or InvalidDataException)
        {
            progress.Report($"What run {folder.Id} had left on {engine.Endpoint.Address.OriginalString} stays there: {e.Message}");
        }
    }

    private async Task BringBackAsync(RunFolder folder, RunRequest request, HashSet<string> names)
    {
        RemoteVolume[] own =
        [
            new("output", ["/train/output"], ReadOnly: false) { Back = folder.Path },
            new("checkpoints", ["/train/checkpoints"], ReadOnly: false) { Back = folder.Checkpoints },
        ];
        var run = new RemoteRun(folder.Id, request.Plan.ProjectFile, request.Image!);
        await using var store = new RemoteStore(engine, run, [.. own.Where(volume => names.Contains(RemoteStore.NameOf(run, volume)))]) { IsKept = true };
        await RemoveContainersAsync(folder.Id);
        await store.OpenAsync();
        await store.FetchAsync(RemoteRunner.OwnFilesOf(folder));
        store.IsKept = false;
        foreach (var name in names.Where(name => name.StartsWith($"train-{folder.Id}-", StringComparison.Ordinal)))
            store.AlsoRemove(name);
        progress.Report($"Brought {store.Show()} back that run {folder.Id} had left on {engine.Endpoint.Address.OriginalString}");
    }

    /// <summary>A build that attends a run has its log open.</summary>
    private static bool IsAttended(RunFolder folder)
    {
        try
        {
            using var log = new FileStream(folder.Log, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private async Task<bool> IsRunningAsync(string container, CancellationToken cancellation)
    {
        try
        {
            return (await engine.Docker.Containers.InspectContainerAsync(container, cancellation)).State?.Running == true;
        }
        catch (DockerContainerNotFoundException)
        {
            return false;
        }
    }

    /// <summary>What still has the volumes: the container that ended, and the one that was there to fill them.</summary>
    private async Task RemoveContainersAsync(string id)
    {
        var label = new Dictionary<string, bool> { [$"{ContainerSettings.RunLabel}={id}"] = true };
        var containers = await engine.Docker.Containers.ListContainersAsync(
            new ContainersListParameters { All = true, Filters = new Dictionary<string, IDictionary<string, bool>> { ["label"] = label } });
        foreach (var container in containers)
            await engine.Docker.Containers.RemoveContainerAsync(container.ID, new ContainerRemoveParameters { Force = true });
    }
}
