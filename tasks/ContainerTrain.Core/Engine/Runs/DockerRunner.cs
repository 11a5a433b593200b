using System.Globalization;
using System.Net;
using ContainerTrain.Diagnostics;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine;

/// <summary>Runs a training in a container of Docker or Podman.</summary>
public sealed class DockerRunner(EngineConnection engine) : ITrainRunner
{
    public void Check(TrainPlan plan) => RunPreflight.Check(plan.Run, engine, isHere: engine.Endpoint.IsUnix);

    public async Task<RunOutcome> RunAsync(RunRequest request, IProgress<OutputLine> output, CancellationToken cancellation)
    {
        var started = DateTimeOffset.UtcNow;
        string? container = null;
        try
        {
            var traits = await TraitsAsync(cancellation);
            container = await CreateAsync(request, traits);
            var stream = await TryStartAsync(container, request, cancellation);
            if (stream is null)
            {
                await RemoveAsync(container);
                container = await CreateAsync(request, traits with { RaisesLimits = false });
                stream = await StartAsync(container, cancellation);
            }
            // The container has them; nobody else needs to.
            request.Secrets?.Forget();
            await PublishedPorts.SayAsync(engine, container, request, cancellation);
            return await AttendAsync(container, stream, request, started, output, cancellation);
        }
        catch (DockerApiException e)
        {
            return new RunOutcome(RunReason.NotStarted, -1, started, DateTimeOffset.UtcNow, EngineMessage.Of(e));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return new RunOutcome(RunReason.Canceled, -1, started, DateTimeOffset.UtcNow);
        }
        catch (Exception e) when (EngineConnection.IsUnreachable(e))
        {
            return new RunOutcome(RunReason.EngineLost, -1, started, DateTimeOffset.UtcNow, (e.InnerException ?? e).Message);
        }
        finally
        {
            if (container is not null)
                await RemoveAsync(container);
        }
    }

    /// <summary>Not cancelled half-way: the engine would go on, and nobody would know the container's id.</summary>
    private async Task<string> CreateAsync(RunRequest request, EngineTraits traits)
    {
        try
        {
            return await CreateOnceAsync(request, traits);
        }
        catch (DockerApiException) when (traits.HasInit && engine.Version.Kind == EngineKind.Podman)
        {
            // Podman does not say beforehand whether its init program (catatonit) is installed.
            return await CreateOnceAsync(request, traits with { HasInit = false });
        }
    }

    private async Task<string> CreateOnceAsync(RunRequest request, EngineTraits traits)
    {
        var settings = ContainerSettings.For(request, traits);
        return engine.Version.Kind == EngineKind.Podman && !request.Plan.Run.Gpus.IsNone
            ? await PodmanContainers.CreateAsync(engine, settings, CancellationToken.None)
            : (await engine.Docker.Containers.CreateContainerAsync(settings, CancellationToken.None)).ID;
    }

    /// <summary>
    /// Null where the engine refused a container with GPUs, perhaps only for the limits that NVIDIA recommends with them: it
    /// cannot raise those if it is rootless, or was itself started without the privilege. Without them the program still runs.
    /// </summary>
    private async Task<MultiplexedStream?> TryStartAsync(string container, RunRequest request, CancellationToken cancellation)
    {
        try
        {
            return await StartAsync(container, cancellation);
        }
        catch (DockerApiException) when (!request.Plan.Run.Gpus.IsNone)
        {
            return null;
        }
    }

    /// <summary>Attached before the start, so that not a line is lost.</summary>
    private async Task<MultiplexedStream> StartAsync(string container, CancellationToken cancellation)
    {
        var stream = await engine.Docker.Containers.AttachContainerAsync(
            container, new ContainerAttachParameters { Stream = true, Stdout = true, Stderr = true }, cancellation);
        try
        {
            await engine.Docker.Containers.StartContainerAsync(container, new ContainerStartParameters(), cancellation);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private async Task<RunOutcome> AttendAsync(
        string container, MultiplexedStream attached, RunRequest request, DateTimeOffset started, IProgress<OutputLine> output, CancellationToken cancellation)
    {
        using var stream = attached;
        try
        {
            return await FollowAsync(container, stream, request.Plan.Run, started, output, cancellation);
        }
        catch (DockerApiException e)
        {
            // It ran, and then the engine knew it no more: removed by someone else.
            return new RunOutcome(RunReason.EngineLost, -1, started, DateTimeOffset.UtcNow, EngineMessage.Of(e));
        }
    }

    /// <summary>From the start to the end: only the container's end ends the reading, and a stop request makes it end.</summary>
    private async Task<RunOutcome> FollowAsync(
        string container, MultiplexedStream stream, RunPlan run, DateTimeOffset started, IProgress<OutputLine> output, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(run.Timeout ?? Timeout.InfiniteTimeSpan);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        var stopping = Task.CompletedTask;
        await using var registration = stop.Token.Register(() => stopping = StopAsync(container, run.StopGrace));
        await ReadLinesAsync(stream, output);
        await engine.Docker.Containers.WaitContainerAsync(container, CancellationToken.None);
        await stopping;

        var state = (await engine.Docker.Containers.InspectContainerAsync(container, CancellationToken.None)).State
            ?? throw new HttpRequestException("the engine does not tell the container's state");
        var exitCode = (int)state.ExitCode;
        var reason = cancellation.IsCancellationRequested ? RunReason.Canceled
            : timeout.IsCancellationRequested ? RunReason.TimedOut
            : state.OOMKilled && exitCode != 0 ? RunReason.OutOfMemory
            : RunOutcome.ReasonOf(exitCode);
        return new RunOutcome(reason, exitCode, Time(state.StartedAt, started), Time(state.FinishedAt, DateTimeOffset.UtcNow), state.Error ?? "");
    }

    private static async Task ReadLinesAsync(MultiplexedStream stream, IProgress<OutputLine> output)
    {
        var stdout = new LineSplitter(line => output.Report(new OutputLine(line, IsError: false)));
        var stderr = new LineSplitter(line => output.Report(new OutputLine(line, IsError: true)));
        var buffer = new byte[1 << 16];
        while (await stream.ReadOutputAsync(buffer, 0, buffer.Length, CancellationToken.None) is { EOF: false } read)
            (read.Target == MultiplexedStream.TargetStream.StandardError ? stderr : stdout).Add(buffer.AsSpan(0, read.Count));
        stdout.Complete();
        stderr.Complete();
    }

    /// <summary>Asks the program to end (SIGTERM) and has the engine kill it when the grace is over.</summary>
    private async Task StopAsync(string container, TimeSpan grace)
    {
        try
        {
            await engine.Docker.Containers.StopContainerAsync(
                container, new ContainerStopParameters { WaitBeforeKillSeconds = (uint)Math.Ceiling(grace.TotalSeconds) }, CancellationToken.None);
        }
        catch (DockerApiException)
        {
            // It ended by itself in the meantime, which is what was wanted.
        }
    }

    private async Task RemoveAsync(string container)
    {
        try
        {
            await engine.Docker.Containers.RemoveContainerAsync(
                container, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, CancellationToken.None);
        }
        catch (DockerApiException e) when (e.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // Gone already, or being removed by someone else.
        }
        catch (Exception e) when (EngineConnection.IsUnreachable(e))
        {
            // The outcome EngineLost says that the container may still be there.
        }
    }

    private async Task<EngineTraits> TraitsAsync(CancellationToken cancellation)
    {
        var info = await engine.Docker.System.GetSystemInfoAsync(cancellation);
        return new EngineTraits(
            IsRootless: info.SecurityOptions?.Any(option => option.Contains("rootless", StringComparison.Ordinal)) ?? false,
            // Docker names the program it would use, and "N/A" as its version where that is missing. Podman names none: try.
            HasInit: engine.Version.Kind == EngineKind.Podman || (info.InitBinary is { Length: > 0 } && info.InitCommit?.ID != "N/A"),
            Gpus: EngineGpus.Of(engine, info).Way,
            RemapsUsers: info.SecurityOptions?.Any(option => option.StartsWith("name=userns", StringComparison.Ordinal)) ?? false);
    }

    private static DateTimeOffset Time(string? text, DateTimeOffset otherwise) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time.Year > 1 ? time : otherwise;
}
