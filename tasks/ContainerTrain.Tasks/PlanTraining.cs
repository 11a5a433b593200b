using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Dockerfile;
using ContainerTrain.Inputs;
using ContainerTrain.Plan;
using Microsoft.Build.Framework;

namespace ContainerTrain.Tasks;

/// <summary>
/// Reads the project's properties and items and writes the plan and the Dockerfile. Empty parameters mean the default
/// that the README's table gives.
/// </summary>
public sealed class PlanTraining : TrainTask
{
    /// <summary>Where the plan is written, absolute.</summary>
    [Required]
    public string PlanFile { get; set; } = "";

    /// <summary>Where the Dockerfile is written, absolute.</summary>
    [Required]
    public string DockerfilePath { get; set; } = "";

    /// <summary>Files in which Train* and Container* elements are looked up to give problems a line; absolute.</summary>
    public ITaskItem[] SourceFiles { get; set; } = [];

    /// <summary>The assembly's name, which also gives the image its name.</summary>
    [Required]
    public string AssemblyName { get; set; } = "";

    /// <summary>The assembly in the output folder, absolute.</summary>
    [Required]
    public string OutputAssembly { get; set; } = "";

    /// <summary>The project's OutputType; must be Exe.</summary>
    public string OutputType { get; set; } = "";

    /// <summary>The project's target framework, such as net10.0; gives the version of the default base image.</summary>
    [Required]
    public string TargetFramework { get; set; } = "";

    /// <summary>linux-x64 or linux-arm64.</summary>
    [Required]
    public string RuntimeIdentifier { get; set; } = "";

    /// <summary>ProjectAssetsFile: what the restore chose, absolute. Default: nothing is known of the project's packages.</summary>
    public string AssetsFile { get; set; } = "";

    /// <summary>Every file of the published application: ResolvedFileToPublish items with RelativePath.</summary>
    public ITaskItem[] PublishFiles { get; set; } = [];

    /// <summary>ContainerBaseImage. Default: Microsoft's .NET runtime image of the project's version and family.</summary>
    public string BaseImage { get; set; } = "";

    /// <summary>ContainerFamily, the base image's variant. Default: noble.</summary>
    public string Family { get; set; } = "";

    /// <summary>ContainerRepository, the image's name. Default: the assembly's name in lower case.</summary>
    public string Repository { get; set; } = "";

    /// <summary>ContainerImageTag or ContainerImageTags, separated by semicolons. Default: latest.</summary>
    public string ImageTags { get; set; } = "";

    /// <summary>ContainerUser, the image's default user. Default: 1654, the user app of Microsoft's images.</summary>
    public string ImageUser { get; set; } = "";

    /// <summary>ContainerWorkingDirectory, where the application lies. Default: /app.</summary>
    public string WorkingDirectory { get; set; } = "";

    /// <summary>ContainerEntrypoint items. Default: the application's command.</summary>
    public ITaskItem[] Entrypoint { get; set; } = [];

    /// <summary>ContainerAppCommand items. Default: dotnet and the assembly.</summary>
    public ITaskItem[] AppCommand { get; set; } = [];

    /// <summary>ContainerDefaultArgs items. Default: none.</summary>
    public ITaskItem[] DefaultArgs { get; set; } = [];

    /// <summary>ContainerPort items with Type tcp (default) or udp.</summary>
    public ITaskItem[] Ports { get; set; } = [];

    /// <summary>ContainerEnvironmentVariable items with Value.</summary>
    public ITaskItem[] EnvironmentVariables { get; set; } = [];

    /// <summary>ContainerLabel items with Value.</summary>
    public ITaskItem[] Labels { get; set; } = [];

    /// <summary>TrainAptPackage items: Debian packages, optionally with =version.</summary>
    public ITaskItem[] AptPackages { get; set; } = [];

    /// <summary>TrainPipPackage items: Python packages, optionally with a version.</summary>
    public ITaskItem[] PipPackages { get; set; } = [];

    /// <summary>TrainDockerfileInstruction items with Stage (system, app) and Position (before, after).</summary>
    public ITaskItem[] Instructions { get; set; } = [];

    /// <summary>TrainNatives: needed (default) or all.</summary>
    public string Natives { get; set; } = "";

    /// <summary>TrainUnneededNative items, package/file: native libraries that TrainNatives=needed leaves out.</summary>
    public ITaskItem[] UnneededNatives { get; set; } = [];

    /// <summary>TrainStripNatives: whether native libraries lose their symbol tables. Default: false.</summary>
    public string StripNatives { get; set; } = "";

    /// <summary>TrainNativePreflight: whether the build checks that native libraries load on the base image. Default: true.</summary>
    public string NativePreflight { get; set; } = "";

    /// <summary>The variable SOURCE_DATE_EPOCH: seconds since 1970 that the image says it was created. Default: its base's time.</summary>
    public string SourceDateEpoch { get; set; } = "";

    /// <summary>TrainRegistryMirror: a host for every registry, or a list of registry=host. Default: none.</summary>
    public string RegistryMirror { get; set; } = "";

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

    /// <summary>TrainArguments: arguments of the training program, as on a command line. Default: none.</summary>
    public string Arguments { get; set; } = "";

    /// <summary>TrainData items with Target and ReadOnly (default true).</summary>
    public ITaskItem[] Data { get; set; } = [];

    /// <summary>TrainVolume items with Target and ReadOnly (default false).</summary>
    public ITaskItem[] Volumes { get; set; } = [];

    /// <summary>TrainHyperparameter items with Value.</summary>
    public ITaskItem[] Hyperparameters { get; set; } = [];

    protected override void Run()
    {
        var result = PlanBuilder.Build(ReadInputs());
        Report(result.Problems);
        if (result.Plan is not { } plan)
            return;
        GeneratedFile.Write(PlanFile, PlanJson.Write(plan));
        GeneratedFile.Write(DockerfilePath, DockerfileComposer.Compose(plan.Image).Render());
        Log.LogMessage(MessageImportance.Low, "Plan: {0}", PlanFile);
    }

    private TrainInputs ReadInputs() => new()
    {
        Project = new ProjectInputs
        {
            Name = AssemblyName,
            ProjectFile = ProjectFile,
            AssemblyFile = AssemblyName + ".dll",
            OutputAssembly = OutputAssembly,
            OutputType = OutputType,
            TargetFramework = TargetFramework,
            RuntimeIdentifier = RuntimeIdentifier,
        },
        Image = new ImageInputs
        {
            BaseImage = BaseImage,
            Family = Family,
            Repository = Repository,
            Tags = ImageTags,
            User = ImageUser,
            WorkingDirectory = WorkingDirectory,
            RegistryMirror = RegistryMirror,
            Entrypoint = Items.Names(Entrypoint),
            AppCommand = Items.Names(AppCommand),
            DefaultArgs = Items.Names(DefaultArgs),
            Ports = Items.Read(Ports),
            Environment = Items.Read(EnvironmentVariables),
            Labels = Items.Read(Labels),
            AptPackages = Items.Read(AptPackages),
            PipPackages = Items.Read(PipPackages),
            Instructions = Items.Read(Instructions),
            Natives = Natives,
            UnneededNatives = Items.Names(UnneededNatives),
            StripNatives = StripNatives,
            NativePreflight = NativePreflight,
            SourceDateEpoch = SourceDateEpoch,
            Files = Items.ReadFiles(PublishFiles),
        },
        Run = new RunInputs
        {
            Engine = Engine,
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
            EngineRemote = EngineRemote,
            Network = Network,
            ReadOnlyRootfs = ReadOnlyRootfs,
            User = RunUser,
            Arguments = Arguments,
            Data = Items.Read(Data),
            Volumes = Items.Read(Volumes),
            Hyperparameters = Items.Read(Hyperparameters),
        },
        Packages = RestoredPackages.Read(AssetsFile, TargetFramework, RuntimeIdentifier),
        Elements = ProjectElements.Read(SourceFiles.Select(item => item.ItemSpec)),
    };
}
