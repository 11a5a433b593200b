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
    [InlineData("""{"currentContext":"unknown"}""")]
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
    [InlineData("""{"Endpoints":"x"}""")]
    [InlineData("{")]
    public void IsAUsualSocketWhereTheContextIsDamaged(string meta)
    {
        using var home = new Home().WithContext("remote", "tcp://elsewhere:2375");
        home.Write($"contexts/meta/{Home.IdOf("remote")}/meta.json", meta);
        Assert.Equal("usual socket", EngineLocator.Candidates(EngineKind.Docker, home.Settings)[0].Origin);
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
    [InlineData("ssh://me@there")]
    [InlineData("npipe:////./pipe/docker_engine")]
    [InlineData("https://there:2376")]
    [InlineData("localhost:2375")]
    [InlineData("/var/run/docker.sock")]
    [InlineData("nonsense")]
    public void OfAnotherSchemeIsCT3006(string address)
    {
        using var home = new Home();
        var problem = Assert.Single(Assert.Throws<ProblemException>(() => EngineLocator.Candidates(EngineKind.Docker, home.Settings with { DockerHost = address })).Problems);
        Assert.Equal("CT3006", problem.Code.Id);
        Assert.Equal($"DOCKER_HOST is '{address}'. Supported: unix:///path, tcp://host:port without TLS, http://host:port.", problem.Message);
    }

    [Fact]
    public void OfAnotherSchemeInAContextNamesTheContext()
    {
        using var home = new Home().WithContext("far", "ssh://me@there");
        var problem = Assert.Single(Assert.Throws<ProblemException>(() => EngineLocator.Candidates(EngineKind.Docker, home.Settings)).Problems);
        Assert.StartsWith("Docker context 'far' is 'ssh://me@there'.", problem.Message, StringComparison.Ordinal);
    }

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
