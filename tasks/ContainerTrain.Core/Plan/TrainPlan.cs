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
