using System.Security.Cryptography;
using System.Text;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

public sealed class AnEnginesAddress
{
    [Fact]
    public void OfDockerHostIsTheOnlyOne()
    {
        using var home = new Home().WithContext("remote", "tcp://elsewhere:2375");
        var endpoint = Assert.Single(EngineLocator.Candidates(EngineKind.Docker, home.Settings with { DockerHost = "unix:///run/my.sock" }));
        Assert.Equal(new EngineEndpoint(EngineKind.Docker, new Uri("unix:///run/my.sock"), "DOCKER_HOST"), endpoint);
        Assert.Equal("unix:///run/my.sock (DOCKER_HOST)", endpoint.ToString());
        Assert.True(endpoint.IsUnix);
    }

    [Fact]
    public void OfContainerHostIsTheOnlyOneOfPodman()
    {
        using var home = new Home();
        var endpoint = Assert.Single(EngineLocator.Candidates(EngineKind.Podman, home.Settings with { DockerHost = "tcp://d:1", ContainerHost = "tcp://p:2" }));
        Assert.Equal(("tcp://p:2", EngineKind.Podman, "CONTAINER_HOST"), (endpoint.Address.OriginalString, endpoint.Kind, endpoint.Origin));
        Assert.False(endpoint.IsUnix);
    }

    [Fact]
    public void OfDockersCurrentContextComesBeforeTheUsualSockets()
    {
        using var home = new Home().WithContext("remote", "tcp://elsewhere:2375");
        var endpoint = Assert.Single(EngineLocator.Candidates(EngineKind.Docker, home.Settings));
        Assert.Equal(("tcp://elsewhere:2375", "Docker context 'remote'"), (endpoint.Address.OriginalString, endpoint.Origin));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"currentContext":"default"}""")]
    [InlineData("""{"currentContext":7}""")]
    [InlineData("[]")]
    [InlineData("no json")]
    public void IsAUsualSocketWhereNoContextSaysOtherwise(string config)
    {
        using var home = new Home();
        home.Write("config.json", config);
        Assert.Equal("unix:///var/run/docker.sock", EngineLocator.Candidates(EngineKind.Docker, home.Settings)[0].Address.OriginalString);
    }

    [Fact]
    public void IsAUsualSocketInTheDefaultContextWhateverIsStoredForIt()
    {
        using var home = new Home().WithContext("default", "tcp://elsewhere:2375");
        Assert.Equal("usual socket", EngineLocator.Candidates(EngineKind.Docker, home.Settings)[0].Origin);
    }

    [Theory]
    [InlineData("""{"Endpoints":{}}""")]
    [InlineData("""{"Endpoints":{"docker":{"Host":7}}}""")]
    [InlineData("""{"Endpoints":{"docker":{"Host":null}}}""")]
    [InlineData("""{"Endpoints":"x"}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public void InADamagedContextIsCT3037(string meta)
    {
        using var home = new Home().WithContext("remote", "tcp://elsewhere:2375");
        home.Write($"contexts/meta/{Home.IdOf("remote")}/meta.json", meta);
        var problem = Problem(home.Settings);
        Assert.Equal("CT3037", problem.Code.Id);
        Assert.Contains("'remote'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OfTheVariablesContextComesBeforeTheClientsCurrentOne()
    {
        using var home = new Home().WithContext("other", "tcp://other:1").WithContext("remote", "tcp://elsewhere:2375");
        var settings = home.Settings with { DockerContext = "other" };
        Assert.Equal(("tcp://other:1", "Docker context 'other'"), (Only(settings).Address.OriginalString, Only(settings).Origin));
        Assert.Equal("tcp://x:1", Only(settings with { DockerHost = "tcp://x:1" }).Address.OriginalString);
        Assert.Equal("usual socket", EngineLocator.Candidates(EngineKind.Docker, home.Settings with { DockerContext = "default" })[0].Origin);
    }

    [Fact]
    public void OfAContextThatDoesNotExistIsCT3036AndNamesThoseThatDo()
    {
        using var home = new Home().WithContext("gpu-box", "tcp://there:1").WithContext("lab", "tcp://lab:1");
        var problem = Problem(home.Settings with { DockerContext = "gpu-bx" });
        Assert.Equal("CT3036", problem.Code.Id);
        Assert.Equal($"DOCKER_CONTEXT is 'gpu-bx', and there is no such context in '{home.Path}/.docker'. Allowed: default, gpu-box, lab. Did you mean 'gpu-box'?", problem.Message);
        home.Write("config.json", """{"currentContext":"gone"}""");
        Assert.StartsWith($"currentContext in '{home.Path}/.docker/config.json' is 'gone'", Problem(home.Settings).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp://there", "", "tcp://there:2375")]
    [InlineData("tcp://there", "1", "tcp://there:2376")]
    [InlineData("tcp://there:7/", "0", "tcp://there:7/")]
    [InlineData("tcp://[::1]", "", "tcp://[::1]:2375")]
    [InlineData("there:2375", "", "tcp://there:2375")]
    [InlineData("http://there:80", "", "http://there:80")]
    public void HasDockersPortsWhereItNamesNone(string host, string verify, string address)
    {
        using var home = new Home();
        var endpoint = Only(home.Settings with { DockerHost = host, DockerTlsVerify = verify });
        Assert.Equal((address, verify.Length > 0), (endpoint.Address.OriginalString, endpoint.Tls is not null));
    }

    [Fact]
    public void WithTlsTakesDockersFilesAndNoneForASocket()
    {
        using var home = new Home();
        var settings = home.Settings with { DockerHost = "tcp://there", DockerTlsVerify = "1" };
        Assert.Equal(new EngineTls("DOCKER_TLS_VERIFY", $"{home.Path}/.docker/ca.pem", null, null, Verify: true), Only(settings).Tls);
        home.Write("certs/cert.pem", "");
        Assert.Equal(
            new EngineTls("DOCKER_TLS_VERIFY", $"{home.Path}/.docker/certs/ca.pem", $"{home.Path}/.docker/certs/cert.pem", $"{home.Path}/.docker/certs/key.pem", Verify: true),
            Only(settings with { DockerCertPath = $"{home.Path}/.docker/certs" }).Tls);
        Assert.Equal(new EngineTls("DOCKER_TLS", null, null, null, Verify: false), Only(settings with { DockerTlsVerify = "", DockerTls = "1" }).Tls);
        Assert.Null(Only(settings with { DockerHost = "unix:///s" }).Tls);
        Assert.Null(Assert.Single(EngineLocator.Candidates(EngineKind.Podman, settings with { ContainerHost = "tcp://p:1" })).Tls);
    }

    [Fact]
    public void WithTlsAndNoHostIsDockersDefaultAndNoSocket()
    {
        using var home = new Home();
        Assert.Equal("tcp://localhost:2376", Only(home.Settings with { DockerTlsVerify = "1" }).Address.OriginalString);
    }

    [Fact]
    public void OfAContextHasWhatTheContextStores()
    {
        using var home = new Home().WithContext("remote", "tcp://there:2376");
        var settings = home.Settings with { DockerTlsVerify = "1" };
        Assert.Null(Only(settings).Tls);
        var folder = $"contexts/tls/{Home.IdOf("remote")}/docker";
        home.Write($"{folder}/ca.pem", "");
        var (tls, at) = (Only(settings).Tls, $"{home.Path}/.docker/{folder}");
        Assert.Equal(new EngineTls("Docker context 'remote'", $"{at}/ca.pem", null, null, Verify: true), tls);
        home.Write($"{folder}/key.pem", "");
        Assert.Equal(tls! with { Certificate = $"{at}/cert.pem", Key = $"{at}/key.pem" }, Only(settings).Tls);
        home.Write($"contexts/meta/{Home.IdOf("remote")}/meta.json", """{"Endpoints":{"docker":{"Host":"tcp://there","SkipTLSVerify":true}}}""");
        Assert.Equal(("tcp://there:2376", false, null), (Only(settings).Address.OriginalString, Only(settings).Tls!.Verify, Only(settings).Tls!.Ca));
    }

    [Theory]
    [InlineData("ssh://there")]
    [InlineData("ssh://me@there:2222/run/user/7/docker.sock")]
    public void MayBeBySsh(string address)
    {
        using var home = new Home();
        foreach (var kind in new[] { EngineKind.Docker, EngineKind.Podman })
        {
            var endpoint = Assert.Single(EngineLocator.Candidates(kind, home.Settings with { DockerHost = address, ContainerHost = address, Ssh = "/bin/my-ssh" }));
            Assert.Equal((address, kind, true, "/bin/my-ssh"), (endpoint.Address.OriginalString, endpoint.Kind, endpoint.IsSsh, endpoint.Ssh));
        }
    }

    [Fact]
    public void IsFoundAgainWithWhatItsConnectionsNeed()
    {
        using var home = new Home().WithContext("remote", "tcp://there:2376");
        home.Write($"contexts/tls/{Home.IdOf("remote")}/docker/ca.pem", "");
        Assert.NotNull(EngineLocator.Find("tcp://there:2376", home.Settings)!.Tls);
        Assert.Null(EngineLocator.Find("tcp://gone:2376", home.Settings));
        Assert.Equal("/s", EngineLocator.Find("unix:///s", home.Settings)!.Address.LocalPath);
        Assert.Null(EngineLocator.Find("tcp://there:2376", home.Settings with { DockerContext = "none" }));
        Assert.Equal([$"{home.Path}/.docker/config.json", $"{home.Path}/.docker/contexts/meta/{Home.IdOf("remote")}/meta.json"], EngineLocator.FilesOf(home.Settings));
        Assert.Equal([$"{home.Path}/.docker/config.json"], EngineLocator.FilesOf(home.Settings with { DockerHost = "unix:///s" }));
    }

    [Fact]
    public void OfDockerMayBeTheUsersOwnSockets()
    {
        using var home = new Home();
        Assert.Equal(
            ["/var/run/docker.sock", "/run/user/7/docker.sock", $"{home.Path}/.docker/run/docker.sock", $"{home.Path}/.docker/desktop/docker.sock"],
            EngineLocator.Candidates(EngineKind.Docker, home.Settings with { RuntimeDirectory = "/run/user/7" }).Select(endpoint => endpoint.Address.LocalPath));
    }

    [Fact]
    public void OfPodmanIsTheUsersSocketBeforeTheSystems()
    {
        using var home = new Home();
        Assert.Equal(
            ["/run/user/7/podman/podman.sock", "/run/podman/podman.sock"],
            EngineLocator.Candidates(EngineKind.Podman, home.Settings with { RuntimeDirectory = "/run/user/7" }).Select(endpoint => endpoint.Address.LocalPath));
        Assert.Equal("/run/podman/podman.sock", Assert.Single(EngineLocator.Candidates(EngineKind.Podman, home.Settings)).Address.LocalPath);
    }

    [Fact]
    public void OfAnyEngineIsDockersFirst()
    {
        using var home = new Home();
        var kinds = EngineLocator.Candidates(EngineKind.Auto, home.Settings).Select(endpoint => endpoint.Kind).ToArray();
        Assert.Equal(kinds.Order(), kinds);
        Assert.Equal([EngineKind.Docker, EngineKind.Podman], kinds.Distinct());
    }

    [Fact]
    public void OfAProcessIsNone()
    {
        using var home = new Home();
        Assert.Empty(EngineLocator.Candidates(EngineKind.Process, home.Settings with { DockerHost = "tcp://x:1" }));
    }

    [Theory]
    [InlineData("npipe:////./pipe/docker_engine")]
    [InlineData("https://there:2376")]
    [InlineData("/var/run/docker.sock")]
    [InlineData("nonsense")]
    [InlineData(":2375")]
    [InlineData("tcp://")]
    [InlineData("ssh://")]
    [InlineData("ssh://-oProxyCommand=x@there")]
    [InlineData("ssh://-oProxyCommand=x")]
    [InlineData("tcp://me@there:1")]
    public void OfAnotherFormIsCT3006(string address)
    {
        using var home = new Home();
        var problem = Problem(home.Settings with { DockerHost = address });
        Assert.Equal("CT3006", problem.Code.Id);
        Assert.StartsWith($"DOCKER_HOST is '{address}'. Supported: unix:///path, tcp://host:port, ", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WithAPasswordIsCT3006WithoutThePassword()
    {
        using var home = new Home();
        var problem = Problem(home.Settings with { DockerHost = "ssh://me:s3cret@there" });
        Assert.StartsWith("DOCKER_HOST is 'ssh://me:***@there'.", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OfAnotherFormInAContextNamesTheContext()
    {
        using var home = new Home().WithContext("far", "npipe:////./pipe/x");
        Assert.StartsWith("Docker context 'far' is 'npipe:////./pipe/x'.", Problem(home.Settings).Message, StringComparison.Ordinal);
    }

    private static EngineEndpoint Only(EngineSettings settings) => Assert.Single(EngineLocator.Candidates(EngineKind.Docker, settings));

    private static Problem Problem(EngineSettings settings) =>
        Assert.Single(Assert.Throws<ProblemException>(() => EngineLocator.Candidates(EngineKind.Docker, settings)).Problems);

    /// <summary>A home with Docker's client configuration.</summary>
    private sealed class Home : IDisposable
    {
        private readonly TempFolder _folder = new();

        public string Path => _folder.Path;

        public EngineSettings Settings => new("", "", _folder.At(".docker"), "");

        public static string IdOf(string context) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(context)));

        public Home WithContext(string name, string host)
        {
            Write("config.json", $$"""{"auths":{},"currentContext":"{{name}}"}""");
            Write($"contexts/meta/{IdOf(name)}/meta.json", $$"""{"Name":"{{name}}","Endpoints":{"docker":{"Host":"{{host}}"} } }""");
            return this;
        }

        public void Write(string name, string text) => _folder.Write(".docker/" + name, text);

        public void Dispose() => _folder.Dispose();
    }
}
