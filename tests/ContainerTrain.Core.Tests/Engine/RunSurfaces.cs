using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;
using Docker.DotNet.Models;

namespace ContainerTrain.Tests;

public sealed class WhatAContainerOfARunGets : IDisposable
{
    private readonly TempFolder _project = new();

    public void Dispose() => _project.Dispose();

    [Fact]
    public void IsNeverStartedAgain() => Assert.Equal(RestartPolicyKind.No, Host(run => run).RestartPolicy!.Name);

    [Fact]
    public void HasItsPortsPublished()
    {
        var settings = Settings(run => run with { Ports = [new(80, "tcp", "127.0.0.1", 0), new(80, "tcp", "::1", 8080), new(53, "udp", "0.0.0.0", 53)] });
        Assert.Equal(["53/udp", "80/tcp"], settings.ExposedPorts!.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            ["53/udp 0.0.0.0:53", "80/tcp 127.0.0.1:", "80/tcp ::1:8080"],
            settings.HostConfig!.PortBindings!.SelectMany(port => port.Value.Select(binding => $"{port.Key} {binding.HostIP}:{binding.HostPort}")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void HasMemoryWhereItIsAskedFor() => Assert.Equal(
        [("/scratch", "rw,exec,nosuid,nodev,size=1048576"), ("/tmp", "rw,exec,nosuid,nodev")],
        Host(run => run with { Mounts = [new(MountKind.Tmpfs, "", "/scratch", false, 1 << 20)] }).Tmpfs!.Select(pair => (pair.Key, pair.Value)).Order());

    [Fact]
    public void HasTheLimitsAndDevices()
    {
        var host = Host(run => run with
        {
            Memory = 1 << 30, MemorySwap = -1, CpuSet = "0-1", Ulimits = [new("stack", 1, 2), new("nofile", 3, -1)], Gpus = GpuRequest.All,
            Devices = [new("/dev/a", "/dev/b", "rw")], ExtraHosts = ["a:10.0.0.1"], Capabilities = ["SYS_PTRACE"], Init = false,
        });
        Assert.Equal((1L << 30, -1L, "0-1", false), (host.Memory, host.MemorySwap, host.CpusetCpus, host.Init));
        // The project's own stack in place of the one that goes with GPUs.
        Assert.Equal([("memlock", -1, -1), ("nofile", 3, -1), ("stack", 1, 2)], host.Ulimits!.Select(limit => (limit.Name!, limit.Soft, limit.Hard)).Order());
        var device = Assert.Single(host.Devices!);
        Assert.Equal(("/dev/a", "/dev/b", "rw"), (device.PathOnHost, device.PathInContainer, device.CgroupPermissions));
        Assert.Equal(["a:10.0.0.1"], host.ExtraHosts);
        Assert.Equal(["ALL", "SYS_PTRACE"], [.. host.CapDrop!, .. host.CapAdd!]);
    }

    [Fact]
    public void HasTheProjectsVariablesAsTheLastWordAndEachOnce()
    {
        var environment = Settings(run => run with { NanoCpus = 2_000_000_000, Environment = run.Environment.Add("OMP_NUM_THREADS", "7").Add("HOME", "/home/me").Add("X", "a=b") }).Env!;
        Assert.Equal(environment.Count, environment.Select(variable => variable.Split('=')[0]).Distinct().Count());
        Assert.Superset(new HashSet<string> { "OMP_NUM_THREADS=7", "HOME=/home/me", "X=a=b", "TRAIN_DEVICE=cpu" }, environment.ToHashSet());
    }

    [Fact]
    public void BeginsInTheImagesDirectoryOrAnother() => Assert.Equal(("", "/w"), (Settings(run => run).WorkingDir, Settings(run => run with { WorkingDirectory = "/w" }).WorkingDir));

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "host")]
    public void IsExceptedWhereUsersAreRemapped(bool remaps, string mode) =>
        Assert.Equal(mode, Settings(run => run, traits => traits with { RemapsUsers = remaps }).HostConfig!.UsernsMode);

    [Fact]
    public void HasEachSecretAsAFileOfItsOwnAndNothingOfItsValue()
    {
        using var secrets = TheFilesOfSecrets.Create(run => run with { Secrets = [new("token", "", "TOKEN")] }, ("TOKEN", "hunter2"));
        Assert.SkipWhen(secrets is null, "There is no tmpfs.");
        var settings = Settings(run => run with { Secrets = [new("token", "", "TOKEN")] }, secrets: secrets);
        var mount = Assert.Single(settings.HostConfig!.Mounts!, mount => mount.Target!.StartsWith("/run/secrets", StringComparison.Ordinal));
        Assert.Equal(("/run/secrets/token", $"{secrets!.Folder}/token", true), (mount.Target, mount.Source, mount.ReadOnly));
        Assert.Contains("TRAIN_SECRETS_DIR=/run/secrets", settings.Env!);
        Assert.DoesNotContain("hunter2", System.Text.Json.JsonSerializer.Serialize(settings), StringComparison.Ordinal);
    }

    private HostConfig Host(Func<RunPlan, RunPlan> run) => Settings(run).HostConfig!;

    private CreateContainerParameters Settings(Func<RunPlan, RunPlan> run, Func<EngineTraits, EngineTraits>? traits = null, SecretFiles? secrets = null)
    {
        var plan = Given.DefaultPlan with { Run = run(Given.RunPlan) };
        var request = new RunRequest(plan, RunFolder.Create(_project.At("runs"), DateTimeOffset.UnixEpoch), "sha256:1") { Secrets = secrets };
        return ContainerSettings.For(request, (traits ?? (t => t))(new EngineTraits(IsRootless: false, HasInit: true)));
    }
}

public sealed class TheFilesOfSecrets : IDisposable
{
    private static readonly SecretPlan Token = new("token", "", "TOKEN");

    private readonly TempFolder _folder = new();

    public TheFilesOfSecrets() => Assert.SkipUnless(OperatingSystem.IsLinux() && Directory.Exists("/dev/shm"), "There is no tmpfs.");

    public void Dispose() => _folder.Dispose();

    [Fact, UnsupportedOSPlatform("windows")]
    public void AreReadableForTheirOwnerAlone()
    {
        using var files = Create(run => run with { Secrets = [Token, new("key", _folder.Write("key.pem", "line\n"), "")] }, ("TOKEN", "hunter2 ü"))!;
        Assert.Equal(("hunter2 ü", "line\n"), (File.ReadAllText(Path.Join(files.Folder, "token")), File.ReadAllText(Path.Join(files.Folder, "key"))));
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(Path.Join(files.Folder, "token")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(files.Folder));
        Assert.Equal("tmpfs", new DriveInfo(files.Folder).DriveFormat);
    }

    [Fact, UnsupportedOSPlatform("windows")]
    public void AreReadableForAnotherUserBehindAClosedFolder()
    {
        // A name is known inside the image alone.
        using var files = Create(run => run with { Secrets = [Token], User = "app" }, ("TOKEN", "x"))!;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(Path.Join(files.Folder, "token")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(files.Folder));
    }

    [Fact]
    public void AreGoneWhenTheyAreForgotten()
    {
        var files = Create(run => run with { Secrets = [Token] }, ("TOKEN", "x"))!;
        files.Forget();
        Assert.False(Directory.Exists(files.Folder));
        files.Dispose();
    }

    [Fact]
    public void AreGoneWhereOneOfThemCannotBeWritten()
    {
        var place = $"/dev/shm/{Guid.NewGuid():N}";
        Directory.CreateDirectory(place);
        try
        {
            var run = Given.RunPlan with { Secrets = [Token, new("no-folder/key", "", "TOKEN")] };
            var refused = Assert.Throws<ProblemException>(() => SecretFiles.Create(run, new SecretValues(_ => "x"), [place]));
            Assert.Equal("CT3052", Assert.Single(refused.Problems).Code.Id);
            Assert.Empty(Directory.EnumerateFileSystemEntries(place));
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    [Fact]
    public void OfAKilledBuildAreRemovedByTheNextAndOthersAreNot()
    {
        var abandoned = $"/dev/shm/containertrain-secrets-{Guid.NewGuid():N}";
        var young = $"/dev/shm/containertrain-secrets-{Guid.NewGuid():N}";
        Directory.CreateDirectory(abandoned);
        File.WriteAllText(abandoned + "/.lock", "");
        File.WriteAllText(abandoned + "/token", "x");
        Directory.CreateDirectory(young);
        try
        {
            using var living = Create(run => run with { Secrets = [Token] }, ("TOKEN", "x"))!;
            using var next = Create(run => run with { Secrets = [Token] }, ("TOKEN", "x"))!;
            Assert.False(Directory.Exists(abandoned));
            Assert.True(Directory.Exists(young));
            Assert.True(File.Exists(Path.Join(living.Folder, "token")));
        }
        finally
        {
            Directory.Delete(young);
        }
    }

    [Fact]
    public void AreNoneForARunWithoutSecrets() => Assert.Null(Create(run => run));

    [Fact]
    public void OfMissingValuesAreCT1051AllAtOnce()
    {
        var refused = Assert.Throws<ProblemException>(() => Create(
            run => run with { Secrets = [Token, new("b", "", "EMPTY"), new("c", _folder.At("none"), ""), new("d", _folder.Path, ""), new("e", _folder.Write("empty", ""), ""), new("f", _folder.Write("big", new string('x', (1 << 20) + 1)), "")] },
            ("EMPTY", "")));
        Assert.Equal(
            [
                "TrainSecret 'token' has no value: the variable 'TOKEN' is not set.",
                "TrainSecret 'b' has no value: the variable 'EMPTY' is empty.",
                $"TrainSecret 'c' has no value: Could not find file '{_folder.At("none")}'.",
                $"TrainSecret 'd' has no value: '{_folder.Path}' is a folder.",
                $"TrainSecret 'e' has no value: the file '{_folder.At("empty")}' is empty.",
                $"TrainSecret 'f' has no value: '{_folder.At("big")}' has more than 1048576 bytes.",
            ],
            refused.Problems.Select(problem => problem.Message));
        Assert.All(refused.Problems, problem => Assert.Equal("CT1051", problem.Code.Id));
    }

    [Fact]
    public void ThatWouldLieOnADiskAreCT3052()
    {
        Assert.SkipWhen(new DriveInfo(_folder.Path).DriveFormat == "tmpfs", "Temporary files are in memory here.");
        var refused = Assert.Throws<ProblemException>(() => SecretFiles.Create(Given.RunPlan with { Secrets = [Token] }, new SecretValues(_ => "x"), [_folder.Path, "/none"]));
        Assert.Equal("CT3052", Assert.Single(refused.Problems).Code.Id);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    internal static SecretFiles? Create(Func<RunPlan, RunPlan> run, params (string Name, string Value)[] variables) => !Directory.Exists("/dev/shm") ? null : SecretFiles.Create(
        run(Given.RunPlan), new SecretValues(name => variables.Where(variable => variable.Name == name).Select(variable => variable.Value).FirstOrDefault()), SecretFiles.Places("/none"));
}

public sealed class ARunThatAnEngineCannotDo : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, Func<RunPlan, RunPlan>, Func<SystemInfoResponse, SystemInfoResponse>> Lacks => new()
    {
        { "TrainMemory is set, and docker 1 cannot keep it: its control groups lack the controller 'memory'.", run => run with { Memory = 1 << 30 }, info => { info.MemoryLimit = false; return info; } },
        { "TrainMemorySwap is set, and docker 1 cannot keep it: its kernel does not count swap (boot with swapaccount=1).", run => run with { Memory = 1 << 30, MemorySwap = -1 }, info => { info.SwapLimit = false; return info; } },
        { "TrainCpus is set, and docker 1 cannot keep it: its control groups lack the controller 'cpu'.", run => run with { NanoCpus = 1 }, info => { info.CPUCfsQuota = false; return info; } },
        { "TrainCpus=4.5 is set, and docker 1 cannot keep it: it has 4 processors.", run => run with { NanoCpus = 4_500_000_000 }, info => info },
        { "TrainCpuSet is set, and docker 1 cannot keep it: its control groups lack the controller 'cpuset'.", run => run with { CpuSet = "0" }, info => { info.CPUSet = false; return info; } },
        { "TrainPidsLimit is set, and docker 1 cannot keep it: its control groups lack the controller 'pids'.", run => run with { PidsLimit = 5 }, info => { info.PidsLimit = false; return info; } },
    };

    [Theory]
    [MemberData(nameof(Lacks), DisableDiscoveryEnumeration = true)]
    public void ForALimitIsCT3051(string message, Func<RunPlan, RunPlan> run, Func<SystemInfoResponse, SystemInfoResponse> info)
    {
        var able = new SystemInfoResponse { MemoryLimit = true, SwapLimit = true, CPUCfsQuota = true, CPUSet = true, PidsLimit = true, NCPU = 4 };
        var problem = Assert.Single(RunPreflight.Limits(run(Given.RunPlan), info(able), "docker 1"));
        Assert.Equal(("CT3051", message), (problem.Code.Id, problem.Message));
    }

    [Fact]
    public void AsItsSecretsWouldLieOnAnotherHostsDiskIsCT3053() => Assert.Equal(
        "The run has secrets (a, b), and the engine does not see this host's folders: they would have to lie on its disk.",
        Assert.Single(RemoteVolumes.Check(Given.RunPlan with { Secrets = [new("a", "", "A"), new("b", "/b", "")] })).Message);

    [Fact]
    public void ForNoLimitIsNone() => Assert.Empty(RunPreflight.Limits(Given.RunPlan, new SystemInfoResponse(), "docker 1"));

    [Fact]
    public void AsAPortIsTakenIsCT3050()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var number = ((IPEndPoint)taken.LocalEndPoint!).Port;
        var problem = Assert.Single(RunPreflight.OnThisHost(Given.RunPlan with { Ports = [new(80, "tcp", "127.0.0.1", number), new(82, "tcp", "127.0.0.1", 0)] }, ""));
        Assert.Equal("CT3050", problem.Code.Id);
        Assert.StartsWith($"Port 127.0.0.1:{number} of the host is in use, and ContainerPort '80/tcp' is to be published there: ", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AsTheHostHasNoSuchDeviceOrAddressIsSaid() => Assert.Equal(
        ["CT3056", "CT3050"],
        RunPreflight.OnThisHost(Given.RunPlan with { Devices = [new("/dev/null", "/dev/x", "r"), new("/dev/none-such", "/dev/y", "r")], Ports = [new(80, "tcp", "192.0.2.1", 40_000)] }, "").Select(problem => problem.Code.Id));

    [Theory]
    [InlineData("", true)]
    [InlineData("/below", true)]
    [InlineData("/other", false)]
    public void AsItWouldGetTheEnginesOwnSocketIsCT1052(string source, bool refused)
    {
        _folder.Write("below/mine.sock", "");
        var problems = RunPreflight.OnThisHost(Given.RunPlan with { Mounts = [new(MountKind.Bind, _folder.Path + source, "/x", true)] }, _folder.At("below/mine.sock"));
        Assert.Equal(refused ? ["CT1052"] : [], problems.Select(problem => problem.Code.Id));
    }
}

public sealed class WhatAProcessCannotBeGiven
{
    [Fact]
    public void IsOneWarning() => Assert.Equal(
        "TrainEngine=process runs the program without a container. These settings have no effect: TrainMemory, TrainCpuSet, TrainUlimit, HostPort of ContainerPort.",
        ProcessSurface.Warning(Given.RunPlan with { Memory = 1, CpuSet = "0", Ulimits = [new("nofile", 1, 1)], Ports = [new(1, "tcp", "::1", 1)] })!.Message);

    [Fact]
    public void IsNotSaidOfARunThatAsksForNothing() => Assert.Null(ProcessSurface.Warning(Given.RunPlan));

    [Fact]
    public void IsAnErrorWhereItKeepsTheProgramFromSomething() => Assert.Equal(
        ["TrainNetwork=none is set, and TrainEngine=process cannot keep the program from what that forbids.", "TrainUser=1 is set, and TrainEngine=process cannot keep the program from what that forbids."],
        ProcessSurface.Check(Given.RunPlan with { Network = "none", User = "1" }).Select(problem => problem.Message));
}
