using ContainerTrain.Outcome;
using ContainerTrain.Plan;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine;

/// <summary>
/// Runs a training on an engine: with this host's folders mounted where the engine sees them, with copies of them where
/// it does not (<c>TrainEngineRemote</c>).
/// </summary>
/// <param name="progress">Told where copies are made.</param>
public sealed class EngineTrainRunner(EngineConnection engine, IProgress<string> progress) : ITrainRunner
{
    private readonly DockerRunner _local = new(engine);

    public void Check(TrainPlan plan)
    {
        var isRemote = IsRemote(plan.Run);
        if (isRemote == true)
            new RemoteRunner(engine, progress).Check(plan);
        RunPreflight.Check(plan.Run, engine, isHere: isRemote == false);
        if (isRemote != true)
            _local.Prepare();
    }

    public async Task<RunOutcome> RunAsync(RunRequest request, IProgress<OutputLine> output, CancellationToken cancellation)
    {
        ITrainRunner runner = IsRemote(request.Plan.Run) ?? !await SeesAsync(request, cancellation)
            ? new RemoteRunner(engine, progress)
            : _local;
        return await runner.RunAsync(request, output, cancellation);
    }

    /// <summary>Null where that has to be tried.</summary>
    private bool? IsRemote(RunPlan run) => run.EngineRemote ?? (engine.Endpoint.IsUnix && !IsMounted(engine.Endpoint.Address.LocalPath) ? false : null);

    /// <summary>A socket that somebody mounted here, as into the container of a build server, belongs to an engine outside.</summary>
    private static bool IsMounted(string socket)
    {
        const string mounts = "/proc/self/mountinfo";
        if (!File.Exists(mounts))
            return false;
        var path = Path.Exists(socket) && new FileInfo(socket).Directory?.ResolveLinkTarget(returnFinalTarget: true) is { } folder
            ? Path.Join(folder.FullName, Path.GetFileName(socket))
            : socket;
        return File.ReadLines(mounts).Any(line => line.Split(' ', 6) is [_, _, _, _, var at, _] && (at == path || at == socket));
    }

    /// <summary>
    /// Mounts the run's folder into a container that never starts, and looks for a file of it there. What cannot be tried
    /// is taken for shared: the run then fails with the engine's own words.
    /// </summary>
    private async Task<bool> SeesAsync(RunRequest request, CancellationToken cancellation)
    {
        const string target = "/containertrain";
        var name = $".probe-{Guid.NewGuid():N}";
        var file = Path.Join(request.Folder.Path, name);
        string? container = null;
        try
        {
            await File.WriteAllTextAsync(file, "", cancellation);
            container = await new ContainerCalls(engine).CreateAsync(new CreateContainerParameters
            {
                Image = request.Image!,
                Entrypoint = ["/none"],
                Labels = new Dictionary<string, string> { [ContainerSettings.RunLabel] = request.Folder.Id, [ContainerSettings.ProjectLabel] = request.Plan.ProjectFile },
                HostConfig = new HostConfig { NetworkMode = "none", Mounts = [new Mount { Type = "bind", Source = request.Folder.Path, Target = target, ReadOnly = true }] },
            }, byPodman: false, CancellationToken.None);
            using var question = new HttpRequestMessage(HttpMethod.Head, $"containers/{container}/archive?path={Uri.EscapeDataString($"{target}/{name}")}");
            using var answer = await EngineCall.LimitedAsync(
                "HEAD /containers/…/archive", ContainerCalls.Short * 6, token => engine.Http.SendAsync(question, token), cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (DockerApiException e)
        {
            // An image that is gone says nothing of folders.
            return e.StatusCode == System.Net.HttpStatusCode.NotFound;
        }
        catch (Exception e) when (EngineConnection.IsUnreachable(e))
        {
            return true; // canceled, or lost: the run itself will say so
        }
        finally
        {
            File.Delete(file);
            // One that stays never ran, and carries the run's label.
            if (container is not null)
                _ = await new ContainerCalls(engine).TryRemoveAsync(container, ContainerCalls.Removal);
        }
    }
}
