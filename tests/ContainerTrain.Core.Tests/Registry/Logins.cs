using System.Collections.Concurrent;
using System.Net;
using System.Text;
using ContainerTrain.Diagnostics;
using ContainerTrain.Registry;

namespace ContainerTrain.Tests;

public sealed class ALogin : IDisposable
{
    private const string Password = "s3cret:with colon";

    private static readonly string Basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("ann:" + Password));

    private readonly GivenPush _push = new();
    private readonly Dictionary<string, string> _variables = [];

    public ALogin() => _push.Settings = _push.Settings with { Secret = name => _variables.GetValueOrDefault(name, "") };

    public void Dispose() => _push.Dispose();

    public static TheoryData<string> Configurations { get; } =
    [
        """{ "auths": { "HOST": { "auth": "BASE64" } } }""",
        """{ "auths": { "https://HOST": { "username": "ann", "password": "s3cret:with colon" } } }""",
        """{ "auths": { "https://HOST/v1/": { "auth": "BASE64" } }, "credHelpers": { "other.example.com": "nothing" } }""",
        """{ "credHelpers": { "HOST": "ct-test" } }""",
        """{ "credsStore": "ct-test", "auths": { "HOST": {} } }""",
    ];

    [Theory, MemberData(nameof(Configurations))]
    public async Task IsFoundInDockersConfiguration(string configuration)
    {
        Helper("""{"ServerURL":"x","Username":"ann","Secret":"s3cret:with colon"}""");
        Configure(configuration);
        await PushesWithBasic();
    }

    [Theory]
    [InlineData("DOTNET_CONTAINER_PUSH_REGISTRY")]
    [InlineData("DOTNET_CONTAINER_REGISTRY")]
    [InlineData("SDK_CONTAINER_REGISTRY")]
    public async Task IsFoundInTheVariablesOfTheNetSdk(string prefix)
    {
        (_variables[prefix + "_UNAME"], _variables[prefix + "_PWORD"]) = ("ann", Password);
        Configure("""{ "auths": { "HOST": { "username": "ann", "password": "wrong" } } }""");
        await PushesWithBasic();
    }

    [Fact]
    public async Task IsFoundInTheVariableOfCiServers()
    {
        _variables["DOCKER_AUTH_CONFIG"] = Fill("""{ "auths": { "HOST": { "auth": "BASE64" } } }""");
        await PushesWithBasic();
    }

    [Fact]
    public async Task GetsATokenForWhatIsToBeDone()
    {
        Configure("""{ "auths": { "HOST": { "auth": "BASE64" } } }""");
        AskForTokens(context => context.Request.Headers["Authorization"] == Basic);
        await _push.PushAsync();
        Assert.Contains(_push.Requests("GET"), request => request.StartsWith("GET /token?service=fake%20registry&scope=repository%3Ateam%2Fdemo%3Apull%2Cpush", StringComparison.Ordinal));
        Assert.Contains($"{GivenPush.Repository}:latest", _push.Registry.Manifests.Keys);
    }

    [Fact]
    public async Task MayBeAnIdentityToken()
    {
        Configure("""{ "auths": { "HOST": { "identitytoken": "id-token-1" } } }""");
        var bodies = new List<string>();
        AskForTokens(context =>
        {
            using var reader = new StreamReader(context.Request.InputStream);
            bodies.Add(reader.ReadToEnd());
            return context.Request.HttpMethod == "POST";
        });
        await _push.PushAsync();
        Assert.Contains(bodies, body => body.Contains("grant_type=refresh_token", StringComparison.Ordinal) && body.Contains("refresh_token=id-token-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task GetsANewTokenWhereOneRanOut()
    {
        Configure("""{ "auths": { "HOST": { "auth": "BASE64" } } }""");
        // More than there are requests at once: others must not use up the new token of one that was refused.
        var tokens = AskForTokens(_ => true, uses: 8);
        await _push.PushAsync();
        Assert.True(tokens() > 1, $"{tokens()} tokens");
    }

    [Fact]
    public async Task IsNamedWithoutItsPasswordWhereItIsRefused()
    {
        (_variables["DOTNET_CONTAINER_REGISTRY_UNAME"], _variables["DOTNET_CONTAINER_REGISTRY_PWORD"]) = ("bob", Password);
        AskForBasic();
        var problem = Assert.Single((await Assert.ThrowsAsync<ProblemException>(() => _push.PushAsync())).Problems);
        Assert.Equal(Codes.RegistryRefusedLogin, problem.Code);
        Assert.Contains("user 'bob' from DOTNET_CONTAINER_REGISTRY_UNAME", problem.Message, StringComparison.Ordinal);
        Assert.All(_push.Lines.Append(problem.Message), line => Assert.DoesNotContain("s3cret", line, StringComparison.Ordinal));
        Assert.DoesNotContain("s3cret", $"{new CredentialStore(_push.Settings).Find(RegistryAddress.Of("x.example.com"), RegistryUse.Push, TestContext.Current.CancellationToken)}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "credHelpers": { "HOST": "no-such-helper" } }""", "docker-credential-no-such-helper")]
    [InlineData("""{ "credHelpers": { "HOST": "../evil" } }""", "no name of a credential helper")]
    [InlineData("""{ "auths": { "HOST": { "auth": "not base64!" } } }""", "not user:password in Base64")]
    [InlineData("""{ "auths": """, "config.json is no JSON (line 1)")]
    public async Task ThatCannotBeReadIsExplained(string configuration, string words)
    {
        Configure(configuration);
        AskForBasic();
        var problem = Assert.Single((await Assert.ThrowsAsync<ProblemException>(() => _push.PushAsync())).Problems);
        Assert.Equal(Codes.RegistryRefusedLogin, problem.Code);
        Assert.Contains("no login", problem.Message, StringComparison.Ordinal);
        Assert.Contains(words, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForThePushIsNotShownToTheBasesRegistry()
    {
        (_variables["DOTNET_CONTAINER_REGISTRY_UNAME"], _variables["DOTNET_CONTAINER_REGISTRY_PWORD"]) = ("ann", Password);
        using var target = new FakeRegistry();
        var seen = new List<string?>();
        _push.Registry.Fault = context =>
        {
            seen.Add(context.Request.Headers["Authorization"]);
            return context.Request.Headers["Authorization"] is null && FakeRegistry.Answer(context, 401, ("WWW-Authenticate", "Basic realm=\"x\""));
        };
        await Assert.ThrowsAsync<ProblemException>(() => _push.PushAsync(host: target.Host));
        Assert.NotEmpty(seen);
        Assert.All(seen, Assert.Null);
    }

    [Fact]
    public async Task IsNotShownToATokenServerThatAnotherHostNames()
    {
        Configure("""{ "auths": { "HOST": { "auth": "BASE64" } } }""");
        using var storage = new FakeRegistry();
        var (asked, logins) = (0, new ConcurrentQueue<string?>());
        storage.Fault = context =>
        {
            logins.Enqueue(context.Request.Headers["Authorization"]);
            context.Request.InputStream.CopyTo(Stream.Null); // an answer before the end might break the connection
            if (context.Request.Url!.AbsolutePath == "/token")
                return FakeRegistry.Answer(context, 200, """{"token":"x"}""");
            return Interlocked.Increment(ref asked) == 1
                ? FakeRegistry.Answer(context, 401, ("WWW-Authenticate", $"Bearer realm=\"http://{storage.Host}/token\",service=\"x\""))
                : FakeRegistry.Answer(context, 201);
        };
        _push.Registry.Fault = context => context.Request.HttpMethod == "POST" && FakeRegistry.Answer(context, 202, ("Location", $"http://{storage.Host}/storage?key=1"));

        var problem = Assert.Single((await Assert.ThrowsAsync<ProblemException>(() => _push.PushAsync())).Problems);

        Assert.Equal(Codes.RegistryRefusedLogin, problem.Code);
        Assert.Contains($"401 to PUT http://{storage.Host}/storage: ", problem.Message, StringComparison.Ordinal);
        Assert.Contains("(with no login, as it is another host)", problem.Message, StringComparison.Ordinal);
        Assert.NotEmpty(logins);
        Assert.All(logins, Assert.Null);
    }

    private async Task PushesWithBasic()
    {
        AskForBasic();
        await _push.PushAsync();
        Assert.Contains($"{GivenPush.Repository}:latest", _push.Registry.Manifests.Keys);
    }

    private void AskForBasic() => _push.Registry.Fault = context =>
        context.Request.Headers["Authorization"] != Basic && FakeRegistry.Answer(context, 401, ("WWW-Authenticate", "Basic realm=\"fake registry\""));

    /// <summary>The registry's own token server. Returns how many tokens it gave.</summary>
    private Func<int> AskForTokens(Func<HttpListenerContext, bool> lets, int uses = int.MaxValue)
    {
        var (given, used) = (0, 0);
        _push.Registry.Fault = context =>
        {
            if (context.Request.Url!.AbsolutePath == "/token")
            {
                if (!lets(context))
                    return FakeRegistry.Answer(context, 401, "no");
                used = 0;
                return FakeRegistry.Answer(context, 200, $$"""{"token":"token-{{Interlocked.Increment(ref given)}}","expires_in":300}""");
            }
            // Tokens of two requests at once are both good, until they run out.
            var known = Enumerable.Range(1, given).Select(number => $"Bearer token-{number}");
            var good = (uses == int.MaxValue ? known : known.TakeLast(1)).Contains(context.Request.Headers["Authorization"]) && Interlocked.Increment(ref used) <= uses;
            return !good && FakeRegistry.Answer(context, 401, ("WWW-Authenticate", $"Bearer realm=\"http://{_push.Registry.Host}/token\",service=\"fake registry\",scope=\"x\""));
        };
        return () => given;
    }

    private void Configure(string configuration)
    {
        Directory.CreateDirectory(_push.Settings.DockerConfig);
        File.WriteAllText(Path.Join(_push.Settings.DockerConfig, "config.json"), Fill(configuration));
    }

    private string Fill(string text) => text.Replace("HOST", _push.Registry.Host, StringComparison.Ordinal).Replace("BASE64", Basic["Basic ".Length..], StringComparison.Ordinal);

    /// <summary>A credential helper on the PATH, which only prefixes what is there: other tests run meanwhile.</summary>
    private void Helper(string answer)
    {
        var folder = Directory.CreateDirectory(Path.Join(_push.Folder, "bin")).FullName;
        var program = Path.Join(folder, "docker-credential-ct-test");
        File.WriteAllText(program, $"#!/bin/sh\n[ \"$1\" = get ] || exit 2\n[ \"$(cat)\" = '{_push.Registry.Host}' ] || {{ echo 'credentials not found in native keychain'; exit 1; }}\necho '{answer}'\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Environment.SetEnvironmentVariable("PATH", $"{folder}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}");
    }
}
