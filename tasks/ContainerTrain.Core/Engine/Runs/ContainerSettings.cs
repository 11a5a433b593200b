using System.Collections.Immutable;
using ContainerTrain.Plan;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine;

/// <summary>What of an engine's ways a container's settings depend on.</summary>
/// <param name="HasInit">Whether it can put a small init process above the program.</param>
/// <param name="Gpus">How it is asked for GPUs.</param>
/// <param name="RaisesLimits">Whether it may give a container higher limits (ulimit) than it has itself.</param>
internal sealed record EngineTraits(bool IsRootless, bool HasInit, GpuWay Gpus = GpuWay.NvidiaDriver, bool RaisesLimits = true);

/// <summary>A run plan as the parameters of <c>POST /containers/create</c>.</summary>
internal static class ContainerSettings
{
    public const string RunLabel = "containertrain.run";
    public const string ProjectLabel = "containertrain.project";

    public static CreateContainerParameters For(RunRequest request, EngineTraits engine)
    {
        var run = request.Plan.Run;
        var environment = TrainEnvironment.Of(run, request.Folder.Id, TrainPaths.InContainer).Concat(GpuRequests.VariablesInContainer(request.Plan));
        return new CreateContainerParameters
        {
            Name = $"train-{request.Folder.Id}",
            Image = request.Image ?? throw new ArgumentException("A container needs an image.", nameof(request)),
            Cmd = [.. request.Plan.Image.Command, .. run.Arguments],
            // HOME: the user of the build has no home in the image, and the root file system is read-only.
            Env = [.. environment.Select(variable => $"{variable.Key}={variable.Value}"), "HOME=/tmp"],
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

    private static HostConfig HostConfigOf(RunRequest request, EngineTraits engine)
    {
        var run = request.Plan.Run;
        return new HostConfig
        {
            Mounts = [.. MountsOf(request).Select(MountOf)],
            Tmpfs = new Dictionary<string, string> { ["/tmp"] = "rw,exec,nosuid,nodev" },
            ReadonlyRootfs = run.ReadOnlyRootfs,
            // The kernel spares process 1 from signals: an abort would end as another signal, SIGTERM as nothing at all.
            Init = engine.HasInit,
            CapDrop = ["ALL"],
            SecurityOpt = ["no-new-privileges"],
            NetworkMode = run.Network,
            Memory = run.Memory ?? 0,
            MemorySwap = run.Memory ?? 0, // no swap beyond the limit: a run that outgrows it ends at once, not after hours
            NanoCPUs = run.NanoCpus ?? 0,
            PidsLimit = run.PidsLimit,
            ShmSize = GpuRequests.SharedMemoryOf(run),
            Ulimits = engine.RaisesLimits ? [.. GpuRequests.LimitsOf(run.Gpus)] : [],
            DeviceRequests = [.. GpuRequests.Of(run.Gpus, engine.Gpus)],
        };
    }

    /// <summary>Everything of this host that the container sees.</summary>
    public static ImmutableArray<MountPlan> MountsOf(RunRequest request) => request.Mounts ?? [.. request.Plan.Run.Mounts, .. OwnMounts(request)];

    private static ImmutableArray<MountPlan> OwnMounts(RunRequest request) =>
    [
        new MountPlan(MountKind.Bind, request.Folder.Path, TrainPaths.InContainer.Output, ReadOnly: false),
        new MountPlan(MountKind.Bind, request.Folder.Checkpoints, TrainPaths.InContainer.Checkpoints, ReadOnly: false),
        new MountPlan(MountKind.Bind, request.Folder.Hyperparameters, TrainPaths.InContainer.HyperparameterFile, ReadOnly: true),
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
