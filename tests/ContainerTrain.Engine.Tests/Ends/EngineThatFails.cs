using System.Diagnostics;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine.Tests;

/// <summary>Runs on an engine that goes away, hangs or comes back in the middle of them.</summary>
public abstract class EngineThatFails(ContainerEngine engine) : RunnerScenario
{
    private EngineInBetween? _between;

    protected override ITrainRunner Runner => new DockerRunner(Between.Connection);

    protected override async Task<string?> ImageAsync() => (await engine.DummyImageAsync()).Id;

    protected override async Task<IReadOnlyList<string>> LeftoversAsync()
    {
        _between?.Dispose();
        // What a run could not remove is what its outcome says is left. The request that hung may remove it at the same time.
        foreach (var container in await engine.ContainersOfAsync(ProjectFile))
            _ = await new ContainerCalls(engine.Connection).TryRemoveAsync(container, ContainerCalls.Removal);
        return [];
    }

    private EngineInBetween Between => _between ??= new EngineInBetween(engine);

    [Fact]
    public async Task ThatComesBackShowsEveryLineOnceAndHowTheProgramEnded()
    {
        Assert.SkipWhen(engine.Connection.Version.Kind == EngineKind.Podman, "Podman 4.3 may end a log before the program's last lines");
        var run = await RunAsync(
            run => run,
            (folder, line) =>
            {
                if (line != "line 3000")
                    return;
                Between.GoAway();
                File.WriteAllText(Path.Combine(folder.Path, "go"), "");
                _ = Task.Delay(1500, Cancellation).ContinueWith(_ => Between.ComeBack(), Cancellation);
            },
            Cancellation,
            "lines=3000", "err=one", "wait-for=go", "out=after", "partial=tail", "exit=7");

        Assert.Equal((RunReason.Failed, 7), (run.Outcome.Reason, run.Outcome.ExitCode));
        Assert.Equal([.. Enumerable.Range(1, 3000).Select(i => $"line {i}"), "after", "tail"], run.Stdout);
        Assert.Equal(["one"], run.Stderr);
        Assert.Empty(await engine.ContainersOfAsync(ProjectFile));
    }

    [Fact]
    public async Task AndHangsKeepsNoCanceledBuildWaitingLongAfterTheGrace()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Stopwatch? clock = null;
        var run = await RunAsync(
            run => run with { StopGrace = "2" },
            (_, line) =>
            {
                if (line != "ready")
                    return;
                Between.Hang();
                clock = Stopwatch.StartNew();
                cancel.CancelAfter(TimeSpan.Zero);
            },
            cancel.Token, "out=ready", "sleep");

        Assert.Equal((RunReason.Canceled, true), (run.Outcome.Reason, run.Outcome.IsLeftRunning));
        Assert.NotEmpty(run.Outcome.Detail);
        // The one bound that is promised; the run needs a third of it.
        Assert.True(clock!.Elapsed < TimeSpan.FromSeconds(2 + 30), $"{clock.Elapsed}");
    }

    [Fact]
    public async Task AndHangsBeforeTheContainerIsMadeEndsWithTheBuild()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await ImageAsync();
        Between.Hang();
        cancel.CancelAfter(TimeSpan.FromMilliseconds(200));
        var run = await RunAsync(run => run, onLine: null, cancel.Token, "out=ran");

        Assert.Equal((RunReason.Canceled, 0), (run.Outcome.Reason, run.Lines.Count));
    }

    [Fact]
    public async Task ALaterRequestEndsTheGraceAtOnce()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using var kill = new CancellationTokenSource();
        var plan = Plan(run => run with { StopGrace = "1h" }, "ignore-sigterm", "out=ready", "sleep");
        var run = await RunAsync(
            new WithKill(Runner, kill.Token), plan, await ImageAsync(),
            (_, line) => (line switch { "ready" => cancel, "SIGTERM ignored" => kill, _ => null })?.CancelAfter(TimeSpan.Zero),
            cancel.Token);

        Assert.Equal((RunReason.Canceled, 9, false), (run.Outcome.Reason, run.Outcome.Signal, run.Outcome.IsLeftRunning));
    }

    private sealed class WithKill(ITrainRunner runner, CancellationToken kill) : ITrainRunner
    {
        public void Check(TrainPlan plan) => runner.Check(plan);

        public Task<RunOutcome> RunAsync(RunRequest request, IProgress<OutputLine> output, CancellationToken cancellation) =>
            runner.RunAsync(request with { Kill = kill }, output, cancellation);
    }
}

public sealed class DockerThatFails(DockerEngine engine) : EngineThatFails(engine);

public sealed class PodmanThatFails(PodmanEngine engine) : EngineThatFails(engine);
