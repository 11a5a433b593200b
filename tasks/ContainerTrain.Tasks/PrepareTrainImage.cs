using ContainerTrain.Inputs;
using ContainerTrain.Plan;
using Microsoft.Build.Framework;

namespace ContainerTrain.Tasks;

/// <summary>
/// Begins to build the deps image as soon as the packages' files are known, and returns: the compiler and the engine
/// then work at the same time. <see cref="BuildTrainImage"/> waits for it. Says nothing of what is wrong: the plan and
/// the image's build find the same.
/// </summary>
public sealed class PrepareTrainImage : EngineTask, IIncrementalTask
{
    /// <summary>Set by MSBuild where it only asks (-question) whether everything is up to date.</summary>
    public bool FailIfNotIncremental { get; set; }

    /// <summary>TrainBuildImage; nothing begins if it is false.</summary>
    public string BuildImage { get; set; } = "auto";

    /// <summary>TrainEngine: auto, docker, podman; nothing begins with process.</summary>
    public string Engine { get; set; } = "auto";

    /// <summary>The packages' files that go into the application, with RelativePath.</summary>
    public ITaskItem[] PackageFiles { get; set; } = [];

    /// <summary>The assembly's name.</summary>
    [Required]
    public string AssemblyName { get; set; } = "";

    /// <summary>The project's target framework, such as net10.0.</summary>
    [Required]
    public string TargetFramework { get; set; } = "";

    /// <summary>linux-x64 or linux-arm64.</summary>
    [Required]
    public string RuntimeIdentifier { get; set; } = "";

    /// <summary>ContainerBaseImage. Default: as the plan has it; here and below.</summary>
    public string BaseImage { get; set; } = "";

    /// <summary>ContainerFamily.</summary>
    public string Family { get; set; } = "";

    /// <summary>ContainerWorkingDirectory.</summary>
    public string WorkingDirectory { get; set; } = "";

    /// <summary>ContainerEnvironmentVariable items with Value: the loader's paths are among them.</summary>
    public ITaskItem[] EnvironmentVariables { get; set; } = [];

    /// <summary>TrainAptPackage items.</summary>
    public ITaskItem[] AptPackages { get; set; } = [];

    /// <summary>TrainPipPackage items.</summary>
    public ITaskItem[] PipPackages { get; set; } = [];

    /// <summary>TrainPipRequirements items, as the plan gets them.</summary>
    public ITaskItem[] PipRequirements { get; set; } = [];

    /// <summary>TrainImageFile items, as the plan gets them.</summary>
    public ITaskItem[] ExtraFiles { get; set; } = [];

    /// <summary>TrainBuildArgument items with Value.</summary>
    public ITaskItem[] BuildArguments { get; set; } = [];

    /// <summary>TrainShell.</summary>
    public string Shell { get; set; } = "";

    /// <summary>TrainDockerfileInstruction items with Stage and Position.</summary>
    public ITaskItem[] Instructions { get; set; } = [];

    /// <summary>TrainNatives: needed or all.</summary>
    public string Natives { get; set; } = "";

    /// <summary>TrainUnneededNative items, package/file.</summary>
    public ITaskItem[] UnneededNatives { get; set; } = [];

    /// <summary>TrainStripNatives.</summary>
    public string StripNatives { get; set; } = "";

    /// <summary>TrainNativePreflight.</summary>
    public string NativePreflight { get; set; } = "";

    /// <summary>The variable SOURCE_DATE_EPOCH.</summary>
    public string SourceDateEpoch { get; set; } = "";

    /// <summary>TrainRegistryMirror.</summary>
    public string RegistryMirror { get; set; } = "";

    protected override void Run()
    {
        // Layers that are to be hashed again would be hashed here and then by the build.
        var wanted = !FailIfNotIncremental && !VerifyLayers && !BuildImage.Equals("false", StringComparison.OrdinalIgnoreCase);
        if (!wanted || !Enum.TryParse<EngineKind>(Engine, ignoreCase: true, out var kind)
            || kind == EngineKind.Process || PlanBuilder.ImageOf(Inputs) is not { } plan)
        {
            return;
        }
        var (step, settings) = (new ImageStep(PlanFile, Cache), EngineSettings);
        Leave(EarlyWork.Begin((progress, cancellation) => step.PrepareAsync(plan, kind, settings, progress, cancellation)));
    }

    private TrainInputs Inputs => new()
    {
        Project = new ProjectInputs
        {
            Name = AssemblyName,
            ProjectFile = ProjectFile,
            AssemblyFile = AssemblyName + ".dll",
            OutputAssembly = "",
            TargetFramework = TargetFramework,
            RuntimeIdentifier = RuntimeIdentifier,
        },
        Image = new ImageInputs
        {
            BaseImage = BaseImage,
            Family = Family,
            WorkingDirectory = WorkingDirectory,
            Environment = Items.Read(EnvironmentVariables),
            AptPackages = Items.Read(AptPackages),
            PipPackages = Items.Read(PipPackages),
            PipRequirements = Items.Read(PipRequirements),
            ExtraFiles = Items.Read(ExtraFiles),
            BuildArguments = Items.Read(BuildArguments),
            Shell = Shell,
            Instructions = Items.Read(Instructions),
            Natives = Natives,
            UnneededNatives = Items.Names(UnneededNatives),
            StripNatives = StripNatives,
            NativePreflight = NativePreflight,
            SourceDateEpoch = SourceDateEpoch,
            RegistryMirror = RegistryMirror,
            Files = Items.ReadFiles(PackageFiles),
        },
    };
}
