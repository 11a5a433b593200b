using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ContainerTrain.Plan;

/// <summary>
/// Everything that is decided before anything is done: which image, and how it is run. Immutable, and the only thing
/// that later targets read. Stored as <c>plan.json</c>.
/// </summary>
public sealed record TrainPlan
{
    public required string Project { get; init; }

    /// <summary>The project file, absolute.</summary>
    public required string ProjectFile { get; init; }

    public required ImagePlan Image { get; init; }

    /// <summary>Equal for equal image plans: what an image is recognized by.</summary>
    public string ImageKey { get; init; } = "";

    public required RunPlan Run { get; init; }

    /// <summary>What the program's TorchSharp is made of and needs; null for a program without TorchSharp.</summary>
    public TorchPlan? Torch { get; init; }
}

/// <summary>The image: what it is made of, and its configuration.</summary>
public sealed record ImagePlan
{
    /// <summary>The base image as the project names it.</summary>
    public required string BaseImage { get; init; }

    /// <summary>The base image as it is pulled: through TrainRegistryMirror, where one is set.</summary>
    public required string PullReference { get; init; }

    /// <summary>In the form <c>linux/amd64</c>.</summary>
    public required string Platform { get; init; }

    /// <summary>The names the image gets, at least one, in the form <c>repository:tag</c>.</summary>
    public required ImmutableArray<string> References { get; init; }

    public SystemPlan System { get; init; } = new();

    /// <summary>From the one that changes least to the one that changes most; the last is the project's own output.</summary>
    public required ImmutableArray<LayerPlan> Layers { get; init; }

    public required string WorkingDirectory { get; init; }

    public required string User { get; init; }

    public required ImmutableArray<string> Entrypoint { get; init; }

    public ImmutableArray<string> Command { get; init; } = [];

    public ImmutableSortedDictionary<string, string> Environment { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Whether native libraries lose their symbol tables on the way into the image.</summary>
    public bool StripNatives { get; init; }

    /// <summary>Whether the build checks that the native libraries load on the base image.</summary>
    public bool NativePreflight { get; init; } = true;

    /// <summary>When the image says it was created, ISO 8601 (SOURCE_DATE_EPOCH); empty for the time of its base.</summary>
    public string Created { get; init; } = "";

    /// <summary>In the form <c>8080/tcp</c>.</summary>
    public ImmutableArray<string> Ports { get; init; } = [];
}

/// <summary>What is added to the base image before any file of the application.</summary>
public sealed record SystemPlan
{
    public ImmutableArray<string> AptPackages { get; init; } = [];

    public ImmutableArray<string> PipPackages { get; init; } = [];

    /// <summary>The user's own Dockerfile instructions, in order.</summary>
    public ImmutableArray<InstructionPlan> Instructions { get; init; } = [];
}

/// <summary>A Dockerfile instruction that the project adds.</summary>
/// <param name="Text">The instruction, as it is written in a Dockerfile.</param>
/// <param name="Stage"><c>system</c> or <c>app</c>.</param>
/// <param name="Position"><c>before</c> or <c>after</c> what the SDK writes into that stage.</param>
public sealed record InstructionPlan(string Text, string Stage, string Position);

/// <summary>Which stage of the Dockerfile a layer belongs to.</summary>
public enum LayerKind
{
    /// <summary>The native libraries of one package.</summary>
    Natives,

    /// <summary>The managed assemblies of all packages.</summary>
    Libraries,

    /// <summary>Files that the project moved to a layer of their own.</summary>
    Custom,

    /// <summary>The output of projects that this one references.</summary>
    References,

    /// <summary>The project's own output.</summary>
    App,
}

/// <summary>What kinds of layers have in common.</summary>
public static class LayerKinds
{
    /// <summary>Whether projects share layers of this kind: those make up the deps image.</summary>
    public static bool IsShared(this LayerKind kind) => kind is LayerKind.Natives or LayerKind.Libraries;
}

/// <summary>Files that change together.</summary>
/// <param name="Name">Also the folder of the build context: <c>natives/libtorch-cpu-linux-x64/2.10.0</c>, <c>app</c>.</param>
public sealed record LayerPlan(string Name, LayerKind Kind, ImmutableArray<FilePlan> Files);

/// <summary>One file of the image.</summary>
/// <param name="Source">Where it lies on the host, absolute.</param>
/// <param name="Target">Its path below the image's working directory.</param>
public sealed record FilePlan(string Source, string Target);

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

    public long? PidsLimit { get; init; }

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
}

/// <summary>A folder, file or volume that the container sees.</summary>
/// <param name="Kind">Whether <paramref name="Source"/> is a path of the host or the name of a volume.</param>
/// <param name="Target">An absolute Linux path.</param>
public sealed record MountPlan(MountKind Kind, string Source, string Target, bool ReadOnly);

/// <summary>What a mount's source is.</summary>
public enum MountKind
{
    Bind,
    Volume,
}
