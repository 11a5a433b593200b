using System.Collections.Immutable;
using ContainerTrain.Inputs;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine.Tests;

/// <summary>What a container adds to the contract: isolation, limits, and an engine that others use too.</summary>
public abstract class ContainerRunnerContract(ContainerEngine engine) : TrainRunnerContract
{
    protected override ITrainRunner Runner => new DockerRunner(engine.Connection);

    protected override async Task<string?> ImageAsync() => (await engine.DummyImageAsync()).Id;

    protected override Task<IReadOnlyList<string>> LeftoversAsync() => engine.ContainersOfAsync(ProjectFile);

    protected override IReadOnlyDictionary<string, string> PathsOf(RunFolder folder) => new Dictionary<string, string>
    {
        ["TRAIN_DATA_DIR"] = "/train/data",
        ["TRAIN_OUTPUT_DIR"] = "/train/output",
        ["TRAIN_CHECKPOINT_DIR"] = "/train/checkpoints",
        ["TRAIN_HP_FILE"] = "/train/config/hyperparameters.json",
    };

    /// <summary>How often what happens now and then is tried.</summary>
    protected virtual int Repeats => 25;

    /// <summary>What a container mounts of the run itself, and whether the program may not write to it.</summary>
    protected virtual IReadOnlyDictionary<string, bool> OwnMounts { get; } = new Dictionary<string, bool>
    {
        ["/train/output"] = false,
        ["/train/checkpoints"] = false,
        ["/train/config/hyperparameters.json"] = true,
    };

    protected override Task<Run> RunMissingProgramAsync() => RunOtherProgramAsync("/no/such/program");

    public override ValueTask InitializeAsync()
    {
        _ = engine.Connection; // skips without an engine
        return base.InitializeAsync();
    }

    [Fact]
    public async Task TheOnlyLineOfACommandThatEndsAtOnceIsNeverLost()
    {
        var plan = PlanWith("/bin/echo", "only line");
        var image = await engine.BuildAsync(plan.Image);
        for (var i = 0; i < Repeats; i++)
        {
            var run = await RunAsync(Runner, plan, image.Id, onLine: null, Cancellation);
            Assert.Equal(["only line"], run.Stdout);
        }
    }

    [Fact]
    public async Task DataIsReadOnlyUnlessTheProjectSaysOtherwise()
    {
        Project.Write("fixed/x", "");
        Project.Write("open/x", "");
        var run = await RunAsync(
            run => run with { Data = [Data("fixed"), Data("open", ("ReadOnly", "false"))] },
            "write=/train/data/fixed/new", "write=/train/data/open/new", "write=/train/config/hyperparameters.json", "report");

        Assert.DoesNotContain("wrote /train/data/fixed/new", run.Stdout);
        Assert.Contains("wrote /train/data/open/new", run.Stdout);
        Assert.DoesNotContain("wrote /train/config/hyperparameters.json", run.Stdout);
        var readOnly = run.Report.Mounts.Where(mount => mount.Path.StartsWith("/train/", StringComparison.Ordinal)).ToDictionary(mount => mount.Path, mount => mount.ReadOnly);
        Assert.Equal(
            new Dictionary<string, bool>(OwnMounts) { ["/train/data/fixed"] = true, ["/train/data/open"] = false }.OrderBy(pair => pair.Key, StringComparer.Ordinal),
            readOnly.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task VolumesKeepWhatIsWrittenToThem()
    {
        var name = $"containertrain-test-{Guid.NewGuid():N}";
        try
        {
            InputItem[] volumes = [Item(name, ("TargetPath", "/cache"))];
            await RunAsync(run => run with { Volumes = [.. volumes] }, "write=/cache/x");
            var run = await RunAsync(run => run with { Volumes = [.. volumes] }, "read=/cache/x");
            Assert.Contains("read /cache/x", run.Stdout);
        }
        finally
        {
            await engine.Client.Volumes.RemoveAsync(name, force: true, CancellationToken.None);
        }
    }

    [Fact]
    public async Task TheRootFileSystemIsReadOnlyAndTmpIsNot()
    {
        var run = await RunAsync("write=/app/x", "write=/x", "write=/tmp/x", "write=/dev/shm/x");

        Assert.Equal(["wrote /tmp/x", "wrote /dev/shm/x"], run.Stdout.Where(line => line.StartsWith("wrote", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task TheRootFileSystemCanBeMadeWritable()
    {
        var run = await RunAsync(run => run with { ReadOnlyRootfs = "false", User = "0" }, "write=/tmp/x", "write=/var/tmp/x");

        Assert.Equal(["wrote /tmp/x", "wrote /var/tmp/x"], run.Stdout);
    }

    [Fact]
    public async Task TheProgramHasNoPrivileges()
    {
        var status = (await RunAsync(run => run with { User = "0" }, "report")).Report.Status;

        Assert.Equal(("0000000000000000", "1"), (status["CapEff"], status["NoNewPrivs"]));
    }

    [Fact]
    public async Task TheProgramRunsAsTrainUserSays()
    {
        var status = (await RunAsync(run => run with { User = "12345:54321" }, "report")).Report.Status;

        Assert.Equal(("12345", "54321"), (status["Uid"].Split('\t')[0], status["Gid"].Split('\t')[0]));
    }

    [Fact]
    public async Task MoreMemoryThanTheLimitIsOutOfMemory()
    {
        var run = await RunAsync(run => run with { Memory = "128m" }, "out=before", "allocate=600");

        // Podman's monitor does not see the kernel's word on every arrangement of control groups.
        var reason = engine.Connection.Version.Kind == EngineKind.Podman && run.Outcome.Reason == RunReason.Killed ? RunReason.Killed : RunReason.OutOfMemory;
        Assert.Equal((reason, 137), (run.Outcome.Reason, run.Outcome.ExitCode));
        Assert.Equal(["before"], run.Stdout);
    }

    [Fact]
    public async Task AKillFromOutsideIsNoLackOfMemory()
    {
        var run = await RunAsync(
            run => run with { Memory = "256m" },
            (folder, line) => Do(line, "ready", () => engine.Client.Containers.KillContainerAsync($"train-{folder.Id}", new ContainerKillParameters { Signal = "SIGKILL" })),
            Cancellation,
            "out=ready", "sleep");

        Assert.Equal((RunReason.Killed, 9), (run.Outcome.Reason, run.Outcome.Signal));
    }

    [Fact]
    public async Task ThePidsLimitCounts()
    {
        var run = await RunAsync(run => run with { PidsLimit = "60" }, "out=before", "threads=200");

        var started = int.Parse(run.Stdout.Single(line => line.StartsWith("threads: ", StringComparison.Ordinal))["threads: ".Length..], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(started, 1, 59);
    }

    [Fact]
    public async Task TheProgramSeesTheCpusItMayUse()
    {
        var report = (await RunAsync(run => run with { Cpus = "1" }, "report")).Report;

        Assert.Equal((1, "1"), (report.Processors, report.Environment["OMP_NUM_THREADS"]));
    }

    [Fact]
    public async Task SharedMemoryHasTheSizeThatTheProjectSays()
    {
        var report = (await RunAsync(run => run with { ShmSize = "96m" }, "report")).Report;

        Assert.Equal(96L << 20, report.SharedMemoryBytes);
    }

    [Fact]
    public async Task AContainerThatSomebodyRemovesIsKilledOrLost()
    {
        var run = await RunAsync(
            run => run,
            (folder, line) => Do(line, "ready", () => engine.Client.Containers.RemoveContainerAsync($"train-{folder.Id}", new ContainerRemoveParameters { Force = true })),
            Cancellation,
            "out=ready", "sleep");

        // Which of the two depends on how far the removal is when the runner asks how the program ended.
        Assert.True(run.Outcome is { Reason: RunReason.Killed, Signal: 9 } or { Reason: RunReason.EngineLost, Detail.Length: > 0 }, run.ToString());
    }

    [Fact]
    public async Task AnImageThatIsGoneIsMissing()
    {
        var run = await RunAsync(Runner, Plan(run => run), "containertrain-tests/none:none", onLine: null, Cancellation);

        Assert.Equal(RunReason.ImageMissing, run.Outcome.Reason);
        Assert.Contains("containertrain-tests/none", run.Outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AProgramThatIsNotInThePathIsMissing()
    {
        var run = await RunOtherProgramAsync("no-such-program");

        Assert.Equal((RunReason.ProgramMissing, "'no-such-program'"), (run.Outcome.Reason, run.Outcome.Detail));
    }

    [Theory]
    [InlineData("text", false, RunReason.ProgramNotExecutable, "'/app/program'")]
    [InlineData("#!/no/such/shell\n", true, RunReason.ProgramMissing, "'/no/such/shell', which '/app/program' begins with")]
    [InlineData("#!/bin/sh\nexit 127\n", true, RunReason.Failed, "")]
    [InlineData(null, true, RunReason.WrongMachine, "'/app/program' is for arm64")]
    public async Task AProgramThatTheKernelDoesNotStartSaysWhy(string? text, bool isExecutable, RunReason reason, string detail)
    {
        var file = Project.Write("program", text ?? "");
        if (text is null)
            await File.WriteAllBytesAsync(file, new ContainerTrain.Tests.Elf { Machine = 183 }.ToBytes(), Cancellation);
        if (isExecutable)
            File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var plan = PlanWith([new InputFile(file, "program", FileOrigin.Project)], "/app/program");
        var run = await RunAsync(Runner, plan, (await engine.BuildAsync(plan.Image)).Id, onLine: null, Cancellation);

        Assert.Equal((reason, detail), (run.Outcome.Reason, run.Outcome.Detail));
    }

    [Fact]
    public async Task ANetworkThatDoesNotExistIsNotStarted()
    {
        var run = await RunAsync(run => run with { Network = "containertrain-no-such-network" }, "out=ran");

        Assert.Equal((RunReason.NotStarted, 0), (run.Outcome.Reason, run.Lines.Count));
        Assert.Contains("containertrain-no-such-network", run.Outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARunCanBeCutOffFromTheNetwork()
    {
        var run = await RunAsync(run => run with { Network = "none" }, "out=ran");

        Assert.Equal(RunReason.Succeeded, run.Outcome.Reason);
    }

    private async Task<Run> RunOtherProgramAsync(params string[] entrypoint)
    {
        var plan = PlanWith(entrypoint);
        return await RunAsync(Runner, plan, (await engine.BuildAsync(plan.Image)).Id, onLine: null, Cancellation);
    }

    private TrainPlan PlanWith(params string[] entrypoint) => PlanWith([], entrypoint);

    private TrainPlan PlanWith(InputFile[] files, params string[] entrypoint)
    {
        var inputs = Dummy.Inputs(Project);
        return Dummy.Plan(inputs with { Image = inputs.Image with { AppCommand = [.. entrypoint], Files = [.. inputs.Image.Files, .. files] } });
    }

    private static void Do(string line, string when, Func<Task> action)
    {
        if (line == when)
            _ = Task.Run(action);
    }
}

public sealed class DockerTrainRunner(DockerEngine engine) : ContainerRunnerContract(engine);

public sealed class PodmanTrainRunner(PodmanEngine engine) : ContainerRunnerContract(engine);
