using System.Collections.Immutable;
using System.Globalization;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine;

/// <summary>What of an engine's ways a container's settings depend on.</summary>
/// <param name="HasInit">Whether it can put a small init process above the program.</param>
/// <param name="Gpus">How it is asked for GPUs.</param>
/// <param name="RaisesLimits">Whether it may give a container higher limits (ulimit) than it has itself.</param>
/// <param name="RemapsUsers">Whether users inside are other users outside (dockerd --userns-remap).</param>
internal sealed record EngineTraits(
    bool IsRootless, bool HasInit, GpuWay Gpus = GpuWay.NvidiaDriver, bool RaisesLimits = true, bool RemapsUsers = false);

/// <summary>A run plan as the parameters of <c>POST /containers/create</c>.</summary>
internal static class ContainerSettings
{
    public const string RunLabel = "containertrain.run";
    public const string ProjectLabel = "containertrain.project";

    /// <summary>How memory is mounted: with programs, as .NET unpacks some.</summary>
    private const string TmpfsOptions = "rw,exec,nosuid,nodev";

    public static CreateContainerParameters For(RunRequest request, EngineTraits engine)
    {
        var run = request.Plan.Run;
        return new CreateContainerParameters
        {
            Name = NameOf(request.Folder),
            Image = request.Image ?? throw new ArgumentException("A container needs an image.", nameof(request)),
            Cmd = [.. request.Plan.Image.Command, .. run.Arguments],
            Env = [.. EnvironmentOf(request).Select(variable => $"{variable.Key}={variable.Value}")],
            WorkingDir = run.WorkingDirectory,
            ExposedPorts = run.Ports.Select(port => port.ToString()).Distinct().ToDictionary(port => port, _ => default(EmptyStruct)),
            User = UserOf(run, engine.IsRootless),
            Labels = new Dictionary<string, string>
            {
                [RunLabel] = request.Folder.Id,
                [ProjectLabel] = request.Plan.ProjectFile,
            },
            AttachStdout = true,
            AttachStderr = true,
            HostConfig = HostConfigOf(request, engine),
        };
    }

    /// <summary>The container's name, known before there is one.</summary>
    public static string NameOf(RunFolder folder) => $"train-{folder.Id}";

    private static HostConfig HostConfigOf(RunRequest request, EngineTraits engine)
    {
        var run = request.Plan.Run;
        return new HostConfig
        {
            Mounts = [.. MountsOf(request).Where(mount => mount.Kind != MountKind.Tmpfs).Select(MountOf)],
            Tmpfs = new Dictionary<string, string>([new("/tmp", TmpfsOptions), .. MountsOf(request).Where(mount => mount.Kind == MountKind.Tmpfs).Select(TmpfsOf)]),
            ReadonlyRootfs = run.ReadOnlyRootfs,
            // The kernel spares process 1 from signals: an abort would end as another signal, SIGTERM as nothing at all.
            Init = run.Init && engine.HasInit,
            CapDrop = ["ALL"],
            CapAdd = [.. run.Capabilities],
            SecurityOpt = ["no-new-privileges"],
            // Where users are remapped, the user of the build would be another one outside, whom its own folder is closed to.
            UsernsMode = engine.RemapsUsers ? "host" : "",
            // A training that ended has ended: what it would do again is for the user to say.
            RestartPolicy = new RestartPolicy { Name = RestartPolicyKind.No },
            NetworkMode = run.Network,
            PortBindings = run.Ports.GroupBy(port => port.ToString()).ToDictionary(ports => ports.Key, IList<PortBinding> (ports) => [.. ports.Select(BindingOf)]),
            ExtraHosts = [.. run.ExtraHosts],
            Memory = run.Memory ?? 0,
            // No swap beyond the limit unless the project says so: a run that outgrows it ends at once, not after hours.
            MemorySwap = run.MemorySwap ?? run.Memory ?? 0,
            NanoCPUs = run.NanoCpus ?? 0,
            CpusetCpus = run.CpuSet,
            PidsLimit = run.PidsLimit,
            ShmSize = GpuRequests.SharedMemoryOf(run),
            Ulimits = [.. UlimitsOf(run, engine)],
            Devices = [.. run.Devices.Select(device => new DeviceMapping { PathOnHost = device.Source, PathInContainer = device.Target, CgroupPermissions = device.Permissions })],
            DeviceRequests = [.. GpuRequests.Of(run.Gpus, engine.Gpus)],
        };
    }

    /// <summary>Everything of this host that the container sees.</summary>
    public static ImmutableArray<MountPlan> MountsOf(RunRequest request) => request.Mounts ?? [.. request.Plan.Run.Mounts, .. OwnMounts(request)];

    /// <summary>Later ones win: what the project sets for the run is its last word.</summary>
    private static SortedDictionary<string, string> EnvironmentOf(RunRequest request)
    {
        var run = request.Plan.Run;
        // The user of the build has no home in the image, and the root file system is read-only.
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["HOME"] = "/tmp" };
        foreach (var (name, value) in TrainEnvironment.Of(run, request.Folder.Id, TrainPaths.InContainer)
            .Concat(GpuRequests.VariablesInContainer(request.Plan)).Concat(run.Environment))
            variables[name] = value;
        return variables;
    }

    /// <summary>The project's, and what GPUs need where the project says nothing.</summary>
    private static IEnumerable<Ulimit> UlimitsOf(RunPlan run, EngineTraits engine) =>
        run.Ulimits.Select(limit => new Ulimit { Name = limit.Name, Soft = limit.Soft, Hard = limit.Hard })
            .Concat(engine.RaisesLimits ? GpuRequests.LimitsOf(run.Gpus).Where(limit => run.Ulimits.All(own => own.Name != limit.Name)) : []);

    private static PortBinding BindingOf(PortPlan port) =>
        new() { HostIP = port.HostAddress, HostPort = port.HostPort == 0 ? "" : port.HostPort.ToString(CultureInfo.InvariantCulture) };

    private static KeyValuePair<string, string> TmpfsOf(MountPlan mount) =>
        new(mount.Target, mount.Size is { } size ? string.Create(CultureInfo.InvariantCulture, $"{TmpfsOptions},size={size}") : TmpfsOptions);

    private static ImmutableArray<MountPlan> OwnMounts(RunRequest request) =>
    [
        new MountPlan(MountKind.Bind, request.Folder.Path, TrainPaths.InContainer.Output, ReadOnly: false),
        new MountPlan(MountKind.Bind, request.Folder.Checkpoints, TrainPaths.InContainer.Checkpoints, ReadOnly: false),
        new MountPlan(MountKind.Bind, request.Folder.Hyperparameters, TrainPaths.InContainer.HyperparameterFile, ReadOnly: true),
        .. request.Plan.Run.Secrets.Select(secret => new MountPlan(
            MountKind.Bind,
            (request.Secrets ?? throw new ArgumentException("The run's secrets have not been read.", nameof(request))).PathOf(secret),
            $"{ContainerPaths.Secrets}/{secret.Name}",
            ReadOnly: true)),
    ];

    private static Mount MountOf(MountPlan mount) => new()
    {
        Type = mount.Kind == MountKind.Bind ? "bind" : "volume",
        Source = mount.Source,
        Target = mount.Target,
        ReadOnly = mount.ReadOnly,
    };

    /// <summary>
    /// Results belong to whom the container runs as: the user who runs the build. A rootless engine shows that user as
    /// root inside; Docker Desktop on Windows maps owners itself.
    /// </summary>
    public static string UserOf(RunPlan run, bool rootless) =>
        run.User.Length > 0 ? run.User
        : OperatingSystem.IsWindows() ? ""
        : rootless ? "0:0"
        : $"{Posix.EffectiveUserId()}:{Posix.EffectiveGroupId()}";
}
