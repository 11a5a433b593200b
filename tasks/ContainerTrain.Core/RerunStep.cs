using System.Collections.Immutable;
using System.Diagnostics;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain;

/// <summary>Starts a run again from its record: the same image by its id, the same settings and seed; and compares the two.</summary>
/// <param name="outputRoot">The folder with one folder per run, absolute; the new run goes there too.</param>
/// <param name="runId">The run's id, or <c>latest</c>.</param>
public sealed class RerunStep(string outputRoot, string runId, HostSettings host)
{
    private const int Shown = 5;

    /// <inheritdoc cref="TrainStep.Kill"/>
    public CancellationToken Kill { get; init; }

    /// <exception cref="ProblemException">CT1040 to CT1044, CT3001, CT3020 to CT3026: it cannot be started again.</exception>
    public async Task<TrainResult> RunAsync(IProgress<string> progress, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var original = RunRecord.Read(Find().Record);
        if (original.Image is not { } image)
            throw new ProblemException(Codes.RunWithoutImage.With(original.Id));
        var plan = original.Plan with { Run = original.Plan.Run with { OutputRoot = outputRoot } };
        TrainStep.CheckData(plan.Run);
        host.Secrets.Check(plan.Run);
        using var choice = await EngineWait.SelectAsync(original.Engine.Kind, host.Engine, progress, cancellation);
        await new RunReaper(choice.Connection!, host.Cache).ReapAsync(plan.ProjectFile, progress, cancellation);
        if (new EngineImages(choice.Connection!).Find(image.Id, cancellation) is null)
            throw new ProblemException(Codes.ImageOfRunGone.With(image.Id, original.Id, choice.Connection!.Endpoint, Origin(original)));
        // A run that had a GPU must not be done again without: its device is a requirement now, whatever the project asked for.
        var device = await new DeviceStep(host.NvidiaSmi).ChooseAsync(plan with { Run = plan.Run with { GpusAreAuto = false } }, choice, cancellation);
        if (device.Line.Length > 0)
            progress.Report(device.Line);
        var changed = ChangedData(original, cancellation);
        foreach (var problem in changed)
            progress.Report(problem.ToString()); // before hours of training, not after them

        progress.Report($"Running {original.Id} again: image {image.Id}, seed {original.Seed}");
        var built = new BuiltImage(image.Id, [], image.DepsImage, image.BaseImageId, TimeSpan.Zero);
        var lines = new DirectProgress<OutputLine>(line => progress.Report(line.Text));
        var runner = new EngineTrainRunner(choice.Connection!, progress);
        runner.Check(plan);
        using var secrets = host.SecretsOf(plan.Run);
        var run = new PreparedRun(plan, choice, runner, built, clock, lines, original.ResumedFrom, original) { Secrets = secrets, Git = Task.FromResult(original.Git), Kill = Kill, Guard = GuardCommand.Of(host) };
        var result = await TrainStep.RunOnAsync(run, progress, cancellation);
        return result with { Problems = [.. changed, .. result.Problems, .. Compare(original, result, progress)] };
    }

    private RunFolder Find()
    {
        var runs = RunFolder.All(outputRoot);
        if ((runId == "latest" ? runs.LastOrDefault() : runs.FirstOrDefault(run => run.Id == runId)) is { } found)
            return found;
        var ids = runs.Select(run => run.Id).ToArray();
        var newest = ids.Length == 0 ? " It has no runs." : $" The newest: {string.Join(", ", ids.Reverse().Take(Shown))}.";
        throw new ProblemException(Codes.RunNotFound.With(runId, outputRoot, Suggestion.Sentence(runId, ids) is { Length: > 0 } near ? near : newest));
    }

    private static string Origin(RunRecord run) =>
        $"It was made on {run.Engine.Endpoint}{(run.Git is { } git ? $" from commit {git.Commit}{(git.Dirty ? " with changes that were not committed" : "")}" : "")}.";

    private static ImmutableArray<Problem> ChangedData(RunRecord original, CancellationToken cancellation) =>
    [
        .. from before in original.Data
           where before.Sha256 is not null
           let now = DataFingerprint.Digest(before.Source, cancellation)
           where now != before.Sha256
           select Codes.DataChanged.With(before.Target, before.Source, original.Id, before.Sha256 ?? "", now ?? "unknown"),
    ];

    private static ImmutableArray<Problem> Compare(RunRecord original, TrainResult again, IProgress<string> progress)
    {
        if (again.Outcome.Reason != RunReason.Succeeded || again.Record is not { } record)
            return [];
        var comparison = RunComparison.Of(original, record);
        foreach (var line in comparison.Lines)
            progress.Report(line);
        if (comparison.Differences.IsEmpty)
        {
            progress.Report(comparison.IsEmpty
                ? $"Neither {original.Id} nor {record.Id} left metrics or a model: there is nothing to compare."
                : $"The numbers are the same: {record.Id} and {original.Id} agree in all of these.");
            return [];
        }
        var shown = string.Join("; ", comparison.Differences.Take(Shown)) + (comparison.Differences.Length > Shown ? $"; and {comparison.Differences.Length - Shown} more" : "");
        return [Codes.NumbersDiffer.With(original.Id, record.Id, shown)];
    }
}
