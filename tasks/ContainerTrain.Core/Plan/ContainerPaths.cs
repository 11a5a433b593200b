using System.Collections.Immutable;

namespace ContainerTrain.Plan;

/// <summary>Where a training program finds things inside the container.</summary>
public static class ContainerPaths
{
    public const string Data = "/train/data";
    public const string Output = "/train/output";
    public const string Checkpoints = "/train/checkpoints";
    public const string Resume = "/train/resume";
    public const string Config = "/train/config";
    public const string HyperparameterFile = Config + "/hyperparameters.json";

    /// <summary>Where programs look for secrets, as those of Compose and Swarm do.</summary>
    public const string Secrets = "/run/secrets";

    /// <summary>In a build context: the Dockerfile that the project brings, under a name that no other file has.</summary>
    internal const string OwnDockerfile = ".containertrain.Dockerfile";

    /// <summary>Paths that no mount of the project may take.</summary>
    public static ImmutableArray<string> Reserved { get; } = ["/train", Output, Checkpoints, Resume, Config, HyperparameterFile, Secrets, "/tmp", "/proc", "/sys", "/dev"];
}
