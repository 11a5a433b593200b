using ContainerTrain.Diagnostics;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;
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
        var filter = new VolumesListParameters { Filters = new Dictionary<string, IDictionary<string, bool>> { ["label"] = label } };
        var volumes = (await EngineCall.LimitedAsync(
            "GET /volumes", ContainerCalls.Removal, token => engine.Docker.Volumes.ListAsync(filter, token), cancellation)).Volumes ?? [];
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
        catch (Exception e) when (e is DockerApiException or ProblemException || ResultArchive.IsFailureHere(e) || EngineConnection.IsUnreachable(e))
        {
            var why = e is DockerApiException refused ? EngineMessage.Of(refused) : e is ProblemException ? e.Message : (e.InnerException ?? e).Message;
            progress.Report($"What run {folder.Id} had left on {engine.Endpoint.Address.OriginalString} stays there: {why}");
        }
    }

    private async Task BringBackAsync(RunFolder folder, RunRequest request, HashSet<string> names)
    {
        var own = VolumesOf(folder);
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

    /// <summary>Those that the program could write to, as the run's own plan has them.</summary>
    /// <exception cref="ProblemException">CT1044: nobody knows where the volumes belong.</exception>
    /// <exception cref="IOException">The same, of volumes that a number tells apart.</exception>
    private static RemoteVolume[] VolumesOf(RunFolder folder)
    {
        var plan = RunRecord.Read(folder.Record).Plan;
        var volumes = RemoteVolumes.Of(ContainerSettings.MountsOf(new RunRequest(plan, folder, null))).Where(volume => volume.Back is not null).ToArray();
        // What is gone may have been a file, which has no number.
        var gone = plan.Run.Mounts.FirstOrDefault(mount => mount.Kind == MountKind.Bind && mount.ReadOnly && !Path.Exists(mount.Source));
        return gone is null || !volumes.Any(RemoteVolumes.IsNumbered) ? volumes : throw new IOException($"'{gone.Source}', which the run was given, is not there any more");
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
            return (await new ContainerCalls(engine).InspectAsync(container, cancellation)).State?.Running == true;
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
        var filter = new ContainersListParameters { All = true, Filters = new Dictionary<string, IDictionary<string, bool>> { ["label"] = label } };
        var containers = await EngineCall.LimitedAsync(
            "GET /containers/json", ContainerCalls.Removal, token => engine.Docker.Containers.ListContainersAsync(filter, token), CancellationToken.None);
        foreach (var container in containers)
            await EngineCall.LimitedAsync(
                "DELETE /containers/…", ContainerCalls.Removal,
                token => engine.Docker.Containers.RemoveContainerAsync(container.ID, new ContainerRemoveParameters { Force = true }, token), CancellationToken.None);
    }
}
