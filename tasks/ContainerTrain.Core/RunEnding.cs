using System.Collections.Immutable;
using System.Diagnostics;
using ContainerTrain.Diagnostics;
using ContainerTrain.Outcome;

namespace ContainerTrain;

/// <summary>What came before the training, for its record.</summary>
/// <param name="Image">The build's share.</param>
internal sealed record PhaseTimes(TimeSpan Image, TimeSpan Prepare);

/// <summary>From the end of the program to the finished run folder.</summary>
internal static class RunEnding
{
    /// <param name="record">As it was when the run began.</param>
    /// <param name="lastLines">Of the program's output.</param>
    /// <param name="data">The digests of what it could read.</param>
    /// <param name="incomplete">What the log lacks.</param>
    /// <param name="cancellation">Leaves out what only takes time: the outcome is recorded in any case.</param>
    public static async Task<TrainResult> CollectAsync(
        RunRecord record, RunFolder folder, RunOutcome outcome, IReadOnlyCollection<string> lastLines, Task<ImmutableArray<DataRecord>> data,
        Problem? incomplete, PhaseTimes times, CancellationToken cancellation)
    {
        // The report shows the log itself.
        var problems = OutcomeProblems.Of(outcome, record.Plan.Run, folder, lastLines: []);
        var said = OutcomeProblems.Of(outcome, record.Plan.Run, folder, lastLines);
        record = Ended(record, outcome, problems);
        // Written before what the program left is looked at: the outcome depends on none of it.
        _ = TryWrite(record, folder);
        var results = RunResults.Read(folder);
        record = Finish(record with { Data = await data }, folder, outcome, results, times, cancellation);
        ImmutableArray<Problem?> found = [.. said, incomplete, TryWrite(record, folder), RunReport.TryWrite(folder, record, results), TooLate(outcome, folder, cancellation)];
        return new TrainResult(folder, outcome, [.. found.OfType<Problem>()]) { Record = record };
    }

    /// <summary>What the log lacks, if it does.</summary>
    public static Problem? Incomplete(RunLog log, RunFolder folder) =>
        log.Lost == 0 ? null : Codes.RunNotRecorded.With(folder.Log, log.Failure, $" (lines that it lacks: {log.Lost})");

    /// <summary>The training has succeeded, and still the build must not: whatever comes after it was not wanted any more.</summary>
    private static Problem? TooLate(RunOutcome outcome, RunFolder folder, CancellationToken cancellation) =>
        outcome.Reason == RunReason.Succeeded && cancellation.IsCancellationRequested ? Codes.CanceledAfterTraining.With(folder.Path) : null;

    private static Problem? TryWrite(RunRecord record, RunFolder folder)
    {
        try
        {
            record.Write(folder.Record);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Codes.RunNotRecorded.With(folder.Record, e.Message, "");
        }
    }

    private static RunRecord Ended(RunRecord record, RunOutcome outcome, ImmutableArray<Problem> problems) => record with
    {
        Outcome = new OutcomeRecord(
            outcome.Reason, outcome.ExitCode, outcome.Signal, problems.LastOrDefault(problem => problem.IsError)?.Code.Id, outcome.Finished,
            outcome.Detail.Length > 0 ? outcome.Detail : null),
        Problems = [.. problems.Select(problem => new ProblemRecord(problem.Code.Id, problem.Message, problem.Location?.File, problem.Location?.Line ?? 0))],
    };

    private static RunRecord Finish(
        RunRecord record, RunFolder folder, RunOutcome outcome, RunResults results, PhaseTimes times, CancellationToken cancellation)
    {
        var collect = Stopwatch.StartNew();
        var artifacts = folder.Artifacts().Select(path => ArtifactRecord.Of(folder, path, cancellation)).ToImmutableArray();
        return record with
        {
            Seconds = ImmutableSortedDictionary<string, double>.Empty
                .Add("image", times.Image.TotalSeconds)
                .Add("prepare", times.Prepare.TotalSeconds)
                .Add("train", outcome.Duration.TotalSeconds)
                .Add("collect", collect.Elapsed.TotalSeconds),
            Artifacts = artifacts,
            Metrics = results.FinalMetrics(),
        };
    }
}
