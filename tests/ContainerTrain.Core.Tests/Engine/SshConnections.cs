using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

public sealed class AConnectionBySsh : IDisposable
{
    private const string Answer = """{"Version":"28.5","ApiVersion":"1.51","MinAPIVersion":"1.24","Os":"linux","Arch":"amd64"}""";
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void JoinsTheEngineOverThere()
    {
        var ssh = Ssh($"""
            printf '%s\n' "$@" >'{_folder.At("arguments")}'
            while IFS= read -r line && [ "$line" != "$(printf '\r')" ]; do printf '%s\n' "$line" >>'{_folder.At("request")}'; done
            printf 'HTTP/1.0 200 OK\r\n\r\n%s' '{Answer}'
            """);
        using var connection = Connect("ssh://me@there:2222", ssh, out _);
        Assert.Equal("28.5", connection!.Version.Version);
        Assert.Equal("GET /version HTTP/1.0\r", File.ReadAllText(_folder.At("request")).Split('\n')[0]);
        Assert.Equal(
            ["-o", "ConnectTimeout=30", "-o", "ServerAliveInterval=30", "-o", "ServerAliveCountMax=3", "-o", "BatchMode=yes", "-T", "-l", "me", "-p", "2222", "--", "there", "docker system dial-stdio"],
            File.ReadAllLines(_folder.At("arguments")));
    }

    [Fact]
    public void SaysWhatSshSays()
    {
        Assert.Null(Connect("ssh://there", Ssh("echo 'me@there: Permission denied (publickey).' >&2; exit 255"), out var tried));
        Assert.Equal("ssh://there (DOCKER_HOST): me@there: Permission denied (publickey).", tried);
        Assert.Null(Connect("ssh://there", Ssh("exit 3"), out tried));
        Assert.Equal("ssh://there (DOCKER_HOST): ssh ended with exit code 3", tried);
    }

    [Fact]
    public void WithoutAClientIsCT3039()
    {
        var none = _folder.At("none");
        var problem = Assert.Single(Assert.Throws<ProblemException>(() => Connect("ssh://there", none, out _)).Problems);
        Assert.Equal(("CT3039", $"DOCKER_HOST is 'ssh://there', which needs the program '{none}', and there is none on this machine."), (problem.Code.Id, problem.Message));
    }

    [Fact]
    public async Task EndsWithTheRequest()
    {
        var ssh = Ssh($"echo $$ >'{_folder.At("pid")}'; exec sleep 600");
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var request = Task.Run(() => EngineWire.Send(Endpoint("ssh://there", ssh), "GET", "version", cancel.Token), Cancellation);
        while (!File.Exists(_folder.At("pid")) || File.ReadAllText(_folder.At("pid")).Length == 0)
            await Task.Delay(10, Cancellation);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request.WaitAsync(TimeSpan.FromSeconds(60), Cancellation));
        var process = $"/proc/{File.ReadAllText(_folder.At("pid")).Trim()}/stat";
        for (var i = 0; i < 500 && File.Exists(process) && !File.ReadAllText(process).Contains(") Z", StringComparison.Ordinal); i++)
            await Task.Delay(10, Cancellation);
        Assert.False(File.Exists(process) && !File.ReadAllText(process).Contains(") Z", StringComparison.Ordinal));
    }

    [Fact]
    public void IsNotEndedByWhatInterruptsTheBuild()
    {
        // As a terminal does with all of its processes at once.
        var ssh = Ssh($"""
            kill -INT $$
            while IFS= read -r line && [ "$line" != "$(printf '\r')" ]; do :; done
            printf 'HTTP/1.0 200 OK\r\n\r\n%s' '{Answer}'
            """);
        using var connection = Connect("ssh://there", ssh, out var tried);
        Assert.True(connection is not null, tried);
    }

    [Theory]
    [InlineData(EngineKind.Docker, "ssh://there/run/user/7/docker.sock", "docker --host 'unix:///run/user/7/docker.sock' system dial-stdio")]
    [InlineData(EngineKind.Podman, "ssh://there/", "podman system dial-stdio")]
    [InlineData(EngineKind.Podman, "ssh://there/run/podman/podman.sock", "podman --url 'unix:///run/podman/podman.sock' system dial-stdio")]
    [InlineData(EngineKind.Docker, "ssh://there/a';id;'", @"docker --host 'unix:///a'\'';id;'\''' system dial-stdio")]
    public void AsksForTheSocketThatTheAddressNames(EngineKind kind, string address, string command) =>
        Assert.Equal(command, SshStream.Arguments(new EngineEndpoint(kind, new Uri(address), "test")).Last());

    private string Ssh(string script)
    {
        var path = _folder.Write("ssh", "#!/bin/sh\n" + script + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private static EngineEndpoint Endpoint(string address, string ssh) => new(EngineKind.Docker, new Uri(address), "DOCKER_HOST") { Ssh = ssh };

    private static EngineConnection? Connect(string address, string ssh, out string tried) =>
        EngineConnection.TryConnect([Endpoint(address, ssh)], out tried, Cancellation);
}
