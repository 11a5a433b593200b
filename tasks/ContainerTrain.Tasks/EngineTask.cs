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

    /// <summary>The Docker context to use, as the variable DOCKER_CONTEXT gives it. Default: the client's current one.</summary>
    public string DockerContext { get; set; } = "";

    /// <summary>Whether the connection to DockerHost is encrypted and its certificate checked, as the variable DOCKER_TLS_VERIFY says it: any value means yes. Default: no.</summary>
    public string DockerTlsVerify { get; set; } = "";

    /// <summary>Whether the connection to DockerHost is encrypted, as the variable DOCKER_TLS says it: any value means yes. Default: no.</summary>
    public string DockerTls { get; set; } = "";

    /// <summary>The folder of ca.pem, cert.pem and key.pem, as the variable DOCKER_CERT_PATH gives it. Default: DockerConfig.</summary>
    public string DockerCertPath { get; set; } = "";

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

    internal EngineSettings EngineSettings => new(DockerHost, ContainerHost, DockerConfig, RuntimeDirectory)
    {
        DockerContext = DockerContext,
        DockerTlsVerify = DockerTlsVerify,
        DockerTls = DockerTls,
        DockerCertPath = DockerCertPath,
    };

    private protected LiveOutput Live => new(BuildEngine);

    /// <summary>Leaves work that goes on for the task that takes it. MSBuild ends it with the build, also with one that fails.</summary>
    private protected void Leave<T>(EarlyWork<T> work)
        where T : class
    {
        if (BuildEngine is not IBuildEngine4 engine)
        {
            work.Dispose();
            return;
        }
        engine.RegisterTaskObject(KeyOf<T>(), work, RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        // Of two under one key MSBuild keeps the first, and nobody would end the second.
        if (engine.GetRegisteredTaskObject(KeyOf<T>(), RegisteredTaskObjectLifetime.Build) is { } kept && kept != work)
            work.Dispose();
    }

    /// <summary>Takes over what an earlier task of this project left, or null.</summary>
    private protected EarlyWork<T>? Take<T>()
        where T : class =>
        (BuildEngine as IBuildEngine4)?.UnregisterTaskObject(KeyOf<T>(), RegisteredTaskObjectLifetime.Build) as EarlyWork<T>;

    private string KeyOf<T>() => $"ContainerTrain {typeof(T).Name} {PlanFile}";
}
