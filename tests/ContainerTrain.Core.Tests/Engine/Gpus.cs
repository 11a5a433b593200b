using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Plan;
using Docker.DotNet.Models;

namespace ContainerTrain.Tests;

/// <summary>Answers of nvidia-smi in the form of several drivers, written after its format: none was taken from a machine.</summary>
internal sealed class MadeUpAnswers(params (string Argument, int ExitCode, string Output)[] answers) : INvidiaSmi
{
    private const string New = "index,uuid,driver_version,compute_cap,mig.mode.current,name";
    private const string Old = "index,uuid,driver_version,name";

    public const string FirstA100 = "GPU-5c89852c-d268-c3f3-1b07-005d5ae1dc3f";
    public const string Part = "MIG-9a3f1c52-7d1e-5b90-8c2f-4e6d7a8b9c0d";

    public static MadeUpAnswers TwoA100 { get; } = new((New, 0, $"""
        0, {FirstA100}, 535.129.03, 8.0, Disabled, NVIDIA A100-SXM4-40GB
        1, GPU-1d2f3a4b-0c5d-6e7f-8091-a2b3c4d5e6f7, 535.129.03, 8.0, Disabled, NVIDIA A100-SXM4-40GB

        """));

    /// <summary>MIG is Enabled on the first, and each part has a line in the list.</summary>
    public static MadeUpAnswers DividedA100 { get; } = new(
        (New, 0, $"0, {FirstA100}, 550.54.15, 8.0, Enabled, NVIDIA A100-SXM4-40GB\n"),
        ("-L", 0, $"""
            GPU 0: NVIDIA A100-SXM4-40GB (UUID: {FirstA100})
              MIG 3g.20gb     Device  0: (UUID: {Part})
              MIG 2g.10gb     Device  1: (UUID: MIG-e1b0c2d3-1111-5222-8333-944455566677)

            """));

    /// <summary>A desktop with an old card beside a new one; consumer cards know no MIG.</summary>
    public static MadeUpAnswers OldBesideNew { get; } = new((New, 0, """
        0, GPU-6c1d4f0e-98b7-7d33-0f9f-b6d17a9b8a54, 580.65.06, 6.1, [N/A], NVIDIA GeForce GTX 1080
        1, GPU-0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9, 580.65.06, 8.9, [N/A], NVIDIA GeForce RTX 4090

        """));

    public static MadeUpAnswers Driver470 { get; } = new(
        (New, 2, "Field \"compute_cap\" is not a valid field to query.\n"),
        (Old, 0, "0, GPU-ad2367dd-a40e-6b86-6fc3-c44a2cc92c7e, 470.256.02, Tesla V100-SXM2-16GB\n"));

    public static MadeUpAnswers NoDevices { get; } = new((New, 6, "No devices were found\n"));

    public static MadeUpAnswers NotLoaded { get; } = new((New, 9, "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n\n"));

    public static MadeUpAnswers Mismatch { get; } = new((New, 18, "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 570.86\n"));

    /// <summary>A sentence where the devices should be, and an exit code that says all is well.</summary>
    public static MadeUpAnswers Sentence { get; } = new((New, 0, "No devices were found\n"));

    public static MadeUpAnswers Missing { get; } = new();

    public static MadeUpAnswers Named(string name) => (MadeUpAnswers)typeof(MadeUpAnswers).GetProperty(name)!.GetValue(null)!;

    public Task<ProgramAnswer?> RunAsync(ImmutableArray<string> arguments, CancellationToken cancellation)
    {
        if (answers.Length == 0)
            return Task.FromResult<ProgramAnswer?>(null);
        var (_, exitCode, output) = answers.Single(answer => answer.Argument == arguments[0].Replace("--query-gpu=", "", StringComparison.Ordinal));
        return Task.FromResult<ProgramAnswer?>(new ProgramAnswer(exitCode, output.ReplaceLineEndings("\n")));
    }
}

public sealed class TheGpusOfThisHost
{
    [Fact]
    public async Task AreReadWithTheirDriverAndCapability()
    {
        var host = await ReadAsync(MadeUpAnswers.TwoA100);
        Assert.Equal((2, true), (host.Devices.Length, host.IsKnown));
        var (index, uuid, name, driver, capability, parts) = host.Devices[0];
        Assert.Equal((0, MadeUpAnswers.FirstA100, "NVIDIA A100-SXM4-40GB", "535.129.03", "8.0"), (index, uuid, name, driver, capability));
        Assert.Empty(parts);
    }

    [Fact]
    public async Task AreReadFromADriverThatKnowsNoCapability()
    {
        var gpu = Assert.Single((await ReadAsync(MadeUpAnswers.Driver470)).Devices);
        Assert.Equal(("470.256.02", "", "Tesla V100-SXM2-16GB"), (gpu.Driver, gpu.Capability, gpu.Name));
    }

    [Fact]
    public async Task HaveTheirParts() =>
        Assert.Equal([MadeUpAnswers.Part, "MIG-e1b0c2d3-1111-5222-8333-944455566677"], Assert.Single((await ReadAsync(MadeUpAnswers.DividedA100)).Devices).MigDevices);

    [Theory]
    [InlineData("NoDevices", true, null)]
    [InlineData("Missing", false, null)]
    [InlineData("NotLoaded", true, 9)]
    [InlineData("Mismatch", true, 18)]
    [InlineData("Sentence", true, 0)]
    public async Task AreNoneWhereTheDriverShowsNone(string recording, bool isKnown, int? failure)
    {
        var host = await ReadAsync(MadeUpAnswers.Named(recording));
        Assert.Equal((isKnown, failure), (host.IsKnown, host.Failure?.ExitCode));
        Assert.Empty(host.Devices);
    }

    private static Task<HostGpus> ReadAsync(INvidiaSmi program) => HostGpus.ReadAsync(program, TestContext.Current.CancellationToken);
}

public sealed class AGpuThatIsRequired
{
    private static readonly TorchPlan Cuda = new()
    {
        TorchSharp = "0.107.0", Libtorch = "2.10.0", Flavour = TorchFlavour.Cuda, IsKnown = true, Cuda = "12.8", MinDriver = "525", Capabilities = ["7.0", "8.0", "12.0"],
    };

    [Theory]
    [InlineData("all", "TwoA100")]
    [InlineData("2", "TwoA100")]
    [InlineData("device=1", "TwoA100")]
    [InlineData("device=1", "OldBesideNew")]
    [InlineData($"device={MadeUpAnswers.FirstA100}", "TwoA100")]
    [InlineData("device=GPU-5C89852C", "TwoA100")]
    [InlineData($"device={MadeUpAnswers.Part}", "DividedA100")]
    [InlineData($"device=MIG-{MadeUpAnswers.FirstA100}/1/0", "DividedA100")]
    [InlineData("none", "NotLoaded")]
    [InlineData("8", "Missing")]
    public async Task IsNoProblemWhereItIsThere(string gpus, string recording) => Assert.Empty(await CheckAsync(gpus, recording));

    [Fact]
    public async Task ButItsDriverIsTooOldIsCT3022() => Assert.Equal(
        ["CT3022: The NVIDIA driver of this host is 470.256.02, and CUDA 12.8 (libtorch 2.10.0) needs 525 or later."],
        await CheckAsync("all", "Driver470"));

    [Theory]
    [InlineData("all", " To train on the others: TrainGpus=device=1.")]
    [InlineData("1", "")]
    [InlineData("device=0", "")]
    public async Task ButIsOfAnotherGenerationIsCT3023(string gpus, string others) => Assert.Equal(
        ["CT3023: GPU 0 (NVIDIA GeForce GTX 1080, GPU-6c1d4f0e-98b7-7d33-0f9f-b6d17a9b8a54) has compute capability 6.1, "
            + $"and CUDA 12.8 (libtorch 2.10.0) has code for 7.0, 8.0, 12.0.{others}"],
        await CheckAsync(gpus, "OldBesideNew"));

    [Theory]
    [InlineData("3", "TwoA100", "TrainGpus=3 needs 3 or more NVIDIA GPUs, and this host has 2: 0 (NVIDIA A100-SXM4-40GB, " + MadeUpAnswers.FirstA100 + "), 1 (")]
    [InlineData("all", "NoDevices", "TrainGpus=all needs 1 or more NVIDIA GPUs, and this host has 0: none.")]
    [InlineData("device=0,1", "NoDevices", "TrainGpus=device=0,1 needs 2 or more")]
    public async Task ButIsNotThereIsCT3024(string gpus, string recording, string message) =>
        Assert.StartsWith("CT3024: " + message, Assert.Single(await CheckAsync(gpus, recording)), StringComparison.Ordinal);

    [Fact]
    public async Task ByNameAndIsNotThereIsCT3025ForEachName()
    {
        var problems = await CheckAsync("device=1,7,GPU-5c89852c-d268-c3f3-1b07-005d5ae1dc3e", "TwoA100");
        Assert.Equal(2, problems.Length);
        Assert.StartsWith("CT3025: TrainGpus names '7', and this host has no such GPU. There are: 0 (NVIDIA A100", problems[0], StringComparison.Ordinal);
        Assert.EndsWith($" Did you mean '{MadeUpAnswers.FirstA100}'?", problems[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task AsAPartThatIsNotThereIsCT3025WithTheParts() =>
        Assert.Contains($"divided into {MadeUpAnswers.Part}, MIG-e1b0c2d3", Assert.Single(await CheckAsync("device=MIG-0", "DividedA100")), StringComparison.Ordinal);

    [Theory]
    [InlineData("NotLoaded", "exit code 9: NVIDIA-SMI has failed because")]
    [InlineData("Mismatch", "exit code 18: Failed to initialize NVML: Driver/library version mismatch NVML library version: 570.86")]
    [InlineData("Sentence", "exit code 0: No devices were found")]
    public async Task FromADriverThatDoesNotWorkIsCT3026(string recording, string words) =>
        Assert.StartsWith($"CT3026: TrainGpus=all needs a GPU, and nvidia-smi on this host ended with {words}", Assert.Single(await CheckAsync("all", recording)), StringComparison.Ordinal);

    [Fact]
    public async Task IsNotComparedWithABuildThatIsNotKnown()
    {
        var host = await HostGpus.ReadAsync(MadeUpAnswers.Driver470, TestContext.Current.CancellationToken);
        Assert.Empty(GpuPreflight.Check(GpuRequest.All, host, torch: null));
        Assert.Empty(GpuPreflight.Check(GpuRequest.All, host, Cuda with { MinDriver = null, Capabilities = [] }));
    }

    private static async Task<string[]> CheckAsync(string gpus, string recording)
    {
        Assert.True(GpuRequest.TryParse(gpus, hostHasGpu: false, out var request));
        var host = await HostGpus.ReadAsync(MadeUpAnswers.Named(recording), TestContext.Current.CancellationToken);
        return [.. GpuPreflight.Check(request, host, Cuda).Select(problem => problem.ToString())];
    }
}

public sealed class TheDeviceOfARun
{
    private static readonly EngineChoice NoEngine = new(null, "");

    [Fact]
    public async Task IsTheCpuWhereAutoSeesNoGpu()
    {
        var choice = await ChooseAsync("auto", hostHasGpu: false, MadeUpAnswers.Missing);
        Assert.Equal(("cpu", "TrainGpus=auto: cpu, as this host shows no NVIDIA device that the program could use", null), (choice.Device, choice.Line, choice.Warning));
    }

    [Fact]
    public async Task IsNoNewsWhereTheProjectSaysNone() => Assert.Equal("", (await ChooseAsync("none", hostHasGpu: true, MadeUpAnswers.TwoA100)).Line);

    [Theory]
    [InlineData("auto", "TrainGpus=auto: cuda, as this host shows NVIDIA devices (0 NVIDIA A100-SXM4-40GB, 1 NVIDIA A100-SXM4-40GB; driver 535.129.03)")]
    [InlineData("1", "TrainGpus=1: cuda (0 NVIDIA A100-SXM4-40GB; driver 535.129.03)")]
    public async Task IsTheGpuInOneLineWithTheReason(string gpus, string line)
    {
        var choice = await ChooseAsync(gpus, hostHasGpu: true, MadeUpAnswers.TwoA100);
        Assert.Equal(("cuda", line, null), (choice.Device, choice.Line, choice.Warning));
    }

    [Fact]
    public async Task IsSaidToBeUncheckedWithoutNvidiaSmi() =>
        Assert.Equal("TrainGpus=all: cuda (devices not checked: there is no nvidia-smi on this host)", (await ChooseAsync("all", hostHasGpu: true, MadeUpAnswers.Missing)).Line);

    [Fact]
    public async Task IsTheCpuWithAWarningWhereAutoCannotHaveTheGpu()
    {
        var choice = await ChooseAsync("auto", hostHasGpu: true, MadeUpAnswers.NotLoaded);
        Assert.Equal(("cpu", "TrainGpus=auto: cpu, although this host shows NVIDIA devices (CT3026)"), (choice.Device, choice.Line));
        Assert.Equal(("CT3027", Severity.Warning), (choice.Warning!.Code.Id, choice.Warning.Code.Severity));
        Assert.Contains("CT3026: TrainGpus=all needs a GPU, and nvidia-smi on this host ended with exit code 9", choice.Warning.Message, StringComparison.Ordinal);
        Assert.Contains(Codes.DriverNotWorking.Fix, choice.Warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IsNeverTheCpuWhereAGpuIsRequired()
    {
        var refused = await Assert.ThrowsAsync<ProblemException>(() => ChooseAsync("all", hostHasGpu: true, MadeUpAnswers.NotLoaded));
        Assert.Equal("CT3026", Assert.Single(refused.Problems).Code.Id);
    }

    private static Task<DeviceChoice> ChooseAsync(string gpus, bool hostHasGpu, INvidiaSmi program) =>
        new DeviceStep(program).ChooseAsync(
            Given.Plan(Given.Run(run => run with { Gpus = gpus, HostHasGpu = hostHasGpu })), NoEngine, TestContext.Current.CancellationToken);
}

public sealed class TheWayToAskForGpus
{
    [Fact]
    public void IsCdiOfPodman() => Assert.Equal(GpuWay.Cdi, Of(EngineKind.Podman, new()).Way);

    [Fact]
    public void IsNvidiasDriverOfADockerThatReportsNothing() => Assert.Equal(GpuWay.NvidiaDriver, Of(EngineKind.Docker, new()).Way);

    [Fact]
    public void IsCdiOfADockerThatFoundNvidiaDevices()
    {
        var gpus = Of(EngineKind.Docker, new() { DiscoveredDevices = [Device("nvidia.com/gpu=0"), Device("nvidia.com/gpu=all"), Device("vendor.com/net=1")] });
        Assert.Equal((GpuWay.Cdi, "nvidia.com/gpu=0,nvidia.com/gpu=all"), (gpus.Way, string.Join(',', gpus.CdiDevices!.Value)));
    }

    [Fact]
    public void IsNvidiasDriverOfADockerThatFoundOtherDevicesWhateverLiesInItsFolders()
    {
        var gpus = Of(EngineKind.Docker, new() { DiscoveredDevices = [Device("vendor.com/net=1")], CDISpecDirs = ["/etc/cdi"] }, "/etc/cdi");
        Assert.Equal((GpuWay.NvidiaDriver, 0), (gpus.Way, gpus.CdiDevices!.Value.Length));
    }

    [Theory]
    [InlineData("/var/run/cdi", "Cdi")]
    [InlineData("/elsewhere", "NvidiaDriver")]
    public void FollowsTheFoldersOfADockerThatDoesNotListDevices(string described, string way)
    {
        var gpus = Of(EngineKind.Docker, new() { CDISpecDirs = ["/etc/cdi", "/var/run/cdi"] }, described);
        Assert.Equal((way, null), (gpus.Way.ToString(), gpus.CdiDevices));
    }

    [Fact]
    public void IsNvidiasDriverWhereItsRuntimeIsRegisteredEvenWithCdi() => Assert.Equal(
        GpuWay.NvidiaDriver,
        Of(EngineKind.Docker, new() { Runtimes = new Dictionary<string, RuntimeWithStatus> { ["nvidia"] = new() }, DiscoveredDevices = [Device("nvidia.com/gpu=0")] }).Way);

    [Fact]
    public void KnowsADescriptionOfNvidiaDevicesByItsKind()
    {
        using var folder = new TempFolder();
        Assert.False(EngineGpus.DescribesNvidia(folder.At("missing")));
        folder.Write("cdi/README", "kind: nvidia.com/gpu");
        folder.Write("cdi/net.yaml", "kind: vendor.com/net\n");
        Assert.False(EngineGpus.DescribesNvidia(folder.At("cdi")));
        folder.Write("cdi/nvidia.yaml", "cdiVersion: 0.5.0\nkind: nvidia.com/gpu\n");
        Assert.True(EngineGpus.DescribesNvidia(folder.At("cdi")));
    }

    private static EngineGpus Of(EngineKind kind, SystemInfoResponse info, string? described = null) => EngineGpus.Of(kind, info, folder => folder == described);

    private static DeviceInfo Device(string id) => new() { Source = "cdi", ID = id };
}

public sealed class ARunWithGpus
{
    [Fact]
    public void GetsWhatNvidiaRecommends()
    {
        Assert.Equal(1L << 30, GpuRequests.SharedMemoryOf(Given.RunPlan with { Gpus = GpuRequest.All }));
        Assert.Equal(
            [("memlock", -1L, -1L), ("stack", 67108864L, 67108864L)],
            GpuRequests.LimitsOf(GpuRequest.All).Select(limit => (limit.Name, limit.Soft, limit.Hard)));
        Assert.Equal(
            ["NVIDIA_DRIVER_CAPABILITIES=compute,utility", "CUBLAS_WORKSPACE_CONFIG=:4096:8"],
            GpuRequests.VariablesInContainer(WithGpus("all")).Select(pair => $"{pair.Key}={pair.Value}"));
    }

    [Fact]
    public void KeepsWhatTheProjectSays()
    {
        Assert.Equal(5, GpuRequests.SharedMemoryOf(Given.RunPlan with { Gpus = GpuRequest.All, ShmSize = 5 }));
        var plan = WithGpus("all", Given.Item("NVIDIA_DRIVER_CAPABILITIES", ("Value", "all")), Given.Item("CUBLAS_WORKSPACE_CONFIG", ("Value", ":16:8")));
        Assert.Empty(GpuRequests.VariablesInContainer(plan));
    }

    [Fact]
    public void GetsNoneOfItWithoutGpus()
    {
        Assert.Equal(0, GpuRequests.SharedMemoryOf(Given.RunPlan));
        Assert.Empty(GpuRequests.LimitsOf(GpuRequest.None));
        Assert.Empty(GpuRequests.VariablesInContainer(Given.DefaultPlan).Concat(GpuRequests.VariablesOnHost(Given.DefaultPlan)));
    }

    [Theory]
    [InlineData("all", "CUBLAS_WORKSPACE_CONFIG=:4096:8")]
    [InlineData("2", "CUBLAS_WORKSPACE_CONFIG=:4096:8 CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES=0,1")]
    [InlineData("device=3,GPU-1", "CUBLAS_WORKSPACE_CONFIG=:4096:8 CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES=3,GPU-1")]
    public void SeesOnlyItsDevicesAsAProcessToo(string gpus, string variables) =>
        Assert.Equal(variables, string.Join(' ', GpuRequests.VariablesOnHost(WithGpus(gpus)).Select(pair => $"{pair.Key}={pair.Value}")));

    [Theory]
    [InlineData("none", null)]
    [InlineData("all", null)]
    [InlineData("2", "2")]
    [InlineData("device=3,GPU-1", "2")]
    [InlineData("device=MIG-1,MIG-2", null)]
    public void IsPromisedACountWhereItIsKnown(string gpus, string? count) =>
        Assert.Equal(count, TrainEnvironment.Of(WithGpus(gpus).Run, "run-1", TrainPaths.InContainer).GetValueOrDefault("TRAIN_GPU_COUNT"));

    private static TrainPlan WithGpus(string gpus, params Inputs.InputItem[] variables)
    {
        var inputs = Given.Run(run => run with { Gpus = gpus });
        return Given.Plan(inputs with { Image = inputs.Image with { Environment = [.. variables] } });
    }
}

/// <summary>Podman's own interface is used for runs with GPUs only, and must not make another container than the usual one does.</summary>
public sealed class AContainerInPodmansWords
{
    [Fact]
    public void HasEverythingThatTheSettingsHave()
    {
        var specification = PodmanContainers.Specification(new CreateContainerParameters
        {
            Name = "train-1",
            Image = "sha256:1",
            Cmd = ["--fast", "a b"],
            Env = ["A=1=2", "B="],
            User = "7:8",
            WorkingDir = "/w",
            Labels = new Dictionary<string, string> { ["l"] = "v" },
            HostConfig = new HostConfig
            {
                Mounts = [new Mount { Type = "bind", Source = "/s", Target = "/t", ReadOnly = true }, new Mount { Type = "volume", Source = "v", Target = "/v", ReadOnly = false }],
                Tmpfs = new Dictionary<string, string> { ["/tmp"] = "rw,exec" },
                ReadonlyRootfs = true,
                Init = true,
                CapDrop = ["ALL"],
                CapAdd = ["SYS_PTRACE"],
                SecurityOpt = ["no-new-privileges"],
                NetworkMode = "mine",
                PortBindings = new Dictionary<string, IList<PortBinding>> { ["80/tcp"] = [new() { HostIP = "127.0.0.1", HostPort = "" }, new() { HostIP = "::1", HostPort = "81" }] },
                ExtraHosts = ["a:10.0.0.1"],
                CpusetCpus = "0-1",
                Devices = [new DeviceMapping { PathOnHost = "/dev/a", PathInContainer = "/dev/b", CgroupPermissions = "rw" }],
                Memory = 1 << 30,
                MemorySwap = 1 << 30,
                NanoCPUs = 1_500_000_000,
                PidsLimit = 9,
                ShmSize = 1 << 20,
                Ulimits = [.. GpuRequests.LimitsOf(GpuRequest.All)],
                DeviceRequests = [new DeviceRequest { Driver = "cdi", DeviceIDs = ["nvidia.com/gpu=0", "nvidia.com/gpu=1"] }],
            },
        });
        Assert.Equal(
            """
            {"name":"train-1","image":"sha256:1","command":["--fast","a b"],"env":{"A":"1=2","B":""},"user":"7:8","work_dir":"/w","labels":{"l":"v"},
            "mounts":[{"type":"bind","source":"/s","destination":"/t","options":["rbind","ro"]},{"type":"tmpfs","source":"tmpfs","destination":"/tmp","options":["rw","exec"]}],
            "volumes":[{"Name":"v","Dest":"/v","Options":["rw"]}],
            "read_only_filesystem":true,"init":true,"cap_drop":["ALL"],"cap_add":["SYS_PTRACE"],"no_new_privileges":true,"netns":{"nsmode":"bridge"},"networks":{"mine":{}},
            "portmappings":[{"container_port":80,"protocol":"tcp","host_ip":"127.0.0.1","host_port":null},{"container_port":80,"protocol":"tcp","host_ip":"::1","host_port":81}],
            "hostadd":["a:10.0.0.1"],
            "resource_limits":{"memory":{"limit":1073741824,"swap":1073741824},"cpu":{"quota":150000,"period":100000,"cpus":"0-1"},"pids":{"limit":9}},
            "shm_size":1048576,
            "r_limits":[{"type":"memlock","soft":18446744073709551615,"hard":18446744073709551615},{"type":"stack","soft":67108864,"hard":67108864}],
            "devices":[{"path":"nvidia.com/gpu=0"},{"path":"nvidia.com/gpu=1"},{"path":"/dev/a:/dev/b:rw"}]}
            """.ReplaceLineEndings(""),
            specification.ToJsonString());
    }

    [Theory]
    [InlineData("", """{"nsmode":"bridge"}""")]
    [InlineData("none", """{"nsmode":"none"}""")]
    [InlineData("host", """{"nsmode":"host"}""")]
    public void NamesANetworkOnlyIfItIsTheProjects(string network, string expected)
    {
        var specification = PodmanContainers.Specification(new CreateContainerParameters { HostConfig = new HostConfig { NetworkMode = network } });
        Assert.Equal((expected, null), (specification["netns"]!.ToJsonString(), specification["networks"]));
    }

    [Fact]
    public void HasNoLimitsWhereTheSettingsHaveNone()
    {
        var specification = PodmanContainers.Specification(new CreateContainerParameters { HostConfig = new HostConfig { Ulimits = [] } });
        Assert.Equal(("{}", null, null), (specification["resource_limits"]!.ToJsonString(), specification["shm_size"], specification["r_limits"]));
    }
}
