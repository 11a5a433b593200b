using System.Collections.Immutable;

namespace ContainerTrain.Inputs;

/// <summary>How a training run is to be done.</summary>
public sealed record RunInputs
{
    public string Engine { get; init; } = "";

    /// <summary>Whether the engine does not see this host's folders: auto, true or false.</summary>
    public string EngineRemote { get; init; } = "";

    public string Gpus { get; init; } = "";

    /// <summary>Whether the machine that builds shows NVIDIA devices; what <c>TrainGpus=auto</c> follows.</summary>
    public bool HostHasGpu { get; init; }

    public string OutputRoot { get; init; } = "";

    public string Memory { get; init; } = "";

    public string Cpus { get; init; } = "";

    public string PidsLimit { get; init; } = "";

    public string ShmSize { get; init; } = "";

    public string Timeout { get; init; } = "";

    public string StopGrace { get; init; } = "";

    /// <summary>Whether the run goes on from a checkpoint: never, auto, or a run's id.</summary>
    public string Resume { get; init; } = "";

    /// <summary>How often the program saves a checkpoint: epochs, a time, or never.</summary>
    public string CheckpointEvery { get; init; } = "";

    /// <summary>How many checkpoints are kept.</summary>
    public string CheckpointKeep { get; init; } = "";

    public string Network { get; init; } = "";

    public string ReadOnlyRootfs { get; init; } = "";

    public string User { get; init; } = "";

    public string WorkingDirectory { get; init; } = "";

    public string MemorySwap { get; init; } = "";

    public string CpuSet { get; init; } = "";

    /// <summary>Whether a small init process stands above the program: true (the default) or false.</summary>
    public string Init { get; init; } = "";

    /// <summary>Arguments of the training program, as on a command line.</summary>
    public string Arguments { get; init; } = "";

    public ImmutableArray<InputItem> Data { get; init; } = [];

    public ImmutableArray<InputItem> Volumes { get; init; } = [];

    public ImmutableArray<InputItem> Hyperparameters { get; init; } = [];

    /// <summary>Variables of the run alone, which are not in the image.</summary>
    public ImmutableArray<InputItem> Environment { get; init; } = [];

    public ImmutableArray<InputItem> Ulimits { get; init; } = [];

    public ImmutableArray<InputItem> Devices { get; init; } = [];

    public ImmutableArray<InputItem> ExtraHosts { get; init; } = [];

    /// <summary>Capabilities that the program keeps, of those that are dropped.</summary>
    public ImmutableArray<InputItem> Capabilities { get; init; } = [];

    public ImmutableArray<InputItem> Secrets { get; init; } = [];
}
