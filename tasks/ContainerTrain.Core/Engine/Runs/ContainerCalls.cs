using System.Net;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine;

/// <summary>What an engine answered to a signal for a container's program.</summary>
internal enum SignalAnswer
{
    /// <summary>Nothing: it may have sent it or not.</summary>
    None,
    Sent,

    /// <summary>The program had ended already.</summary>
    Ended,

    /// <summary>It did not send it.</summary>
    Refused,
}

/// <summary>What is asked of an engine about one container, each question with a limit of its own.</summary>
internal sealed class ContainerCalls(EngineConnection engine)
{
    /// <summary>For questions that an engine answers at once.</summary>
    public static readonly TimeSpan Short = TimeSpan.FromSeconds(5);

    /// <summary>For making and starting: an engine may copy an image's files for it (rootless, with an id mapping).</summary>
    public static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    /// <summary>For removing, which deletes what the container wrote into its own file system.</summary>
    public static readonly TimeSpan Removal = TimeSpan.FromSeconds(60);

    public EngineConnection Engine => engine;

    public Task<SystemInfoResponse> InfoAsync(CancellationToken cancellation) =>
        EngineCall.LimitedAsync("GET /info", TimeSpan.FromSeconds(30), engine.Docker.System.GetSystemInfoAsync, cancellation);

    /// <param name="settings">The container.</param>
    /// <param name="byPodman">Whether to use Podman's own interface, see <see cref="PodmanContainers"/>.</param>
    /// <param name="cancellation">Cuts the request off.</param>
    public Task<string> CreateAsync(CreateContainerParameters settings, bool byPodman, CancellationToken cancellation) => EngineCall.LimitedAsync(
        "POST /containers/create", Long,
        async token => byPodman
            ? await PodmanContainers.CreateAsync(engine, settings, token)
            : (await engine.Docker.Containers.CreateContainerAsync(settings, token)).ID,
        cancellation);

    public Task<MultiplexedStream> AttachAsync(string container, CancellationToken cancellation) => EngineCall.LimitedAsync(
        "POST /containers/…/attach", Short * 6,
        token => engine.Docker.Containers.AttachContainerAsync(container, new ContainerAttachParameters { Stream = true, Stdout = true, Stderr = true }, token),
        cancellation);

    public Task StartAsync(string container, CancellationToken cancellation) => EngineCall.LimitedAsync(
        "POST /containers/…/start", Long, token => engine.Docker.Containers.StartContainerAsync(container, new ContainerStartParameters(), token), cancellation);

    /// <summary>All that the program has printed and what it still will.</summary>
    public Task<MultiplexedStream> LogsAsync(string container, CancellationToken cancellation) => EngineCall.LimitedAsync(
        "GET /containers/…/logs", Short * 6,
        token => engine.Docker.Containers.GetContainerLogsAsync(container, new ContainerLogsParameters { ShowStdout = true, ShowStderr = true, Follow = true }, token),
        cancellation);

    /// <summary>Takes as long as the program does.</summary>
    public Task WaitAsync(string container, CancellationToken cancellation) =>
        engine.Docker.Containers.WaitContainerAsync(container, cancellation).WaitAsync(cancellation);

    public Task<ContainerInspectResponse> InspectAsync(string container, CancellationToken cancellation) => EngineCall.LimitedAsync(
        "GET /containers/…/json", Short * 6, token => engine.Docker.Containers.InspectContainerAsync(container, token), cancellation);

    /// <summary>Sends a signal to the program, and never throws.</summary>
    public async Task<SignalAnswer> TrySignalAsync(string container, string signal)
    {
        try
        {
            await EngineCall.LimitedAsync(
                "POST /containers/…/kill", Short,
                token => engine.Docker.Containers.KillContainerAsync(container, new ContainerKillParameters { Signal = signal }, token), CancellationToken.None);
            return SignalAnswer.Sent;
        }
        catch (DockerApiException e)
        {
            // Podman 4 has no status of its own for a program that has ended.
            return e.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict ? SignalAnswer.Ended : SignalAnswer.Refused;
        }
        catch (Exception e) when (EngineConnection.IsUnreachable(e))
        {
            return SignalAnswer.None;
        }
    }

    /// <summary>The engine's own way to end a container: it asks the program, and kills it after the grace.</summary>
    public Task StopAsync(string container, TimeSpan grace, CancellationToken cancellation) => EngineCall.LimitedAsync(
        "POST /containers/…/stop", grace + Removal,
        token => engine.Docker.Containers.StopContainerAsync(container, new ContainerStopParameters { WaitBeforeKillSeconds = (uint)grace.TotalSeconds }, token), cancellation);

    /// <summary>False if the engine did not do it: the container may still be there.</summary>
    public async Task<bool> TryRemoveAsync(string container, TimeSpan limit)
    {
        try
        {
            await EngineCall.LimitedAsync(
                "DELETE /containers/…", limit,
                token => engine.Docker.Containers.RemoveContainerAsync(container, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, token),
                CancellationToken.None);
            return true;
        }
        catch (DockerApiException e)
        {
            // Gone already, or being removed by someone else.
            return e.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict;
        }
        catch (Exception e) when (EngineConnection.IsUnreachable(e))
        {
            return false;
        }
    }
}
