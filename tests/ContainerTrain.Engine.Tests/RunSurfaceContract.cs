using System.Collections.Immutable;
using System.Text.Json;
using ContainerTrain.Diagnostics;
using ContainerTrain.DummyTrainer;
using ContainerTrain.Engine;
using ContainerTrain.Inputs;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine.Tests;

/// <summary>What a project can give a container for a run, seen from inside; and secrets, seen from everywhere.</summary>
public abstract class RunSurfaceContract(ContainerEngine engine) : RunnerScenario
{
    private const string Value = "hunter2-5b1f0c";

    protected override ITrainRunner Runner => new DockerRunner(engine.Connection);

    protected override async Task<string?> ImageAsync() => (await engine.DummyImageAsync()).Id;

    protected override Task<IReadOnlyList<string>> LeftoversAsync() => engine.ContainersOfAsync(ProjectFile);

    public override ValueTask InitializeAsync()
    {
        _ = engine.Connection; // skips without an engine
        return base.InitializeAsync();
    }

    [Fact]
    public async Task TheProgramGetsWhatTheProjectSays()
    {
        Directory.CreateDirectory(Project.Path("cache"));
        var run = await RunAsync(
            run => run with
            {
                User = "0", WorkingDirectory = "/usr/share", CpuSet = "0", Memory = "512m", MemorySwap = "768m",
                Environment = [Item("GREETING", ("Value", "ünïcode $HOME \"x\" 'y' \\ a=b")), Item("OMP_NUM_THREADS", ("Value", "3"))],
                ExtraHosts = [Item("tracking.example", ("Address", "10.1.2.3"))],
                Capabilities = [Item("SYS_PTRACE")],
                Devices = [Item("/dev/null", ("TargetPath", "/dev/nothing"))],
                Volumes = [Item("scratch", ("Type", "tmpfs"), ("TargetPath", "/scratch"), ("Size", "8m")), Item("cache", ("Type", "bind"), ("TargetPath", "/cache"))],
            },
            "report", "read=/etc/hosts", "read=/proc/self/mountinfo", "read=/dev/nothing", "write=/scratch/x", "write=/cache/x");

        Assert.Equal((RunReason.Succeeded, "/usr/share"), (run.Outcome.Reason, run.Report.WorkingDirectory));
        Assert.Equal(("ünïcode $HOME \"x\" 'y' \\ a=b", "3"), (run.Report.Environment["GREETING"], run.Report.Environment["OMP_NUM_THREADS"]));
        Assert.Contains(run.Stdout, line => line.StartsWith("10.1.2.3", StringComparison.Ordinal) && line.EndsWith("tracking.example", StringComparison.Ordinal));
        Assert.Contains(run.Stdout, line => line.Contains(" /scratch ", StringComparison.Ordinal) && line.Contains("size=8192k", StringComparison.Ordinal));
        Assert.Superset(new HashSet<string> { "read /dev/nothing", "wrote /scratch/x", "wrote /cache/x" }, run.Stdout.ToHashSet());
        Assert.True(File.Exists(Project.Path("cache/x")));
        // SYS_PTRACE is the capability of bit 19.
        Assert.Equal(("0", "0000000000080000", "2"), (run.Report.Status["Cpus_allowed_list"], run.Report.Status["CapEff"], run.Report.Status["Seccomp"]));
    }

    [Fact]
    public async Task AProgramOfAnotherUserCanWriteItsResultsAndTheUserOfTheBuildToThem()
    {
        var run = await RunAsync(run => run with { User = "12345:54321" }, "write=model/model.txt", "write=checkpoints/1.txt");

        Assert.Equal(["wrote model/model.txt", "wrote checkpoints/1.txt"], run.Stdout);
        Assert.Equal("12345:54321", Owner.Of(Path.Combine(run.Folder.Path, "model/model.txt")));
        // What the program's folder lets the user of the build do, though it is not that user's.
        Assert.Equal("775", Owner.ModeOf(Path.Combine(run.Folder.Path, "model")));
        Assert.Equal("664", Owner.ModeOf(Path.Combine(run.Folder.Path, "model/model.txt")));
    }

    [Fact]
    public async Task APortThatTheEngineChoosesIsSaid()
    {
        var plan = Plan(run => run, "out=ran");
        plan = plan with { Run = plan.Run with { Ports = [new PortPlan(6006, "tcp", "127.0.0.1", 0)] } };
        var (run, notices) = await RunWithAsync(plan, secrets: null, onReady: null);

        Assert.Equal(RunReason.Succeeded, run.Outcome.Reason);
        Assert.Matches("^Port 6006/tcp is at 127\\.0\\.0\\.1:[0-9]+$", Assert.Single(notices));
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345:54321")]
    [InlineData("12345")]
    public async Task ASecretIsAFileOfTheProgramAndNowhereElse(string user)
    {
        var plan = Plan(
            run => run with { User = user, Secrets = [Item("token", ("EnvironmentVariable", "TOKEN"))] },
            "report", "out=ready", "read=/run/secrets/token", "write=/run/secrets/token");
        var image = (await ImageAsync())!;
        JsonDocument? seen = null;
        var (run, _) = await RunWithAsync(
            plan, new SecretValues(name => name == "TOKEN" ? Value + "\n" : null),
            async (folder, files) =>
            {
                // On the host it is gone while the program still has it.
                Assert.False(Directory.Exists(files!.Folder));
                seen = JsonDocument.Parse(await engine.Connection.Http.GetStringAsync($"containers/train-{folder.Id}/json", CancellationToken.None));
            });

        Assert.True(run.Outcome.Reason == RunReason.Succeeded, run.ToString());
        Assert.Equal([Value, ""], run.Stdout.SkipWhile(line => line != Value).Take(2));
        Assert.Contains("read /run/secrets/token", run.Stdout);
        Assert.DoesNotContain(run.Stdout, line => line.StartsWith("wrote", StringComparison.Ordinal));

        // Inside: neither a variable nor an argument. Outside: whatever an engine tells of container and image, and the plan.
        Assert.DoesNotContain(Value, run.Stdout.Single(line => line.StartsWith("{\"Arguments\"", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal("/run/secrets", run.Report.Environment["TRAIN_SECRETS_DIR"]);
        Assert.DoesNotContain(Value, seen!.RootElement.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(Value, await engine.Connection.Http.GetStringAsync($"images/{image}/json", CancellationToken.None), StringComparison.Ordinal);
        Assert.DoesNotContain(Value, await engine.Connection.Http.GetStringAsync($"images/{image}/history", CancellationToken.None), StringComparison.Ordinal);
        Assert.DoesNotContain(Value, PlanJson.Write(plan), StringComparison.Ordinal);
        Assert.All(Directory.EnumerateFiles(run.Folder.Path, "*", SearchOption.AllDirectories), file => Assert.DoesNotContain(Value, File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public void TheEnginesOwnSocketAndALimitThatItCannotKeepAreRefusedBeforeAnythingIsMade()
    {
        Assert.SkipUnless(engine.Connection.Endpoint.IsUnix, "the engine has no socket here");
        var socket = engine.Connection.Endpoint.Address.AbsolutePath;
        var plan = Plan(run => run);
        plan = plan with { Run = plan.Run with { Mounts = [new MountPlan(MountKind.Bind, Path.GetDirectoryName(socket)!, "/x", ReadOnly: true)], NanoCpus = 4_000_000_000_000 } };
        var refused = Assert.Throws<ProblemException>(() => Runner.Check(plan));

        Assert.Equal(["CT1052", "CT3051"], refused.Problems.Select(problem => problem.Code.Id));
    }

    private async Task<(Run Run, ImmutableList<string> Notices)> RunWithAsync(TrainPlan plan, SecretValues? secrets, Func<RunFolder, SecretFiles?, Task>? onReady)
    {
        Runner.Check(plan);
        var folder = RunFolder.Create(plan.Run.OutputRoot, DateTimeOffset.UtcNow);
        await File.WriteAllTextAsync(folder.Hyperparameters, "{}", CancellationToken.None);
        using var files = secrets is null ? null : SecretFiles.Create(plan.Run, secrets, SecretFiles.Places(""));
        var notices = new Lines<string>();
        var lines = new Lines<OutputLine>(line =>
        {
            // The program is held up by nothing: what the engine tells of it is the same as long as the container is there.
            if (line.Text == "ready" && onReady is not null)
                onReady(folder, files).GetAwaiter().GetResult();
        });
        var request = new RunRequest(plan, folder, await ImageAsync()) { Secrets = files, Notices = notices };
        var outcome = await Runner.RunAsync(request, lines, Cancellation).WaitAsync(TimeSpan.FromMinutes(2), CancellationToken.None);
        return (new Run(outcome, folder, lines.All), notices.All);
    }

    private static InputItem Item(string include, params (string Name, string Value)[] metadata)
    {
        var item = new InputItem(include);
        return item with { Metadata = item.Metadata.AddRange(metadata.Select(m => KeyValuePair.Create(m.Name, m.Value))) };
    }
}

public sealed class DockerRunSurface(DockerEngine engine) : RunSurfaceContract(engine);

public sealed class PodmanRunSurface(PodmanEngine engine) : RunSurfaceContract(engine);
