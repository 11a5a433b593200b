using ContainerTrain.Engine;
using ContainerTrain.Outcome;

namespace ContainerTrain;

/// <summary>How the launcher is started where it ends the runs of builds that are gone.</summary>
/// <param name="Launcher">The launcher's assembly, which lies beside this one in the package.</param>
internal sealed record GuardCommand(string Launcher, HostSettings Host)
{
    /// <summary>The launcher's first argument then.</summary>
    private const string Verb = "guard";

    /// <summary>Null where this assembly is used without the launcher.</summary>
    public static GuardCommand? Of(HostSettings host)
    {
        var launcher = Path.Join(Path.GetDirectoryName(typeof(GuardCommand).Assembly.Location), "ContainerTrain.Launcher.dll");
        return host.Dotnet.Length > 0 && File.Exists(launcher) ? new GuardCommand(launcher, host) : null;
    }

    public RunGuard? TryStart(RunFolder folder) => RunGuard.TryStart(
        Host.Dotnet, "exec", Launcher, Verb, folder.Path,
        Host.Engine.DockerHost, Host.Engine.ContainerHost, Host.Engine.DockerConfig, Host.Engine.RuntimeDirectory,
        Host.Engine.DockerContext, Host.Engine.DockerTlsVerify, Host.Engine.DockerTls, Host.Engine.DockerCertPath, Host.Engine.Ssh, Host.Cache.Directory);
}
