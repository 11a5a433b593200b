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
public sealed partial class PlanTraining : TrainTask
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
        Run = ReadRun(),
        Packages = RestoredPackages.Read(AssetsFile, TargetFramework, RuntimeIdentifier),
        Elements = ProjectElements.Read(SourceFiles.Select(item => item.ItemSpec)),
    };
}
