using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Outcome;
using Docker.DotNet;

namespace ContainerTrain;

/// <summary>A run whose build is gone, which somebody else has to end: its guard at once, or the project's next training.</summary>
public sealed class AbandonedRun(RunFolder folder, BuildCache cache)
{
    /// <summary>For a run whose record cannot be read.</summary>
    private static readonly TimeSpan UsualGrace = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan TurnPause = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan EnginePause = TimeSpan.FromSeconds(2);

    /// <summary>Twice a restart of the engine with all that may come with it.</summary>
    private static readonly TimeSpan EnginePatience = TimeSpan.FromMinutes(10);

    /// <summary>
    /// What the guard does: asks the program to end, kills it after its grace, takes the rest of its output, records the
    /// outcome, and removes the container.
    /// </summary>
    /// <exception cref="ProblemException">The record cannot be read, or the engine is not to be reached any more.</exception>
    public async Task EndAsync(HostSettings host, CancellationToken cancellation)
    {
        var record = RunRecord.Read(folder.Record);
        if (record.Engine.Kind == Plan.EngineKind.Process)
        {
            await EndProcessAsync(record, cancellation);
            return;
        }
        using var engine = await ConnectAsync(record, host, cancellation);
        await EndContainerAsync(engine, ContainerSettings.NameOf(folder), new DirectProgress<string>(_ => { }), cancellation);
    }

    /// <summary>The same for a container on an engine that is known. False if somebody else is at it.</summary>
    internal async Task<bool> EndContainerAsync(EngineConnection engine, string container, IProgress<string> progress, CancellationToken cancellation)
    {
        await using var turn = FileTurn.TryTake(cache.LockOfRun(folder.Id));
        if (turn is null)
            return false;
        var record = TryRead();
        var calls = new ContainerCalls(engine);
        var log = Path.Join(folder.Path, $"log.{Guid.NewGuid():n}");
        RunOutcome outcome;
        try
        {
            // The program has been asked to end by then, and does so also if nobody waits for it.
            outcome = await WatchAsync(calls, container, record, log, progress, cancellation).WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            File.Delete(log);
            throw;
        }
        Keep(log);
        if (record is { Outcome: null })
            _ = await RunEnding.CollectAsync(record, folder, outcome, [], Task.FromResult(record.Data), null, new PhaseTimes(default, default), cancellation);
        _ = await calls.TryRemoveAsync(container, ContainerCalls.Removal);
        return true;
    }

    /// <summary>
    /// The same, also where the run's guard is at it: until that is done, the program computes on what the next one needs,
    /// and may still save what that goes on from. Whatever a guard that dies leaves is ended here. False if it takes too long.
    /// </summary>
    internal async Task<bool> EndForNextAsync(EngineConnection engine, string container, IProgress<string> progress, CancellationToken cancellation)
    {
        if (await EndContainerAsync(engine, container, progress, cancellation))
            return true;
        progress.Report($"Run {folder.Id} is being ended by its guard; waiting for that");
        var patience = (TryRead()?.Plan.Run.StopGrace ?? UsualGrace) + FileTurn.Limit;
        for (var begin = DateTimeOffset.UtcNow; DateTimeOffset.UtcNow - begin < patience;)
        {
            await Task.Delay(TurnPause, cancellation);
            if (await EndContainerAsync(engine, container, progress, cancellation))
                return true;
        }
        progress.Report($"Run {folder.Id} is still being ended; this build goes on without its end");
        return false;
    }

    /// <summary>The end of the program: by itself, if it was before this; else asked for now.</summary>
    private async Task<RunOutcome> WatchAsync(
        ContainerCalls calls, string container, RunRecord? record, string log, IProgress<string> progress, CancellationToken cancellation)
    {
        var started = record?.Started ?? DateTimeOffset.UtcNow;
        try
        {
            var state = (await calls.InspectAsync(container, cancellation)).State;
            if (state?.Status == "created")
                return new RunOutcome(RunReason.Abandoned, -1, started, DateTimeOffset.UtcNow, "before the program began");
            if (record is null)
            {
                await calls.StopAsync(container, UsualGrace, cancellation);
                return new RunOutcome(RunReason.Abandoned, -1, started, DateTimeOffset.UtcNow);
            }
            using var lines = new RunLog(log);
            var output = new DirectProgress<OutputLine>(line => lines.WriteLine(line.Text));
            var request = new RunRequest(record.Plan, folder, null) { Progress = progress };
            var result = await new ContainerWatch(calls, container, request, output).AttendAsync(null, new CancellationToken(canceled: true));
            var outcome = ContainerEnds.OutcomeOf(result, started, DateTimeOffset.UtcNow);
            return outcome.Reason == RunReason.Canceled ? outcome with { Reason = RunReason.Abandoned } : outcome;
        }
        catch (DockerApiException e)
        {
            return new RunOutcome(RunReason.Abandoned, -1, started, DateTimeOffset.UtcNow, EngineMessage.Of(e));
        }
    }

    private async Task EndProcessAsync(RunRecord record, CancellationToken cancellation)
    {
        await using var turn = FileTurn.TryTake(cache.LockOfRun(folder.Id));
        if (turn is null || record.Outcome is not null)
            return;
        await Leftovers.EndAsync("TRAIN_OUTPUT_DIR", folder.Path, record.Plan.Run.StopGrace, cancellation);
        var outcome = new RunOutcome(RunReason.Abandoned, -1, record.Started, DateTimeOffset.UtcNow);
        _ = await RunEnding.CollectAsync(record, folder, outcome, [], Task.FromResult(record.Data), null, new PhaseTimes(default, default), cancellation);
    }

    private static async Task<EngineConnection> ConnectAsync(RunRecord record, HostSettings host, CancellationToken cancellation)
    {
        for (var begin = DateTimeOffset.UtcNow; ; await Task.Delay(EnginePause, cancellation))
        {
            try
            {
                return Connect(record.Engine, host.Engine, cancellation);
            }
            catch (ProblemException) when (DateTimeOffset.UtcNow - begin < EnginePatience)
            {
                // It may be the engine's restart that ended the build.
            }
        }
    }

    /// <summary>The engine that the run is on. Another one, as of a Docker context that is current only now, would say that there is no such container.</summary>
    private static EngineConnection Connect(EngineRecord record, EngineSettings settings, CancellationToken cancellation)
    {
        var tried = "the settings name no such engine any more";
        return EngineLocator.Find(record.Endpoint ?? "", settings) is { } endpoint && EngineConnection.TryConnect([endpoint], out tried, cancellation) is { } engine
            ? engine
            : throw new ProblemException(Codes.NoEngine.With(record.Kind.ToString().ToLowerInvariant(), tried));
    }

    /// <summary>The log as the engine has it, unless the build wrote more of it down.</summary>
    private void Keep(string log)
    {
        try
        {
            if (!File.Exists(log))
                return;
            if (!File.Exists(folder.Log) || new FileInfo(log).Length >= new FileInfo(folder.Log).Length)
                File.Move(log, folder.Log, overwrite: true);
            else
                File.Delete(log);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What the build wrote is there.
        }
    }

    private RunRecord? TryRead()
    {
        try
        {
            return RunRecord.Read(folder.Record);
        }
        catch (ProblemException)
        {
            return null; // of another version, or the folder is gone: the container goes in any case
        }
    }
}
