using System.ComponentModel;
using System.Diagnostics;
using ContainerTrain.Plan;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine.Tests.Faults;

/// <summary>
/// A Docker daemon of the tests' own that they may kill: with its socket, its data, and a network namespace, since a daemon
/// without a bridge would remove the machine's. It has the dummy trainer's image, and no other network.
/// </summary>
public sealed class PrivateDocker(DockerEngine engine) : IAsyncLifetime
{
    private const int SigKill = 9;

    private readonly TestFolder _folder = new();
    private Process? _daemon;
    private string _missing = "";

    public FaultImage Image { get; } = new DockerFaultImage(engine);

    public EngineSettings Settings => HostEnvironment.EngineSettings with { DockerHost = "unix://" + _folder.Path("d.sock") };

    /// <summary>Skips the test where such a daemon cannot run.</summary>
    public void Require() => Assert.SkipWhen(_missing.Length > 0, _missing);

    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            _missing = "a Docker daemon of the test's own needs Linux and root";
            return;
        }
        await StartAsync(liveRestore: false);
        if (_missing.Length == 0)
            await CopyImageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync(Posix.SigTerm);
        Image.Dispose();
        // The layers of a storage driver may still be mounted for a moment after the daemon has ended.
        for (var i = 0; i < 50; i++)
        {
            try
            {
                _folder.Dispose();
                return;
            }
            catch (IOException)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>Starts it if it does not run, and waits until it answers.</summary>
    /// <param name="liveRestore">Whether containers outlive it.</param>
    public async Task StartAsync(bool liveRestore)
    {
        if (_daemon is { HasExited: false })
            return;
        // A killed one leaves it, and another process may have the number by now.
        File.Delete(_folder.Path("pid"));
        var info = new ProcessStartInfo("unshare",
        [
            "--net", "--", "dockerd", "--host", Settings.DockerHost, "--data-root", _folder.Path("data"), "--exec-root", _folder.Path("exec"),
            "--pidfile", _folder.Path("pid"), "--bridge", "none", "--iptables=false", "--ip6tables=false", .. liveRestore ? ["--live-restore"] : Array.Empty<string>(),
        ])
        { RedirectStandardError = true, RedirectStandardOutput = true };
        info.Environment["PATH"] += ":/usr/sbin:/sbin";
        try
        {
            _daemon = Process.Start(info)!;
        }
        catch (Win32Exception e)
        {
            _missing = $"there is no unshare or no dockerd here: {e.Message}";
            return;
        }
        // What nobody reads fills the pipe, and the daemon would wait.
        _daemon.ErrorDataReceived += (_, line) => File.AppendAllText(_folder.Path("log"), line.Data + "\n");
        _daemon.OutputDataReceived += (_, _) => { };
        _daemon.BeginErrorReadLine();
        _daemon.BeginOutputReadLine();
        for (var i = 0; i < 300 && !_daemon.HasExited; i++)
        {
            using var connection = EngineConnection.TryConnect(EngineLocator.Candidates(EngineKind.Docker, Settings), out _missing, CancellationToken.None);
            if (connection is not null)
                return;
            await Task.Delay(100);
        }
        _missing = $"a Docker daemon of the test's own does not start here: {File.ReadLines(_folder.Path("log")).LastOrDefault(line => line.Length > 0) ?? _missing}";
    }

    /// <summary>As a package update does.</summary>
    public Task StopAsync() => EndAsync(Posix.SigTerm);

    /// <summary>As a crash does.</summary>
    public Task KillAsync() => EndAsync(SigKill);

    private async Task EndAsync(int signal)
    {
        if (_daemon is not { HasExited: false } daemon)
            return;
        _ = Posix.Kill(daemon.Id, signal);
        // Not for its output: containers that outlive it hold it open.
        while (!daemon.HasExited)
            await Task.Delay(20);
    }

    /// <summary>Saved and loaded with their names, as a build asks for both: without a network there is no registry.</summary>
    private async Task CopyImageAsync()
    {
        var plan = Dummy.Plan(Dummy.Inputs(_folder) with { Image = Image.Inputs }).Image;
        var built = await Image.BuiltAsync();
        await using var archive = await Image.Engine.Client.Images.SaveImagesAsync([plan.References[0], built.DepsImage, plan.PullReference], CancellationToken.None);
        using var choice = EngineSelector.Select(EngineKind.Docker, Settings, CancellationToken.None);
        await choice.Connection!.Docker.Images.LoadImageAsync(new ImageLoadParameters { Quiet = true }, archive, new Progress<JSONMessage>());
    }
}
