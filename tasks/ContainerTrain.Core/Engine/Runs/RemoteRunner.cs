using ContainerTrain.Diagnostics;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;
using Docker.DotNet;

namespace ContainerTrain.Engine;

/// <summary>
/// Runs a training on an engine that does not see this host's folders: data and checkpoints go to it before the start, and
/// what the program wrote comes back at the end, however it ended.
/// </summary>
/// <param name="progress">Told what is sent and what comes back: it takes time.</param>
internal sealed class RemoteRunner(EngineConnection engine, IProgress<string> progress) : ITrainRunner
{
    public void Check(TrainPlan plan)
    {
        if (RemoteVolumes.Check(plan.Run) is { IsEmpty: false } problems)
            throw new ProblemException(problems);
    }

    public async Task<RunOutcome> RunAsync(RunRequest request, IProgress<OutputLine> output, CancellationToken cancellation)
    {
        var started = DateTimeOffset.UtcNow;
        if (RemoteVolumes.Check(request.Plan.Run) is [var problem, ..])
            return Ended(RunReason.NotStarted, problem.ToString());
        var mounts = ContainerSettings.MountsOf(request);
        await using var store = new RemoteStore(engine, new RemoteRun(request.Folder.Id, request.Plan.ProjectFile, request.Image!), RemoteVolumes.Of(mounts));
        try
        {
            await new AbandonedRuns(engine, progress).BringBackAsync(request, cancellation);
            await store.SendAsync(await OwnerAsync(request.Plan.Run, cancellation), cancellation);
            progress.Report($"Sent {store.Show()} to {engine.Endpoint.Address.OriginalString}, which does not see this host's folders");
        }
        catch (DockerApiException e)
        {
            return Ended(ContainerEnds.ReasonOfRefusal(engine, request.Image, cancellation), EngineMessage.Of(e)) with { Image = request.Image ?? "" };
        }
        catch (CarriedFileException e)
        {
            return Ended(RunReason.NotStarted, e.Message);
        }
        catch (Exception e) when (ResultArchive.IsFailureHere(e))
        {
            return Ended(RunReason.NotStarted, e.Message);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Ended(RunReason.Canceled, "");
        }
        catch (Exception e) when (EngineConnection.IsUnreachable(e))
        {
            return Ended(RunReason.EngineLost, (e.InnerException ?? e).Message);
        }
        var remote = request with { Mounts = [.. mounts.Where(mount => mount.Kind != MountKind.Bind), .. store.Mounts] };
        return await BringBackAsync(store, request.Folder, await new DockerRunner(engine).RunAsync(remote, output, cancellation));

        RunOutcome Ended(RunReason reason, string detail) => new(reason, -1, started, DateTimeOffset.UtcNow, detail);
    }

    /// <summary>Also after a failure or a stop: what the program saved until then is what matters most.</summary>
    private async Task<RunOutcome> BringBackAsync(RemoteStore store, RunFolder folder, RunOutcome outcome)
    {
        // Kept until everything is here, and as long as the program may go on and write.
        store.IsKept = true;
        try
        {
            var goesOn = outcome.Reason == RunReason.EngineLost && await ExistsAsync($"train-{folder.Id}");
            await store.FetchAsync(OwnFilesOf(folder));
            var leftOut = store.LeftOut > 0 ? $"; left out {store.LeftOut} that are neither files nor folders, or lie behind a link" : "";
            progress.Report($"Brought {store.Show()} back from {engine.Endpoint.Address.OriginalString}{leftOut}");
            store.IsKept = goesOn;
            return outcome;
        }
        catch (Exception e) when (e is DockerApiException || ResultArchive.IsFailureHere(e) || EngineConnection.IsUnreachable(e))
        {
            var why = e is DockerApiException refused ? EngineMessage.Of(refused) : (e.InnerException ?? e).Message;
            var earlier = outcome.Detail.Length > 0 ? $"{outcome.Detail}; " : "";
            return outcome with
            {
                Reason = RunReason.EngineLost,
                Detail = $"{earlier}what the program wrote did not come back as a whole ({why}), and is in the engine's volumes {store.Names}",
            };
        }
    }

    /// <summary>Files of a run that this host writes.</summary>
    public static HashSet<string> OwnFilesOf(RunFolder folder) => [folder.Record, folder.Log, folder.Hyperparameters];

    private async Task<bool> ExistsAsync(string container)
    {
        try
        {
            await new ContainerCalls(engine).InspectAsync(container, CancellationToken.None);
            return true;
        }
        catch (DockerContainerNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Files belong to whom the program runs as.</summary>
    private async Task<VolumeOwner> OwnerAsync(RunPlan run, CancellationToken cancellation)
    {
        var info = await new ContainerCalls(engine).InfoAsync(cancellation);
        var parts = ContainerSettings.UserOf(run, await EngineUser.IsRootlessAsync(engine, info, cancellation)).Split(':');
        return int.TryParse(parts[0], out var user)
            ? new VolumeOwner(user, parts.Length > 1 && int.TryParse(parts[1], out var group) ? group : 0, IsKnown: true)
            : new VolumeOwner(0, 0, IsKnown: false);
    }
}
