using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ContainerTrain.Plan;

/// <summary>Which engine runs the training.</summary>
public enum EngineKind
{
    /// <summary>The first reachable of docker and podman, else a process.</summary>
    Auto,
    Docker,
    Podman,

    /// <summary>No container: a process of the host.</summary>
    Process,
}

/// <summary>One training run: what it gets, where its results go, and its limits.</summary>
public sealed record RunPlan
{
    public const string ResumeNever = "never";
    public const string ResumeAuto = "auto";

    /// <summary>In place of an address: the machine that the engine runs on.</summary>
    public const string HostGateway = "host-gateway";

    public EngineKind Engine { get; init; }

    /// <summary>Whether the engine does not see this host's folders; null: that is found out.</summary>
    public bool? EngineRemote { get; init; }

    public GpuRequest Gpus { get; init; } = GpuRequest.None;

    /// <summary>Whether <see cref="Gpus"/> only follow this host (TrainGpus=auto), so that they are a wish and no requirement.</summary>
    public bool GpusAreAuto { get; init; }

    /// <summary>What the program is promised to compute on: <c>cpu</c> or <c>cuda</c>.</summary>
    [JsonIgnore]
    public string Device => Gpus.IsNone ? "cpu" : "cuda";

    /// <summary>Arguments that follow the image's entry point.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    public ImmutableArray<MountPlan> Mounts { get; init; } = [];

    public ImmutableSortedDictionary<string, string> Hyperparameters { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    public long Seed { get; init; } = 42;

    /// <summary>The folder that gets one folder per run, absolute.</summary>
    public required string OutputRoot { get; init; }

    /// <summary>The assembly that the process engine runs, absolute.</summary>
    public required string HostAssembly { get; init; }

    /// <summary>Bytes; null means no limit, here and below.</summary>
    public long? Memory { get; init; }

    public long? NanoCpus { get; init; }

    /// <summary>Memory and swap together, at least <see cref="Memory"/>; -1 for any amount of swap. Null: no swap beyond the memory.</summary>
    public long? MemorySwap { get; init; }

    /// <summary>Which processors, as the kernel lists them: <c>0-3,6</c>; empty for all.</summary>
    public string CpuSet { get; init; } = "";

    public long? PidsLimit { get; init; }

    public ImmutableArray<UlimitPlan> Ulimits { get; init; } = [];

    public long? ShmSize { get; init; }

    public TimeSpan? Timeout { get; init; }

    /// <summary>How long the program may take to save its work after a stop request.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary><c>never</c>, <c>auto</c> or a run's id: what the run goes on from.</summary>
    public string Resume { get; init; } = ResumeNever;

    /// <summary>A number of epochs, a time such as <c>90s</c>, or <c>never</c>; empty for the program's own default.</summary>
    public string CheckpointEvery { get; init; } = "";

    public long? CheckpointKeep { get; init; }

    /// <summary>The container network's name; empty for the engine's default.</summary>
    public string Network { get; init; } = "";

    public bool ReadOnlyRootfs { get; init; } = true;

    /// <summary><c>uid[:gid]</c> or a name in the image; empty for the user who runs the build.</summary>
    public string User { get; init; } = "";

    /// <summary>Where the program starts, absolute; empty for the image's own.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>Whether a small init process stands above the program.</summary>
    public bool Init { get; init; } = true;

    /// <summary>Variables of the run alone.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    public ImmutableArray<PortPlan> Ports { get; init; } = [];

    public ImmutableArray<DevicePlan> Devices { get; init; } = [];

    /// <summary>In the form <c>name:address</c>.</summary>
    public ImmutableArray<string> ExtraHosts { get; init; } = [];

    /// <summary>Kernel capabilities in the form <c>SYS_PTRACE</c>; all others are dropped.</summary>
    public ImmutableArray<string> Capabilities { get; init; } = [];

    public ImmutableArray<SecretPlan> Secrets { get; init; } = [];
}
