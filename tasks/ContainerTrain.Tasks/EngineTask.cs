using ContainerTrain.Engine;
using Microsoft.Build.Framework;

namespace ContainerTrain.Tasks;

/// <summary>A task that works from a plan and may talk to an engine.</summary>
public abstract class EngineTask : TrainTask
{
    /// <summary>The plan that GenerateDockerfile wrote, absolute.</summary>
    [Required]
    public string PlanFile { get; set; } = "";

    /// <summary>The address of the Docker engine, as the variable DOCKER_HOST gives it. Default: Docker's current context, then the usual sockets.</summary>
    public string DockerHost { get; set; } = "";

    /// <summary>The address of the Podman service, as the variable CONTAINER_HOST gives it. Default: the usual sockets.</summary>
    public string ContainerHost { get; set; } = "";

    /// <summary>The folder of Docker's client configuration, absolute.</summary>
    [Required]
    public string DockerConfig { get; set; } = "";

    /// <summary>The folder of the user's sockets, as the variable XDG_RUNTIME_DIR gives it. Default: none.</summary>
    public string RuntimeDirectory { get; set; } = "";

    /// <summary>The user's cache of digests and of what was found out about engines, absolute.</summary>
    [Required]
    public string CacheDirectory { get; set; } = "";

    /// <summary>Whether layers are hashed again although their files look unchanged. Default: false.</summary>
    public bool VerifyLayers { get; set; }

    internal BuildCache Cache => new(CacheDirectory, VerifyLayers);

    internal EngineSettings EngineSettings => new(DockerHost, ContainerHost, DockerConfig, RuntimeDirectory);

    private protected LiveOutput Live => new(BuildEngine);
}
