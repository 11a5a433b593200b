using ContainerTrain.Outcome;
using ContainerTrain.Plan;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine;

/// <summary>Runs a training in a container of Docker or Podman.</summary>
public sealed class DockerRunner(EngineConnection engine) : ITrainRunner
{
    /// <summary>What a request in progress may still take when the build is canceled.</summary>
    private static readonly TimeSpan AfterCancel = TimeSpan.FromSeconds(10);

    private readonly ContainerCalls _calls = new(engine);
    private Task<EngineTraits>? _traits;

    public void Check(TrainPlan plan)
    {
        RunPreflight.Check(plan.Run, engine, isHere: engine.Endpoint.IsUnix);
        Prepare();
    }

    /// <summary>Asks for the engine's ways: loading the client takes longer than all that has to be done until they are needed.</summary>
    internal void Prepare() => _traits = Task.Run(AskAsync);

    public async Task<RunOutcome> RunAsync(RunRequest request, IProgress<OutputLine> output, CancellationToken cancellation)
    {
        var started = DateTimeOffset.UtcNow;
        // Of a container whose creation is cut off nobody knows the id; its name is known beforehand.
        var container = ContainerSettings.NameOf(request.Folder);
        var isCreated = false;
        RunOutcome outcome;
        try
        {
            var traits = await TraitsAsync(cancellation);
            if (!traits.IsRootless)
                FolderAccess.Grant(request.Folder, request.Plan.Run.User);
            isCreated = true;
            container = await CreateAsync(request, traits, cancellation);
            var stream = await TryStartAsync(container, request, cancellation);
            if (stream is null)
            {
                _ = await _calls.TryRemoveAsync(container, ContainerCalls.Removal);
                container = await CreateAsync(request, traits with { RaisesLimits = false }, cancellation);
                stream = await StartAsync(container, cancellation);
            }
            // The container has them; nobody else needs to.
            request.Secrets?.Forget();
            await SayPortsAsync(container, request);
            outcome = await AttendAsync(container, stream, request, started, output, cancellation);
        }
        catch (DockerApiException e)
        {
            outcome = new RunOutcome(ContainerEnds.ReasonOfRefusal(engine, request.Image, cancellation), -1, started, DateTimeOffset.UtcNow, EngineMessage.Of(e));
        }
        catch (Exception e) when (cancellation.IsCancellationRequested && EngineConnection.IsUnreachable(e))
        {
            outcome = new RunOutcome(RunReason.Canceled, -1, started, DateTimeOffset.UtcNow);
        }
        catch (Exception e) when (EngineConnection.IsUnreachable(e))
        {
            outcome = new RunOutcome(RunReason.EngineLost, -1, started, DateTimeOffset.UtcNow, (e.InnerException ?? e).Message);
        }
        if (!isCreated)
            return outcome;
        var check = new ProgramCheck(engine, container);
        outcome = await check.ExplainAsync(outcome with { Image = request.Image ?? "", Platform = engine.Version.Platform }, request.Plan.Image);
        return await RemoveAsync(container, outcome);
    }

    /// <summary>Of a program that runs: neither a cancellation nor an engine that is away may end it here, without its grace.</summary>
    private async Task SayPortsAsync(string container, RunRequest request)
    {
        try
        {
            await EngineCall.LimitedAsync(
                "GET /containers/…/json", ContainerCalls.Short, token => PublishedPorts.SayAsync(engine, container, request, token), CancellationToken.None);
        }
        catch (Exception e) when (EngineConnection.IsUnreachable(e))
        {
            // The watch that follows finds out.
        }
    }

    /// <summary>Not cut off at once: the engine would go on, and what it makes then would stay.</summary>
    private async Task<string> CreateAsync(RunRequest request, EngineTraits traits, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource();
        await using var registration = cancellation.Register(() => late.CancelAfter(AfterCancel));
        cancellation.ThrowIfCancellationRequested();
        try
        {
            return await CreateOnceAsync(request, traits, late.Token);
        }
        catch (DockerApiException) when (traits.HasInit && engine.Version.Kind == EngineKind.Podman)
        {
            // Podman does not say beforehand whether its init program (catatonit) is installed.
            return await CreateOnceAsync(request, traits with { HasInit = false }, late.Token);
        }
    }

    private Task<string> CreateOnceAsync(RunRequest request, EngineTraits traits, CancellationToken cancellation)
    {
        var settings = ContainerSettings.For(request, traits);
        if (RunOwner.OfThisProcess() is { } owner)
        {
            settings.Labels![RunOwner.Label] = owner.ToString();
            settings.Labels[RunOwner.FolderLabel] = request.Folder.Path;
        }
        var byPodman = engine.Version.Kind == EngineKind.Podman && !request.Plan.Run.Gpus.IsNone;
        return _calls.CreateAsync(settings, byPodman, cancellation);
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
        var stream = await _calls.AttachAsync(container, cancellation);
        try
        {
            await _calls.StartAsync(container, cancellation);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private async Task<RunOutcome> AttendAsync(
        string container, MultiplexedStream stream, RunRequest request, DateTimeOffset started, IProgress<OutputLine> output, CancellationToken cancellation)
    {
        try
        {
            var result = await new ContainerWatch(_calls, container, request, output).AttendAsync(stream, cancellation);
            return ContainerEnds.OutcomeOf(result, started, DateTimeOffset.UtcNow);
        }
        catch (DockerApiException e)
        {
            // It ran, and then the engine knew it no more: removed by someone else.
            return new RunOutcome(RunReason.EngineLost, -1, started, DateTimeOffset.UtcNow, EngineMessage.Of(e));
        }
    }

    private async Task<RunOutcome> RemoveAsync(string container, RunOutcome outcome)
    {
        // The program may be well, and only the way to it bad: the guard asks it to end, with its grace. There is none on Windows.
        if (outcome is { Reason: RunReason.EngineLost, IsLeftRunning: true } && !OperatingSystem.IsWindows())
            return outcome;
        var isHanging = outcome.Reason == RunReason.EngineLost || outcome.IsLeftRunning;
        if (await _calls.TryRemoveAsync(container, outcome.Reason == RunReason.Canceled || isHanging ? AfterCancel / 2 : ContainerCalls.Removal))
            return outcome with { IsLeftRunning = false };
        return outcome with { IsLeftRunning = true };
    }

    private Task<EngineTraits> TraitsAsync(CancellationToken cancellation) => (_traits ?? AskAsync()).WaitAsync(cancellation);

    private async Task<EngineTraits> AskAsync()
    {
        var info = await _calls.InfoAsync(CancellationToken.None);
        return new EngineTraits(
            IsRootless: await EngineUser.IsRootlessAsync(engine, info, CancellationToken.None),
            // Docker names the program it would use, and "N/A" as its version where that is missing. Podman names none: try.
            HasInit: engine.Version.Kind == EngineKind.Podman || (info.InitBinary is { Length: > 0 } && info.InitCommit?.ID != "N/A"),
            Gpus: EngineGpus.Of(engine, info).Way,
            RemapsUsers: info.SecurityOptions?.Any(option => option.StartsWith("name=userns", StringComparison.Ordinal)) ?? false);
    }
}
