using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Inputs;
using Microsoft.Build.Framework;

namespace ContainerTrain.Tasks;

/// <summary>Looks at everything that a training needs and shows it on one screen; errors (CT3034) if something keeps it from working.</summary>
public sealed class DoctorTraining : EngineTask
{
    /// <summary>The project's target framework; gives the version of the default base image.</summary>
    public string TargetFramework { get; set; } = "";

    /// <summary>linux-x64 or linux-arm64.</summary>
    public string RuntimeIdentifier { get; set; } = "";

    /// <summary>ContainerBaseImage. Default: Microsoft's .NET runtime image of the project's version and family.</summary>
    public string BaseImage { get; set; } = "";

    /// <summary>ContainerFamily, the base image's variant. Default: noble.</summary>
    public string Family { get; set; } = "";

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

    /// <summary>TrainDoctorJson: a file that gets the report as JSON, absolute. Default: none.</summary>
    public string JsonFile { get; set; } = "";

    protected override void Run()
    {
        var step = new DoctorStep(ReadInputs(), PlanFile, EngineSettings, Cache, new NvidiaSmi());
        var report = step.RunAsync(Live, Cancellation).GetAwaiter().GetResult();
        Array.ForEach([.. report.Render()], Live.Report);
        if (JsonFile.Length > 0 && report.TryWriteJson(JsonFile) is { } problem)
            Report([problem]);
        if (!report.Errors.IsEmpty)
            Report([Codes.DoctorFoundErrors.With(report.Summary)]);
    }

    private TrainInputs ReadInputs() => new()
    {
        Project = new ProjectInputs
        {
            Name = Path.GetFileNameWithoutExtension(ProjectFile),
            ProjectFile = ProjectFile,
            AssemblyFile = "",
            OutputAssembly = "",
            TargetFramework = TargetFramework,
            RuntimeIdentifier = RuntimeIdentifier,
        },
        Image = new ImageInputs { BaseImage = BaseImage, Family = Family, RegistryMirror = RegistryMirror },
        Run = new RunInputs { Engine = Engine, Gpus = Gpus, HostHasGpu = HostHasGpu, OutputRoot = OutputRoot },
    };
}
