using ContainerTrain.Inputs;
using Microsoft.Build.Framework;

namespace ContainerTrain.Tasks;

/// <content>How the training is run.</content>
public sealed partial class PlanTraining
{
    /// <summary>TrainEngine: auto (default), docker, podman or process.</summary>
    public string Engine { get; set; } = "";

    /// <summary>TrainGpus: auto (default), none, all, a count, or device=….</summary>
    public string Gpus { get; set; } = "";

    /// <summary>Whether this host shows NVIDIA devices, which TrainGpus=auto follows. Default: false.</summary>
    public bool HostHasGpu { get; set; }

    /// <summary>TrainOutputRoot: the folder that gets one folder per run, absolute.</summary>
    [Required]
    public string OutputRoot { get; set; } = "";

    /// <summary>TrainMemory in bytes, or with k, m, g. Default: no limit.</summary>
    public string Memory { get; set; } = "";

    /// <summary>TrainCpus, a number of processors. Default: no limit.</summary>
    public string Cpus { get; set; } = "";

    /// <summary>TrainPidsLimit, a number of processes and threads. Default: the engine's.</summary>
    public string PidsLimit { get; set; } = "";

    /// <summary>TrainShmSize in bytes, or with k, m, g. Default: the engine's.</summary>
    public string ShmSize { get; set; } = "";

    /// <summary>TrainTimeout in seconds, or as 1h30m. Default: no limit.</summary>
    public string RunTimeout { get; set; } = "";

    /// <summary>TrainStopGrace in seconds, or as 2m: the time to save work after a stop request. Default: 120.</summary>
    public string StopGrace { get; set; } = "";

    /// <summary>TrainResume: never (default), auto for the newest run that can go on, or a run's id.</summary>
    public string Resume { get; set; } = "";

    /// <summary>TrainCheckpointEvery: a number of epochs, a time such as 90s, 5m or 1h, or never. Default: 5m.</summary>
    public string CheckpointEvery { get; set; } = "";

    /// <summary>TrainCheckpointKeep: how many of the newest checkpoints are kept. Default: 3.</summary>
    public string CheckpointKeep { get; set; } = "";

    /// <summary>TrainEngineRemote: auto, true or false. Default: auto.</summary>
    public string EngineRemote { get; set; } = "";

    /// <summary>TrainNetwork, the container network's name. Default: the engine's.</summary>
    public string Network { get; set; } = "";

    /// <summary>TrainReadOnlyRootfs. Default: true.</summary>
    public string ReadOnlyRootfs { get; set; } = "";

    /// <summary>TrainUser as uid[:gid] or a name. Default: the user who runs the build.</summary>
    public string RunUser { get; set; } = "";

    /// <summary>TrainWorkingDirectory, where the program starts in the container. Default: the image's.</summary>
    public string RunDirectory { get; set; } = "";

    /// <summary>TrainMemorySwap: memory and swap together in bytes, or with k, m, g, or unlimited. Default: no swap beyond TrainMemory.</summary>
    public string MemorySwap { get; set; } = "";

    /// <summary>TrainCpuSet: which processors, such as 0-3,6. Default: all.</summary>
    public string CpuSet { get; set; } = "";

    /// <summary>TrainInit: whether a small init process stands above the program. Default: true.</summary>
    public string Init { get; set; } = "";

    /// <summary>TrainArguments: arguments of the training program, as on a command line. Default: none.</summary>
    public string Arguments { get; set; } = "";

    /// <summary>TrainData items with TargetPath, ReadOnly (default true) and Type bind (default) or volume.</summary>
    public ITaskItem[] Data { get; set; } = [];

    /// <summary>TrainVolume items with TargetPath, ReadOnly (default false), Type volume (default), bind or tmpfs, and Size of a tmpfs.</summary>
    public ITaskItem[] Volumes { get; set; } = [];

    /// <summary>TrainHyperparameter items with Value.</summary>
    public ITaskItem[] Hyperparameters { get; set; } = [];

    /// <summary>TrainEnvironmentVariable items with Value: variables of the run, which are not in the image.</summary>
    public ITaskItem[] RunVariables { get; set; } = [];

    /// <summary>TrainUlimit items with Soft and Hard (default: Soft), numbers or unlimited.</summary>
    public ITaskItem[] Ulimits { get; set; } = [];

    /// <summary>TrainDevice items with TargetPath (default: the same path) and Permissions (default rwm).</summary>
    public ITaskItem[] Devices { get; set; } = [];

    /// <summary>TrainExtraHost items with Address: names that the container resolves.</summary>
    public ITaskItem[] ExtraHosts { get; set; } = [];

    /// <summary>TrainCapability items: kernel capabilities that are not dropped.</summary>
    public ITaskItem[] Capabilities { get; set; } = [];

    /// <summary>TrainSecret items with Source, a file, or EnvironmentVariable, one of the build's environment.</summary>
    public ITaskItem[] Secrets { get; set; } = [];

    private RunInputs ReadRun() => new()
    {
        Engine = Engine,
        EngineRemote = EngineRemote,
        Gpus = Gpus,
        HostHasGpu = HostHasGpu,
        OutputRoot = OutputRoot,
        Memory = Memory,
        Cpus = Cpus,
        PidsLimit = PidsLimit,
        ShmSize = ShmSize,
        Timeout = RunTimeout,
        StopGrace = StopGrace,
        Resume = Resume,
        CheckpointEvery = CheckpointEvery,
        CheckpointKeep = CheckpointKeep,
        Network = Network,
        ReadOnlyRootfs = ReadOnlyRootfs,
        User = RunUser,
        WorkingDirectory = RunDirectory,
        MemorySwap = MemorySwap,
        CpuSet = CpuSet,
        Init = Init,
        Arguments = Arguments,
        Data = Items.Read(Data),
        Volumes = Items.Read(Volumes),
        Hyperparameters = Items.Read(Hyperparameters),
        Environment = Items.Read(RunVariables),
        Ulimits = Items.Read(Ulimits),
        Devices = Items.Read(Devices),
        ExtraHosts = Items.Read(ExtraHosts),
        Capabilities = Items.Read(Capabilities),
        Secrets = Items.Read(Secrets),
    };
}
