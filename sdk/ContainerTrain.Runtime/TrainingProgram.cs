using System.Globalization;

namespace ContainerTrain.Runtime;

/// <summary>The entry point of a training program: <c>return TrainingProgram.Run(run => { … });</c></summary>
public static class TrainingProgram
{
    /// <summary>The training ended, also early after a stop request.</summary>
    public const int Success = 0;

    /// <summary>There are problems that the user can put right (EX_DATAERR of sysexits.h).</summary>
    public const int ProblemsFound = 65;

    /// <summary>The program failed in a way nobody foresaw (EX_SOFTWARE of sysexits.h).</summary>
    public const int Failure = 70;

    /// <summary>The program was stopped and gave up instead of saving (128 + SIGTERM).</summary>
    public const int Stopped = 143;

    /// <summary>
    /// Starts a run, trains, and turns the result into an exit code. Problems are written to standard error as lines that
    /// MSBuild recognizes and to <c>problems.json</c> in the output directory. Numbers are formatted with the invariant culture.
    /// </summary>
    /// <param name="train">The training. It may throw a <see cref="TrainingException"/>.</param>
    /// <returns><see cref="Success"/>, <see cref="ProblemsFound"/>, <see cref="Failure"/> or <see cref="Stopped"/>.</returns>
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
        try
        {
            using var run = TrainingRun.Start(environment, accelerator, report);
            stopRequested = run.StopRequested;
            await train(run).ConfigureAwait(false);
            return Success;
        }
        catch (TrainingException e)
        {
            report.Fail(e.Problems);
            return ProblemsFound;
        }
        catch (OperationCanceledException) when (stopRequested.IsCancellationRequested)
        {
            await errors.WriteLineAsync("The training was stopped before it saved anything.").ConfigureAwait(false);
            return Stopped;
        }
        catch (Exception e)
        {
            await errors.WriteLineAsync(e.ToString()).ConfigureAwait(false);
            return Failure;
        }
    }
}
