using System.Globalization;
using ContainerTrain.Diagnostics;
using ContainerTrain.Outcome;

namespace ContainerTrain.Engine;

/// <summary>What an engine shows of a container that has ended, as a run's outcome.</summary>
internal static class ContainerEnds
{
    /// <param name="result">What the watch saw.</param>
    /// <param name="started">For a container whose times are not known.</param>
    /// <param name="now">The same.</param>
    public static RunOutcome OutcomeOf(WatchResult result, DateTimeOffset started, DateTimeOffset now)
    {
        if (result.End?.State is not { } state)
        {
            var lost = result.IsCanceled ? RunReason.Canceled : result.IsTimedOut ? RunReason.TimedOut : RunReason.EngineLost;
            return new RunOutcome(lost, -1, started, now, result.Lost.Length > 0 ? result.Lost : "the engine does not tell the container's state") { IsLeftRunning = true };
        }
        var exitCode = (int)state.ExitCode;
        var reason = result.IsCanceled ? RunReason.Canceled
            : result.IsTimedOut ? RunReason.TimedOut
            : state.OOMKilled && exitCode != 0 ? RunReason.OutOfMemory
            : RunOutcome.ReasonOf(exitCode);
        return new RunOutcome(reason, exitCode, Time(state.StartedAt, started), Time(state.FinishedAt, now), state.Error ?? "");
    }

    /// <summary>Why an engine made no container: its refusal alone may be for anything that the container was to have.</summary>
    public static RunReason ReasonOfRefusal(EngineConnection engine, string? image, CancellationToken cancellation)
    {
        try
        {
            return image is not null && new EngineImages(engine).Find(image, cancellation) is null ? RunReason.ImageMissing : RunReason.NotStarted;
        }
        catch (Exception e) when (e is ProblemException || EngineConnection.IsUnreachable(e))
        {
            return RunReason.NotStarted;
        }
    }

    private static DateTimeOffset Time(string? text, DateTimeOffset otherwise) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time.Year > 1 ? time : otherwise;
}
