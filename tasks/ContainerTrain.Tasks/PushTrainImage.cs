using ContainerTrain.Registry;
using Microsoft.Build.Framework;

namespace ContainerTrain.Tasks;

/// <summary>Pushes the image of a plan to a registry, through an engine or straight from the plan.</summary>
public sealed class PushTrainImage : EngineTask
{
    /// <summary>TrainPush: <c>auto</c> (the default), <c>engine</c> or <c>direct</c>.</summary>
    public string Way { get; set; } = "auto";

    /// <summary>ContainerRegistry: host[:port]. Empty is an error (CT5001) unless there is an archive.</summary>
    public string Registry { get; set; } = "";

    /// <summary>ContainerArchiveOutputPath: the file or folder that the image is written to instead, absolute. Default: none.</summary>
    public string Archive { get; set; } = "";

    /// <summary>TrainArchiveFormat: <c>docker</c> (the default) or <c>oci</c>.</summary>
    public string ArchiveFormat { get; set; } = "docker";

    /// <summary>TrainSbom: whether a bill of materials is written and attached. Default: false.</summary>
    public string Sbom { get; set; } = "false";

    /// <summary>ProjectAssetsFile: what the restore chose, absolute.</summary>
    public string AssetsFile { get; set; } = "";

    /// <summary>The project's target framework, such as net10.0.</summary>
    public string TargetFramework { get; set; } = "";

    /// <summary>linux-x64 or linux-arm64.</summary>
    public string RuntimeIdentifier { get; set; } = "";

    /// <summary>TrainCaFile: a PEM file of authorities that are trusted too, absolute. Default: none.</summary>
    public string CaFile { get; set; } = "";

    /// <summary>The variable DOTNET_CONTAINER_INSECURE_REGISTRIES: registries without TLS, separated by semicolons or commas. Default: those of this machine only.</summary>
    public string InsecureRegistries { get; set; } = "";

    /// <summary>The digest of the image's manifest, <c>sha256:…</c>.</summary>
    [Output]
    public string Digest { get; set; } = "";

    /// <summary>The manifest as JSON; empty where an engine pushed.</summary>
    [Output]
    public string Manifest { get; set; } = "";

    /// <summary>The image's configuration as JSON; empty where an engine pushed.</summary>
    [Output]
    public string Configuration { get; set; } = "";

    /// <summary>The names of the image, with registry and tag.</summary>
    [Output]
    public string[] Names { get; set; } = [];

    /// <summary>The file or folder that was written; empty where the image went to a registry.</summary>
    [Output]
    public string ArchivePath { get; set; } = "";

    protected override void Run()
    {
        var options = PushOptions.Parse(Way, Registry, Archive, ArchiveFormat, Sbom);
        var registries = new RegistrySettings(DockerConfig) { CaFile = CaFile, Insecure = Items.Split(InsecureRegistries), Secret = BuildVariables.Login };
        var step = new PushStep(PlanFile, Cache, registries) { Sbom = options.Sbom ? new SbomSettings(AssetsFile, TargetFramework, RuntimeIdentifier) : null };
        var image = step.RunAsync(options.Way, options.Destination, EngineSettings, Live, Cancellation).GetAwaiter().GetResult();
        (Digest, Manifest, Configuration, Names) = (image.Digest, image.Manifest, image.Configuration, [.. image.References]);
        ArchivePath = image.Archive;
    }
}
