using ContainerTrain.Inputs;
using ContainerTrain.Plan;
using Microsoft.Build.Framework;

namespace ContainerTrain.Tasks;

/// <summary>Reports references to TorchSharp and libtorch that cannot work (CT1020 to CT1023), before they are restored.</summary>
public sealed class CheckTorchReferences : TrainTask
{
    /// <summary>PackageReference items with Version or VersionOverride, implicit ones included.</summary>
    [Required]
    public ITaskItem[] PackageReferences { get; set; } = [];

    /// <summary>PackageVersion items, where versions are managed centrally. Default: none.</summary>
    public ITaskItem[] PackageVersions { get; set; } = [];

    /// <summary>linux-x64 or linux-arm64.</summary>
    [Required]
    public string RuntimeIdentifier { get; set; } = "";

    /// <summary>TrainGpus: auto (default), none, all, a count, or device=….</summary>
    public string Gpus { get; set; } = "";

    /// <summary>Files in which the references are looked up to give problems a line; absolute.</summary>
    public ITaskItem[] SourceFiles { get; set; } = [];

    protected override void Run()
    {
        var elements = ProjectElements.Read(SourceFiles.Select(item => item.ItemSpec));
        Report(ReferenceChecker.Check(Items.Read(PackageReferences), Items.Read(PackageVersions), RuntimeIdentifier, Gpus, elements));
    }
}
