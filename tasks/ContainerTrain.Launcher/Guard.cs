using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Outcome;

namespace ContainerTrain.Launcher;

/// <summary>What the shell of a run's guard becomes when the build is gone. Nobody sees what it prints: the run's record has the outcome.</summary>
internal sealed record Guard(string Folder, EngineSettings Engine, BuildCache Cache)
{
    private const string Verb = "guard";

    /// <summary>Null where the launcher is to train.</summary>
    public static Guard? TryParse(string[] args)
    {
        if (args is not [Verb, var folder, var dockerHost, var containerHost, var config, var runtime, var context, var verify, var tls, var certificates, var ssh, var cache])
            return null;
        var settings = new EngineSettings(dockerHost, containerHost, config, runtime)
        {
            DockerContext = context,
            DockerTlsVerify = verify,
            DockerTls = tls,
            DockerCertPath = certificates,
            Ssh = ssh,
        };
        return new Guard(folder, settings, new BuildCache(cache));
    }

    public async Task EndRunAsync()
    {
        try
        {
            await new AbandonedRun(RunFolder.At(Folder), Cache).EndAsync(new HostSettings(Engine, "", Cache), CancellationToken.None);
        }
        catch (ProblemException)
        {
            // The engine is not to be reached: the project's next training finds what is left on it.
        }
    }
}
