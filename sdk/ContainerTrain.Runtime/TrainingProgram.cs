using System.Globalization;

namespace ContainerTrain.Runtime;

/// <summary>The entry point of a training program: <c>return TrainingProgram.Run(run => { … });</c></summary>
public static class TrainingProgram
{
    /// <summary>The training ended.</summary>
    public const int Success = 0;

    /// <summary>There are problems that the user can put right (EX_DATAERR of sysexits.h).</summary>
    public const int ProblemsFound = 65;

    /// <summary>The program failed in a way nobody foresaw (EX_SOFTWARE of sysexits.h).</summary>
    public const int Failure = 70;

    /// <summary>
    /// The program was stopped, and can go on from the checkpoint that it saved (EX_TEMPFAIL of sysexits.h: try again later).
    /// </summary>
    public const int StoppedResumable = 75;

    /// <summary>The program was stopped and saved nothing to go on from (128 + SIGTERM).</summary>
    public const int Stopped = 143;

    /// <summary>
    /// Starts a run, trains, and turns the result into an exit code. Problems are written to standard error as lines that
    /// MSBuild recognizes and to <c>problems.json</c> in the output directory. Numbers are formatted with the invariant culture.
    /// </summary>
    /// <param name="train">The training. It may throw a <see cref="TrainingException"/>.</param>
    /// <returns>
    /// <see cref="Success"/>, <see cref="ProblemsFound"/>, <see cref="Failure"/>, <see cref="StoppedResumable"/> or <see cref="Stopped"/>.
    /// </returns>
    public static int Run(Action<TrainingRun> train)
    {
        ArgumentNullException.ThrowIfNull(train);
        return RunAsync(run =>
        {
            train(run);
            return Task.CompletedTask;
        }).GetAwaiter().GetResult();
    }

    /// <inheritdoc cref="Run(Action{TrainingRun})"/>
    public static Task<int> RunAsync(Func<TrainingRun, Task> train)
    {
        ArgumentNullException.ThrowIfNull(train);
        CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        return RunAsync(train, TrainingRun.ProcessEnvironment(), new TorchAccelerator(), Console.Error);
    }

    internal static async Task<int> RunAsync(
        Func<TrainingRun, Task> train, IReadOnlyDictionary<string, string> environment, IAccelerator accelerator, TextWriter errors)
    {
        var report = ProblemReport.In(RunSettings.ReadOutputDirectory(environment), errors);
        var stopRequested = CancellationToken.None;
        RunCheckpoints? checkpoints = null;
        try
        {
            using var run = TrainingRun.Start(environment, accelerator, report);
            (stopRequested, checkpoints) = (run.StopRequested, run.Checkpoints);
            await train(run).ConfigureAwait(false);
            if (run.WasStopped || (run.LeftEarly && stopRequested.IsCancellationRequested))
            {
                return StoppedCode(checkpoints);
            }

            if (run.LeftEarly && checkpoints.HasTracked)
            {
                await errors.WriteLineAsync(
                    $"warning: the loop over run.Epochs was left after {run.EpochsDone} whole epochs, so the end of the training is in no checkpoint. "
                    + "Call run.EndTraining instead of leaving it.").ConfigureAwait(false);
            }

            return Success;
        }
        catch (TrainingException e)
        {
            report.Fail(e.Problems);
            return ProblemsFound;
        }
        catch (OperationCanceledException) when (stopRequested.IsCancellationRequested)
        {
            var exitCode = StoppedCode(checkpoints);
            await errors.WriteLineAsync(exitCode == StoppedResumable
                ? "The training was stopped in the middle of an epoch; it can go on from its last checkpoint."
                : "The training was stopped before it saved anything.").ConfigureAwait(false);
            return exitCode;
        }
        catch (Exception e)
        {
            report.Fail([ExceptionProblem.Of(e)]);
            await errors.WriteLineAsync(e.ToString()).ConfigureAwait(false);
            return Failure;
        }
    }

    private static int StoppedCode(RunCheckpoints? checkpoints) => checkpoints is { HasSaved: true } ? StoppedResumable : Stopped;
}
