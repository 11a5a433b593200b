using ContainerTrain.Inputs;
using Microsoft.Build.Framework;

namespace ContainerTrain.Tasks;

/// <content>What the image is.</content>
public sealed partial class PlanTraining
{
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

    /// <summary>TrainCompile: false for an image without a .NET program. Default: true.</summary>
    public string Compile { get; set; } = "";

    /// <summary>TrainDockerfile: a Dockerfile that the project brings, absolute. Default: the SDK writes one.</summary>
    public string HandWritten { get; set; } = "";

    /// <summary>ContainerEntrypointArgs items: arguments that always follow ContainerEntrypoint. Default: none.</summary>
    public ITaskItem[] EntrypointArgs { get; set; } = [];

    /// <summary>ContainerAppCommandArgs items: arguments that always follow ContainerAppCommand. Default: none.</summary>
    public ITaskItem[] AppCommandArgs { get; set; } = [];

    /// <summary>ContainerAppCommandInstruction: Entrypoint, DefaultArgs or None. Default: as the .NET SDK decides.</summary>
    public string AppCommandInstruction { get; set; } = "";

    /// <summary>Whether the label with the time of creation is wanted, where SOURCE_DATE_EPOCH gives one. Default: false.</summary>
    public string CreatedLabel { get; set; } = "";

    /// <summary>TrainImageVolume items: absolute paths in the image. Default: none.</summary>
    public ITaskItem[] ImageVolumes { get; set; } = [];

    /// <summary>TrainHealthcheck: a command, as on a command line, or none. Default: the base image's.</summary>
    public string Healthcheck { get; set; } = "";

    /// <summary>TrainHealthcheckInterval in seconds, or as 1m. Default: the engine's, here and below.</summary>
    public string HealthcheckInterval { get; set; } = "";

    /// <summary>TrainHealthcheckTimeout in seconds, or as 1m.</summary>
    public string HealthcheckTimeout { get; set; } = "";

    /// <summary>TrainHealthcheckStartPeriod in seconds, or as 1m.</summary>
    public string HealthcheckStartPeriod { get; set; } = "";

    /// <summary>TrainHealthcheckRetries, a number of at least 1.</summary>
    public string HealthcheckRetries { get; set; } = "";

    /// <summary>TrainStopSignal, a signal's name or number. Default: the base image's.</summary>
    public string StopSignal { get; set; } = "";

    /// <summary>TrainShell: what runs RUN instructions, as on a command line. Default: the base image's.</summary>
    public string Shell { get; set; } = "";

    /// <summary>TrainBuildArgument items with Value. Default: none.</summary>
    public ITaskItem[] BuildArguments { get; set; } = [];

    /// <summary>TrainPipRequirements items by their full paths, with Constraint (default false).</summary>
    public ITaskItem[] PipRequirements { get; set; } = [];

    /// <summary>
    /// TrainImageFile items by their full paths, with Folder (where the project names a folder), TargetPath, Owner (uid:gid),
    /// Mode (octal) and Stage (app, system).
    /// </summary>
    public ITaskItem[] ExtraFiles { get; set; } = [];

    private ImageInputs ReadImage() => new()
    {
        BaseImage = BaseImage,
        Family = Family,
        Repository = Repository,
        Tags = ImageTags,
        Dockerfile = HandWritten,
        User = ImageUser,
        WorkingDirectory = WorkingDirectory,
        RegistryMirror = RegistryMirror,
        Entrypoint = Items.Names(Entrypoint),
        EntrypointArgs = Items.Names(EntrypointArgs),
        AppCommand = Items.Names(AppCommand),
        AppCommandArgs = Items.Names(AppCommandArgs),
        AppCommandInstruction = AppCommandInstruction,
        DefaultArgs = Items.Names(DefaultArgs),
        Ports = Items.Read(Ports),
        Environment = Items.Read(EnvironmentVariables),
        Labels = Items.Read(Labels),
        CreatedLabel = CreatedLabel,
        Volumes = Items.Read(ImageVolumes),
        Healthcheck = Healthcheck,
        HealthcheckInterval = HealthcheckInterval,
        HealthcheckTimeout = HealthcheckTimeout,
        HealthcheckStartPeriod = HealthcheckStartPeriod,
        HealthcheckRetries = HealthcheckRetries,
        StopSignal = StopSignal,
        Shell = Shell,
        BuildArguments = Items.Read(BuildArguments),
        AptPackages = Items.Read(AptPackages),
        PipPackages = Items.Read(PipPackages),
        PipRequirements = Items.Read(PipRequirements),
        Instructions = Items.Read(Instructions),
        ExtraFiles = Items.Read(ExtraFiles),
        Natives = Natives,
        UnneededNatives = Items.Names(UnneededNatives),
        StripNatives = StripNatives,
        NativePreflight = NativePreflight,
        SourceDateEpoch = SourceDateEpoch,
        Files = Items.ReadFiles(PublishFiles),
    };
}
