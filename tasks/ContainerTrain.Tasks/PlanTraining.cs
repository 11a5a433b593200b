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

    /// <summary>The assembly in the output folder, absolute. Default: there is no program for this host.</summary>
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

    protected override void Run()
    {
        var result = PlanBuilder.Build(ReadInputs());
        Report(result.Problems);
        if (result.Plan is not { } plan)
            return;
        GeneratedFile.Write(PlanFile, PlanJson.Write(plan));
        GeneratedFile.Write(DockerfilePath, OwnDockerfile.TextOf(plan.Image));
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
            Compile = Compile,
        },
        Image = ReadImage(),
        Run = ReadRun(),
        Packages = RestoredPackages.Read(AssetsFile, TargetFramework, RuntimeIdentifier),
        Elements = ProjectElements.Read(SourceFiles.Select(item => item.ItemSpec)),
    };
}
