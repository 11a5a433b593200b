using System.Collections.Immutable;

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
