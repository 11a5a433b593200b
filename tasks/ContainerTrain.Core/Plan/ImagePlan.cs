using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ContainerTrain.Plan;

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

    /// <summary>From the one that changes least to the one that changes most; the project's own output comes last.</summary>
    public required ImmutableArray<LayerPlan> Layers { get; init; }

    public required string WorkingDirectory { get; init; }

    /// <summary>Empty for the base image's own.</summary>
    public required string User { get; init; }

    /// <summary>Empty for the base image's own.</summary>
    public required ImmutableArray<string> Entrypoint { get; init; }

    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>Whether the image keeps the command of its base.</summary>
    public bool InheritsCommand { get; init; }

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

    /// <summary>Absolute Linux paths of folders that the engine keeps outside the image.</summary>
    public ImmutableArray<string> Volumes { get; init; } = [];

    /// <summary>Null for the base image's own.</summary>
    public HealthcheckPlan? Healthcheck { get; init; }

    /// <summary>A signal's name or number; empty for the base image's own.</summary>
    public string StopSignal { get; init; } = "";

    /// <summary>A Dockerfile that the project brings, absolute, which makes the image of what the rest of the plan says; else empty.</summary>
    public string OwnDockerfile { get; init; } = "";

    /// <summary>Whether only the engine's own builder can make the app image.</summary>
    [JsonIgnore]
    public bool NeedsDockerfile
    {
        get
        {
            // Folders outside the working directory have owners and modes that only a builder sees, and keeps.
            foreach (var layer in Layers)
            {
                if (layer is { Kind: LayerKind.Files, Folder: not null })
                    return true;
            }
            foreach (var instruction in System.Instructions)
            {
                if (instruction.Stage == InstructionPlan.App)
                    return true;
            }
            return false;
        }
    }
}

/// <summary>What is added to the base image before any file of the application.</summary>
public sealed record SystemPlan
{
    public ImmutableArray<string> AptPackages { get; init; } = [];

    public ImmutableArray<string> PipPackages { get; init; } = [];

    /// <summary>Files that pip reads; they are in a layer of their own.</summary>
    public ImmutableArray<RequirementsPlan> PipRequirements { get; init; } = [];

    /// <summary>What RUN instructions are run by; empty for the base image's own.</summary>
    public ImmutableArray<string> Shell { get; init; } = [];

    /// <summary>Build arguments (ARG) with their defaults.</summary>
    public ImmutableSortedDictionary<string, string> Arguments { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The user's own Dockerfile instructions, in order.</summary>
    public ImmutableArray<InstructionPlan> Instructions { get; init; } = [];
}

/// <summary>A file of Python requirements.</summary>
/// <param name="Path">Absolute, in the image.</param>
/// <param name="IsConstraint">Whether it only limits versions (<c>pip install -c</c>).</param>
public sealed record RequirementsPlan(string Path, bool IsConstraint);

/// <summary>How the engine finds out whether a container works.</summary>
/// <param name="Test">A command in exec form; empty turns the base image's own check off.</param>
/// <param name="Interval">Null for the engine's default, here and below.</param>
public sealed record HealthcheckPlan(
    ImmutableArray<string> Test, TimeSpan? Interval, TimeSpan? Timeout, TimeSpan? StartPeriod, long? Retries);

/// <summary>A Dockerfile instruction that the project adds.</summary>
/// <param name="Text">The instruction, as it is written in a Dockerfile.</param>
/// <param name="Stage"><c>system</c> or <c>app</c>.</param>
/// <param name="Position"><c>before</c> or <c>after</c> what the SDK writes into that stage.</param>
public sealed record InstructionPlan(string Text, string Stage, string Position)
{
    /// <summary>The stage of the application.</summary>
    public const string App = "app";
}

/// <summary>Which stage of the Dockerfile a layer belongs to.</summary>
public enum LayerKind
{
    /// <summary>What a Dockerfile of the project's own is built with.</summary>
    Context,

    /// <summary>Files that packages are installed with; part of the system image.</summary>
    System,

    /// <summary>The native libraries of one package.</summary>
    Natives,

    /// <summary>The managed assemblies of all packages.</summary>
    Libraries,

    /// <summary>Files that the project moved to a layer of their own.</summary>
    Custom,

    /// <summary>Files that the project adds from anywhere (TrainImageFile).</summary>
    Files,

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

    /// <summary>Whether layers of this kind are what an app image adds to its deps image.</summary>
    public static bool IsOwn(this LayerKind kind) => kind > LayerKind.Libraries;
}

/// <summary>Files that change together.</summary>
/// <param name="Name">Also the folder of the build context: <c>natives/libtorch-cpu-linux-x64/2.10.0</c>, <c>app</c>.</param>
public sealed record LayerPlan(string Name, LayerKind Kind, ImmutableArray<FilePlan> Files)
{
    /// <summary>The folder in the image that the files are below, absolute; null for the image's working directory.</summary>
    public string? Folder { get; init; }

    /// <summary>In the form <c>1000:1000</c>; null for root.</summary>
    public string? Owner { get; init; }
}

/// <summary>One file of the image.</summary>
/// <param name="Source">Where it lies on the host, absolute.</param>
/// <param name="Target">Its path below the layer's folder.</param>
public sealed record FilePlan(string Source, string Target)
{
    /// <summary>Permissions as a number (octal 644 is 420); null for 755 where the source is executable, else 644.</summary>
    public int? Mode { get; init; }
}
