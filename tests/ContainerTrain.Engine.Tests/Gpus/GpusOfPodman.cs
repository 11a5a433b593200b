using ContainerTrain.Diagnostics;
using ContainerTrain.Outcome;

namespace ContainerTrain.Engine.Tests;

/// <summary>
/// A device by the Container Device Interface: made up, so that every machine has it. Its description adds a variable and
/// a device node, which the program sees.
/// </summary>
public sealed class GpusOfPodman(PodmanEngine podman) : RunnerScenario
{
    private const string Specifications = "/etc/cdi";

    private readonly string _name = $"GPU-{Guid.NewGuid():N}";

    protected override ITrainRunner Runner => new DockerRunner(podman.Connection);

    private string Specification => Path.Combine(Specifications, $"containertrain-test-{_name}.json");

    protected override async Task<string?> ImageAsync() => (await podman.DummyImageAsync()).Id;

    protected override Task<IReadOnlyList<string>> LeftoversAsync()
    {
        File.Delete(Specification);
        return podman.ContainersOfAsync(ProjectFile);
    }

    public override async ValueTask InitializeAsync()
    {
        _ = podman.Connection; // skips without an engine
        Assert.SkipUnless(Environment.UserName == "root" && OperatingSystem.IsLinux(), $"only root may describe a device in {Specifications}");
        Directory.CreateDirectory(Specifications);
        await File.WriteAllTextAsync(Specification, $$"""
            {
              "cdiVersion": "0.4.0",
              "kind": "nvidia.com/gpu",
              "devices": [
                {
                  "name": "{{_name}}",
                  "containerEdits": {
                    "env": ["CONTAINERTRAIN_DEVICE={{_name}}"],
                    "deviceNodes": [{ "path": "/dev/containertrain-gpu", "type": "c", "major": 1, "minor": 3, "permissions": "rw" }]
                  }
                }
              ]
            }
            """, Cancellation);
        await base.InitializeAsync();
    }

    [Fact]
    public async Task AreSeenByTheProgram()
    {
        var run = await RunAsync(run => run with { Gpus = $"device={_name}" }, "report", "read=/dev/containertrain-gpu");

        Assert.True(run.Outcome.Reason == RunReason.Succeeded, run.ToString());
        Assert.Equal(_name, run.Report.Environment["CONTAINERTRAIN_DEVICE"]);
        Assert.Equal(("cuda", "1", ":4096:8"), (run.Report.Environment["TRAIN_DEVICE"], run.Report.Environment["TRAIN_GPU_COUNT"], run.Report.Environment["CUBLAS_WORKSPACE_CONFIG"]));
        Assert.Contains("read /dev/containertrain-gpu", run.Stdout);
        Assert.Equal(1L << 30, run.Report.SharedMemoryBytes);
    }

    [Fact]
    public async Task AreNotThereForARunOnTheCpu()
    {
        var run = await RunAsync("report", "read=/dev/containertrain-gpu");

        Assert.DoesNotContain("CONTAINERTRAIN_DEVICE", run.Report.Environment.Keys);
        Assert.DoesNotContain("read /dev/containertrain-gpu", run.Stdout);
    }

    /// <summary>The interface that makes containers with GPUs is another one; what shuts them in must not differ.</summary>
    [Fact]
    public async Task DoNotOpenTheContainer()
    {
        Project.Write("data/x", "");
        var run = await RunAsync(
            run => run with
            {
                Gpus = $"device={_name}", Data = [new ContainerTrain.Inputs.InputItem("data") { Metadata = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty }],
                Memory = "512m", Cpus = "1", PidsLimit = "200", Network = "none", User = "12345:54321",
            },
            "report", "write=/x", "write=/train/data/data/new", "write=/tmp/x");

        Assert.True(run.Outcome.Reason == RunReason.Succeeded, run.ToString());
        var status = run.Report.Status;
        Assert.Equal(
            ("12345", "54321", "0000000000000000", "1"),
            (status["Uid"].Split('\t')[0], status["Gid"].Split('\t')[0], status["CapEff"], status["NoNewPrivs"]));
        Assert.Equal((1, "/tmp"), (run.Report.Processors, run.Report.Environment["HOME"]));
        Assert.Equal(["wrote /tmp/x"], run.Stdout.Where(line => line.StartsWith("wrote", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ThatAreNotDescribedAreARunThatIsNotStarted()
    {
        var run = await RunAsync(run => run with { Gpus = "device=GPU-made-up" }, "out=ran");

        Assert.Equal((RunReason.NotStarted, 0), (run.Outcome.Reason, run.Lines.Count));
        Assert.Contains("nvidia.com/gpu=GPU-made-up", run.Outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ThatAreNotDescribedAreCT3021BeforeAnythingIsBuilt()
    {
        Assert.Equal("cuda", (await GpusOfDocker.ChooseAsync(podman.Connection, $"device={_name}")).Device);

        var refused = await Assert.ThrowsAsync<ProblemException>(() => GpusOfDocker.ChooseAsync(podman.Connection, $"device={_name},GPU-made-up"));

        var problem = Assert.Single(refused.Problems);
        Assert.Equal("CT3021", problem.Code.Id);
        Assert.Contains($"needs the devices nvidia.com/gpu={_name}, nvidia.com/gpu=GPU-made-up, and {podman.Connection.Describe()} gives", problem.Message, StringComparison.Ordinal);
    }
}
