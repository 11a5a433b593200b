using System.ComponentModel;
using System.Diagnostics;
using ContainerTrain.Plan;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine.Tests;

/// <summary>
/// A Docker daemon of its own that finds the recording hook on its search path, and so registers NVIDIA's driver: a
/// daemon decides that when it starts. It lives in a network namespace of its own, because a daemon without a bridge
/// would remove the one that the machine's daemon uses.
/// </summary>
public sealed class DockerWithNvidiaHook(DockerEngine shared) : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private Process? _daemon;
    private EngineConnection? _connection;
    private string _missing = "";

    public RecordingHook Hook { get; private set; } = null!;

    /// <summary>The dummy trainer's image.</summary>
    public string Image { get; private set; } = "";

    /// <summary>Skips the test where such a daemon cannot run.</summary>
    public EngineConnection Connection
    {
        get
        {
            Assert.SkipWhen(_connection is null, _missing);
            return _connection!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            _missing = "a Docker daemon of the test's own needs Linux and root";
            return;
        }
        Hook = new RecordingHook(_folder);
        try
        {
            Start();
        }
        catch (Win32Exception e)
        {
            _missing = $"there is no unshare or no dockerd here: {e.Message}";
            return;
        }
        _connection = await ConnectAsync();
        if (_connection is not null)
            await CopyImageAsync((await shared.DummyImageAsync()).Id);
    }

    public async ValueTask DisposeAsync()
    {
        _connection?.Dispose();
        if (_daemon is { HasExited: false })
        {
            _ = Posix.Kill(_daemon.Id, Posix.SigTerm);
            await _daemon.WaitForExitAsync();
        }
        _daemon?.Dispose();
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

    private void Start()
    {
        var info = new ProcessStartInfo("unshare",
        [
            "--net", "--", "dockerd", "--host", "unix://" + _folder.Path("d.sock"),
            "--data-root", _folder.Path("data"), "--exec-root", _folder.Path("exec"), "--pidfile", _folder.Path("pid"),
            "--bridge", "none", "--iptables=false", "--ip6tables=false",
        ])
        { RedirectStandardError = true, RedirectStandardOutput = true };
        info.Environment["PATH"] = $"{Hook.SearchPath}:{info.Environment["PATH"]}:/usr/sbin:/sbin";
        _daemon = Process.Start(info)!;
        // What nobody reads fills the pipe, and the daemon would wait.
        _daemon.ErrorDataReceived += (_, line) => File.AppendAllText(_folder.Path("log"), line.Data + "\n");
        _daemon.OutputDataReceived += (_, _) => { };
        _daemon.BeginErrorReadLine();
        _daemon.BeginOutputReadLine();
    }

    private async Task<EngineConnection?> ConnectAsync()
    {
        var settings = HostEnvironment.EngineSettings with { DockerHost = "unix://" + _folder.Path("d.sock") };
        for (var i = 0; i < 300 && !_daemon!.HasExited; i++)
        {
            if (EngineConnection.TryConnect(EngineLocator.Candidates(EngineKind.Docker, settings), out _missing, CancellationToken.None) is { } connection)
                return connection;
            await Task.Delay(200);
        }
        _missing = $"a Docker daemon of the test's own does not start here: {File.ReadLines(_folder.Path("log")).LastOrDefault(line => line.Length > 0) ?? _missing}";
        return null;
    }

    /// <summary>Saved and loaded: without a network there is no registry.</summary>
    private async Task CopyImageAsync(string id)
    {
        await using var image = await shared.Client.Images.SaveImageAsync(id);
        await _connection!.Docker.Images.LoadImageAsync(new ImageLoadParameters { Quiet = true }, image, new Progress<JSONMessage>());
        Image = id;
    }
}
