using System.Text.Json;
using ContainerTrain.Inputs;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine.Tests;

/// <summary>What every test of a runner needs: a project, runs of the dummy trainer, and the proof that nothing is left of them.</summary>
public abstract class RunnerScenario : IAsyncLifetime
{
    protected TestFolder Project { get; } = new();

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected string ProjectFile => Project.Path("Dummy.csproj");

    protected abstract ITrainRunner Runner { get; }

    /// <summary>The dummy trainer's image; null where runs need none.</summary>
    protected abstract Task<string?> ImageAsync();

    /// <summary>Processes or containers of this test's runs that still exist.</summary>
    protected abstract Task<IReadOnlyList<string>> LeftoversAsync();

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        var leftovers = await LeftoversAsync();
        Project.Dispose();
        GC.SuppressFinalize(this);
        Assert.Empty(leftovers);
    }

    protected Task<Run> RunAsync(params string[] steps) => RunAsync(run => run, steps);

    protected Task<Run> RunAsync(Func<RunInputs, RunInputs> change, params string[] steps) =>
        RunAsync(change, onLine: null, Cancellation, steps);

    /// <summary>Runs the dummy trainer; <paramref name="onLine"/> sees each line while the program runs.</summary>
    protected async Task<Run> RunAsync(
        Func<RunInputs, RunInputs> change, Action<RunFolder, string>? onLine, CancellationToken cancellation, params string[] steps)
    {
        var plan = Plan(change, steps);
        return await RunAsync(Runner, plan, await ImageAsync(), onLine, cancellation);
    }

    protected static async Task<Run> RunAsync(
        ITrainRunner runner, TrainPlan plan, string? image, Action<RunFolder, string>? onLine, CancellationToken cancellation)
    {
        runner.Check(plan);
        var folder = RunFolder.Create(plan.Run.OutputRoot, DateTimeOffset.UtcNow);
        await System.IO.File.WriteAllTextAsync(folder.Hyperparameters, JsonSerializer.Serialize(plan.Run.Hyperparameters.ToDictionary()), CancellationToken.None);
        var lines = new Lines<OutputLine>(line => onLine?.Invoke(folder, line.Text));
        // No claim about time: it turns a run that hangs into a failure.
        var outcome = await runner.RunAsync(new RunRequest(plan, folder, image), lines, cancellation).WaitAsync(TimeSpan.FromMinutes(2), CancellationToken.None);
        return new Run(outcome, folder, lines.All);
    }

    protected TrainPlan Plan(Func<RunInputs, RunInputs> change, params string[] steps)
    {
        var inputs = Dummy.Inputs(Project);
        return Dummy.Plan(inputs with { Run = change(inputs.Run with { Arguments = Dummy.CommandLine(steps) }) });
    }
}
