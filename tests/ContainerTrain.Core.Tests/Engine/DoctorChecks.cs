using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;
using Docker.DotNet.Models;

namespace ContainerTrain.Tests;

/// <summary>What the doctor says of each answer that an engine or a host may give.</summary>
public sealed class TheDoctor
{
    [Theory]
    [InlineData(EngineKind.Docker, "20.10.24+dfsg1", DoctorStatus.Ok)]
    [InlineData(EngineKind.Docker, "29.0.0-rc.1", DoctorStatus.Ok)]
    [InlineData(EngineKind.Docker, "19.03.15", DoctorStatus.Warning)]
    [InlineData(EngineKind.Podman, "4.3.1", DoctorStatus.Ok)]
    [InlineData(EngineKind.Podman, "3.4.4", DoctorStatus.Warning)]
    [InlineData(EngineKind.Docker, "dev", DoctorStatus.Ok)]
    public void WarnsOfAnEngineThatIsOlderThanAnyThatWasTried(EngineKind kind, string version, DoctorStatus status)
    {
        var line = EngineCheck.Of(EngineKind.Auto, new EngineVersion(kind, version, "1.41", "linux/amd64"), "unix:///s (usual socket)", "");
        Assert.Equal((status, $"{kind} {version}, API 1.41, linux/amd64, at unix:///s (usual socket)"), (line.Status, line.Finding));
    }

    [Theory]
    [InlineData(EngineKind.Auto, DoctorStatus.Warning, "")]
    [InlineData(EngineKind.Docker, DoctorStatus.Error, "CT3001")]
    [InlineData(EngineKind.Podman, DoctorStatus.Error, "CT3001")]
    [InlineData(EngineKind.Process, DoctorStatus.Ok, "")]
    public void CallsNoEngineAnErrorWhereOneIsRequired(EngineKind wanted, DoctorStatus status, string code)
    {
        var line = EngineCheck.Of(wanted, null, "", "unix:///s: there is no such socket");
        Assert.Equal((status, code), (line.Status, line.Code));
    }

    [Theory]
    [InlineData(false, null, DoctorStatus.Skipped, "found out by trying")]
    [InlineData(false, "", DoctorStatus.Ok, "layers are loaded into the engine")]
    [InlineData(false, "no such layer", DoctorStatus.Ok, "(no such layer)")]
    [InlineData(true, "", DoctorStatus.Ok, "instructions in the app stage")]
    public void SaysWhichBuilderAndWhy(bool hasInstructions, string? refusal, DoctorStatus status, string words)
    {
        var line = BuilderCheck.Of(new EngineVersion(EngineKind.Docker, "28", "1.51", "linux/amd64"), hasInstructions, refusal);
        Assert.Equal(status, line.Status);
        Assert.Contains(words, line.Finding, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("overlay2", DoctorStatus.Ok)]
    [InlineData("overlayfs", DoctorStatus.Ok)]
    [InlineData("vfs", DoctorStatus.Warning)]
    [InlineData("devicemapper", DoctorStatus.Warning)]
    [InlineData(null, DoctorStatus.Skipped)]
    public void WarnsOfStorageThatCopiesLayers(string? driver, DoctorStatus status) =>
        Assert.Equal(status, StorageCheck.Of(new SystemInfoResponse { Driver = driver! }).Status);

    [Fact]
    public void NamesContainerdsImageStore() => Assert.Equal(
        "overlayfs, in containerd's image store",
        StorageCheck.Of(new SystemInfoResponse { Driver = "overlayfs", DriverStatus = [["driver-type", "io.containerd.snapshotter.v1"]] }).Finding);

    [Theory]
    [InlineData(100, 0, DoctorStatus.Ok)]
    [InlineData(4, 0, DoctorStatus.Warning)]
    [InlineData(4, 4, DoctorStatus.Error)]
    [InlineData(0, 0, DoctorStatus.Error)]
    public void WantsSpaceForTheImage(long freeGigabytes, long neededGigabytes, DoctorStatus status) =>
        Assert.Equal(status, DiskCheck.OfEngine("/var/lib/docker", freeGigabytes << 30, neededGigabytes << 30).Status);

    [Fact]
    public void DoesNotJudgeADiskThatItDoesNotSee() => Assert.Equal(DoctorStatus.Skipped, DiskCheck.OfEngine(null, 0, 0).Status);

    [Theory]
    [InlineData(true, 2048, DoctorStatus.Ok, "")]
    [InlineData(true, 500, DoctorStatus.Warning, "")]
    [InlineData(true, 50, DoctorStatus.Error, "")]
    [InlineData(false, 2048, DoctorStatus.Error, "CT4008")]
    public void WantsSpaceAndAccessForResults(bool isWritable, long freeMegabytes, DoctorStatus status, string code)
    {
        var line = DiskCheck.OfResults("/src/runs", isWritable, freeMegabytes << 20);
        Assert.Equal((status, code), (line.Status, line.Code));
    }

    [Theory]
    [InlineData("Open", DoctorStatus.Ok)]
    [InlineData("Denied", DoctorStatus.Error)]
    [InlineData("Refused", DoctorStatus.Warning)]
    [InlineData("Missing", DoctorStatus.Ok)]
    public void SaysWhetherTheUserMayUseTheSocket(string access, DoctorStatus status)
    {
        var line = UserCheck.Of("me", isRoot: false, isRootless: false, "/run/s.sock", Enum.Parse<SocketAccess>(access));
        Assert.Equal(status, line.Status);
        Assert.StartsWith(access == "Refused" ? "nothing answers" : "'me'", line.Finding, StringComparison.Ordinal);
    }

    [Fact]
    public void OpensSocketsToKnow()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Sockets of this kind have no path on Windows.");
        using var folder = new TempFolder();
        Assert.Equal(SocketAccess.Missing, UserCheck.Try(folder.At("s")));
        Assert.Equal(SocketAccess.Refused, UserCheck.Try(folder.Write("file", "")));
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(folder.At("s")));
        listener.Listen();
        Assert.Equal(SocketAccess.Open, UserCheck.Try(folder.At("s")));
    }

    [Theory]
    [InlineData("Linux version 6.18.44 (gcc 14)", "/home/me/p", false, true, DoctorStatus.Ok)]
    [InlineData("", "/home/me/p", false, true, DoctorStatus.Ok)]
    [InlineData("Linux version 5.15.153.1-microsoft-standard-WSL2", "/home/me/p", true, true, DoctorStatus.Ok)]
    [InlineData("Linux version 5.15.153.1-microsoft-standard-WSL2", "/home/me/p", false, true, DoctorStatus.Error)]
    [InlineData("Linux version 5.15.153.1-microsoft-standard-WSL2", "/home/me/p", false, false, DoctorStatus.Ok)]
    [InlineData("Linux version 5.15.153.1-microsoft-standard-WSL2", "/mnt/c/p", true, true, DoctorStatus.Warning)]
    [InlineData("Linux version 4.4.0-19041-Microsoft", "/home/me/p", true, true, DoctorStatus.Error)]
    public void KnowsWsl(string kernel, string folder, bool hasDriver, bool wantsGpu, DoctorStatus status) =>
        Assert.Equal(status, WslCheck.Of(kernel, folder, hasDriver, wantsGpu).Status);

    [Theory]
    [InlineData("amd64", DoctorStatus.Ok)]
    [InlineData("arm64", DoctorStatus.Error)]
    public void WantsABaseImageOfTheRightMachine(string architecture, DoctorStatus status)
    {
        var image = EngineImage.Parse(Encoding.UTF8.GetBytes($$"""{"Id":"sha256:1","Os":"linux","Architecture":"{{architecture}}"}"""));
        Assert.Equal(status, BaseImageCheck.Of("debian:13", "debian:13", "linux/amd64", image, refusal: null).Status);
    }

    [Theory]
    [InlineData(null, DoctorStatus.Ok, "")]
    [InlineData("", DoctorStatus.Skipped, "")]
    [InlineData("no such host", DoctorStatus.Error, "CT3003")]
    public void KnowsWhetherABaseImageCanBeHad(string? refusal, DoctorStatus status, string code)
    {
        var line = BaseImageCheck.Of("debian:13", "localhost:5000/library/debian:13", "linux/amd64", null, refusal);
        Assert.Equal((status, code), (line.Status, line.Code));
        Assert.Contains("'localhost:5000/library/debian:13', which stands for 'debian:13'", line.Finding, StringComparison.Ordinal);
    }

    [Fact]
    public void SaysWhatKeepsNativesFromLoading()
    {
        var problem = Codes.ImageLacksSymbol.With("a.so", "libx.so", "'debian:13'", "has no such library");
        Assert.Equal((DoctorStatus.Ok, ""), Natives());
        Assert.Equal((DoctorStatus.Error, "CT3030"), Natives(problem));
        Assert.Equal((DoctorStatus.Error, "CT3031"), Natives(Codes.ImageHasMusl.With("'alpine'", "/lib/ld-musl-x86_64.so.1", "'a.so'")));
        Assert.Equal(DoctorStatus.Warning, NativesCheck.Of([problem], 1, "debian:13", adds: true, isOn: true).Status);
        Assert.Contains("TrainNativePreflight=false", NativesCheck.Of([], 1, "debian:13", adds: false, isOn: false).Finding, StringComparison.Ordinal);

        static (DoctorStatus, string) Natives(params Problem[] problems)
        {
            var line = NativesCheck.Of(problems, 3, "debian:13", adds: false, isOn: true);
            return (line.Status, line.Code);
        }
    }

    [Theory]
    [InlineData("none", EngineKind.Docker, false, false, DoctorStatus.Ok)]
    [InlineData("all", EngineKind.Docker, true, false, DoctorStatus.Ok)]
    [InlineData("all", EngineKind.Docker, false, true, DoctorStatus.Ok)]
    [InlineData("all", EngineKind.Docker, false, false, DoctorStatus.Warning)]
    [InlineData("1", EngineKind.Podman, false, true, DoctorStatus.Ok)]
    [InlineData("1", EngineKind.Podman, true, false, DoctorStatus.Error)]
    public void SaysWhetherTheEngineOffersGpus(string wanted, EngineKind kind, bool hasRuntime, bool hasCdi, DoctorStatus status) =>
        Assert.Equal(status, GpuCheck.OfEngine(Request(wanted), kind, hasRuntime, hasCdi).Status);

    [Fact]
    public void SaysWhatTheDriverShows()
    {
        var gpu = new HostGpu(0, "GPU-1", "NVIDIA H200", "570.1", "9.0", []);
        Assert.Equal("570.1, with 0 NVIDIA H200", GpuCheck.OfDriver(GpuRequest.All, new HostGpus(true, [gpu], null), []).Finding);
        Assert.Equal(DoctorStatus.Ok, GpuCheck.OfDriver(GpuRequest.None, HostGpus.Unknown, []).Status);
        Assert.Equal(DoctorStatus.Warning, GpuCheck.OfDriver(GpuRequest.All, HostGpus.Unknown, []).Status);
        var broken = new HostGpus(true, [], new ProgramAnswer(9, "driver not loaded"));
        Assert.Equal(DoctorStatus.Warning, GpuCheck.OfDriver(GpuRequest.None, broken, []).Status);
        var problems = GpuPreflight.Check(GpuRequest.All, broken, torch: null);
        Assert.Equal((DoctorStatus.Error, problems[0].Code.Id), (GpuCheck.OfDriver(GpuRequest.All, broken, problems).Status, GpuCheck.OfDriver(GpuRequest.All, broken, problems).Code));
    }

    private static GpuRequest Request(string text) => GpuRequest.TryParse(text, hostHasGpu: false, out var request) ? request : GpuRequest.None;
}

public sealed class TheDoctorWithoutAnEngine : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task StillLooksAtEverythingElse()
    {
        var report = await RunAsync(Inputs());
        Assert.Equal(["engine", "user", "GPU driver", "results", "WSL", "project"], report.Lines.Select(line => line.Check));
        Assert.Equal(DoctorStatus.Warning, report.Lines[0].Status);
        Assert.Equal(DoctorStatus.Skipped, report.Lines[^1].Status);
    }

    [Fact]
    public async Task NamesEverythingThatIsWrongWithTheProject()
    {
        var inputs = Inputs();
        var report = await RunAsync(inputs with
        {
            Image = inputs.Image with { BaseImage = "No Image" },
            Run = inputs.Run with { Engine = "dokcer", Gpus = "many" },
        });
        var project = report.Lines[^1];
        Assert.Equal(("project", DoctorStatus.Error), (project.Check, project.Status));
        Assert.All(["No Image", "dokcer", "many"], value => Assert.Contains($"'{value}'", project.Finding, StringComparison.Ordinal));
    }

    [Fact]
    public async Task FindsAPlanThatItCannotRead()
    {
        _folder.Write("plan.json", "{");
        Assert.Equal("CT2005", (await RunAsync(Inputs())).Lines[^1].Code);
    }

    [Fact]
    public async Task FindsAnAddressThatIsNotSupported() =>
        Assert.Equal("CT3006", (await RunAsync(Inputs(), "npipe:////./pipe/docker_engine")).Lines[0].Code);

    [Fact]
    public async Task GivesItsLinesWhenTheEngineIsGoneAfterItsFirstAnswer()
    {
        var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        var answer = Task.Run(async () =>
        {
            using var socket = await listener.AcceptSocketAsync();
            listener.Dispose(); // whoever asks again is refused
            await socket.ReceiveAsync(new byte[1 << 12]);
            await socket.SendAsync("HTTP/1.0 200 OK\r\n\r\n{\"Version\":\"28\",\"ApiVersion\":\"1.51\",\"Os\":\"linux\",\"Arch\":\"amd64\"}"u8.ToArray());
            socket.Shutdown(SocketShutdown.Send);
        }, TestContext.Current.CancellationToken);
        var report = await RunAsync(Given.Inputs with { Run = Inputs().Run }, $"tcp://127.0.0.1:{port}");
        await answer;
        Assert.Equal("engine", report.Lines[0].Check);
        Assert.Equal(DoctorStatus.Ok, report.Lines[0].Status);
        Assert.StartsWith("could not be checked: ", Assert.Single(report.Lines, line => line.Check == "base image").Finding, StringComparison.Ordinal);
        Assert.Contains(report.Lines, line => line.Check == "engine's disk");
    }

    [Fact]
    public async Task EndsWhenItIsCanceled() => await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start(); // takes the connection and never answers
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        await StepFor($"tcp://{listener.LocalEndpoint}").RunAsync(new Reports<string>(), cancel.Token);
    });

    [Fact]
    public async Task SaysThatItsReportCannotBeWritten()
    {
        var report = await RunAsync(Inputs());
        Assert.Null(report.TryWriteJson(_folder.At("new/doctor.json")));
        Assert.Equal(report.ToJson(), File.ReadAllText(_folder.At("new/doctor.json")));
        var problem = report.TryWriteJson(Path.Join(_folder.Write("file", ""), "doctor.json"));
        Assert.Equal(("CT3035", true), (problem?.Code.Id, problem?.IsError));
    }

    private DoctorStep StepFor(string address, Inputs.TrainInputs? inputs = null) =>
        new(inputs ?? Inputs(), _folder.At("plan.json"), new EngineSettings(address, "unix:///nonexistent", _folder.Path, ""), new BuildCache(_folder.At("cache")), new NoNvidiaSmi());

    private Task<DoctorReport> RunAsync(Inputs.TrainInputs inputs, string address = "unix:///nonexistent") =>
        StepFor(address, inputs).RunAsync(new Reports<string>(), TestContext.Current.CancellationToken);

    private Inputs.TrainInputs Inputs() => Given.Inputs with
    {
        Project = Given.Inputs.Project with { OutputType = "" },
        Image = new Inputs.ImageInputs(),
        Run = new Inputs.RunInputs { OutputRoot = _folder.At("runs") },
    };

    private sealed class NoNvidiaSmi : INvidiaSmi
    {
        public Task<ProgramAnswer?> RunAsync(ImmutableArray<string> arguments, CancellationToken cancellation) => Task.FromResult<ProgramAnswer?>(null);
    }
}
