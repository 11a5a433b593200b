using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;
using ContainerTrain.Registry;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine.Tests;

/// <summary>Straight from the plan to a real registry, and from there to an engine, which checks every layer.</summary>
public sealed class ADirectPush(DockerEngine docker) : IDisposable
{
    private const string HtpasswdLine = RealRegistry.User + ":$2b$05$0pXD47a04KS4Uuf9reylN.89sv1tqMY4m7K7r1ma4Y9DAKoknMlea";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ToAPlainRegistryIsTheImageThatAnEngineBuilds()
    {
        await using var registry = await RealRegistry.StartAsync(_folder, "", Settings);
        var plan = Plan(registry);

        var pushed = await PushAsync(registry, plan, Settings);

        await docker.Client.Images.CreateImageAsync(new ImagesCreateParameters { FromImage = registry.Host + "/base/tiny", Tag = "1" }, null, new DirectProgress<JSONMessage>(_ => { }), TestContext.Current.CancellationToken);
        var built = await docker.BuildAsync(plan);
        var pulled = await PullAsync(pushed, null);
        Assert.Equal(pushed.ImageId, pulled);
        await docker.Client.Images.DeleteImageAsync(registry.Base, new ImageDeleteParameters(), TestContext.Current.CancellationToken);
        Assert.SkipWhen(built.DiffIds.IsEmpty, "this engine's own builder makes the image, with an id of its own");
        Assert.Equal(pushed.ImageId, built.Id);
    }

    [Fact]
    public async Task LogsInWithAPassword()
    {
        _folder.Write("htpasswd", HtpasswdLine + "\n");
        await using var registry = await RealRegistry.StartAsync(_folder, $$"""
            auth:
              htpasswd: { realm: test, path: {{_folder.Path("htpasswd")}} }
            """, WithLogin(Settings));
        var refused = await Assert.ThrowsAsync<ProblemException>(() => PushAsync(registry, Plan(registry), Settings));
        Assert.Equal(Codes.RegistryRefusedLogin, Assert.Single(refused.Problems).Code);

        var pushed = await PushAsync(registry, Plan(registry), WithLogin(Settings));

        Assert.Equal(pushed.ImageId, await PullAsync(pushed, new AuthConfig { Username = RealRegistry.User, Password = RealRegistry.Password }));
    }

    [Fact]
    public async Task LogsInWithATokenForEachRepository()
    {
        using var server = new TokenServer();
        _folder.Write("token.pem", server.Pem);
        await using var registry = await RealRegistry.StartAsync(_folder, $$"""
            auth:
              token: { realm: "{{server.Realm}}", service: "{{TokenServer.Service}}", issuer: "{{TokenServer.Issuer}}", rootcertbundle: {{_folder.Path("token.pem")}} }
            """, WithLogin(Settings));
        var plan = Plan(registry);

        var pushed = await PushAsync(registry, plan, WithLogin(Settings));
        await PushAsync(registry, plan, WithLogin(Settings), "team/other");

        Assert.Equal(pushed.ImageId, await PullAsync(pushed, new AuthConfig { Username = RealRegistry.User, Password = RealRegistry.Password }));
        Assert.Contains("repository:team/other:pull,push", server.Scopes);
        Assert.Contains("repository:team/demo:pull", server.Scopes); // what is mounted from there
    }

    [Fact]
    public async Task TrustsAnAuthorityOfItsOwnOnly()
    {
        var port = RealRegistry.FreePort();
        WriteCertificates();
        var trusting = Settings with { CaFile = _folder.Path("ca.pem") };
        await using var registry = await RealRegistry.StartAsync(_folder, $$"""
              tls: { certificate: {{_folder.Path("tls.pem")}}, key: {{_folder.Path("tls.key")}} }
            """, trusting, port);
        var untrusted = await Assert.ThrowsAsync<ProblemException>(() => PushAsync(registry, Plan(registry), Settings));
        Assert.Equal(Codes.CertificateUntrusted, Assert.Single(untrusted.Problems).Code);

        var pushed = await PushAsync(registry, Plan(registry), trusting);

        Assert.Equal(pushed.ImageId, await PullAsync(pushed, null));
    }

    [Fact]
    public async Task SendsALargeLayerOnceAndMountsItElsewhere()
    {
        await using var registry = await RealRegistry.StartAsync(_folder, "", Settings);
        var large = _folder.Path("libsome.so");
        var bytes = new byte[40 << 20];
        new Random(7).NextBytes(bytes.AsSpan(0, 20 << 20));
        await File.WriteAllBytesAsync(large, bytes, TestContext.Current.CancellationToken);
        var plan = Plan(registry, new ContainerTrain.Inputs.InputFile(large, "libsome.so", ContainerTrain.Inputs.FileOrigin.PackageNative, "Some.Native", "1.0.0"));

        var first = await PushAsync(registry, plan, Settings);
        _lines = new Lines<string>();
        var second = await PushAsync(registry, plan, Settings, "team/other");

        Assert.Equal(first.Digest, second.Digest);
        Assert.Contains(_lines.All, line => line.StartsWith("  natives/some.native/1.0.0: mounted from team/demo", StringComparison.Ordinal));
        Assert.DoesNotContain(_lines.All, line => line.Contains(": pushed", StringComparison.Ordinal));
        Assert.Equal(first.ImageId, await PullAsync(second, null));
    }

    private Lines<string> _lines = new();

    private RegistrySettings Settings => new(_folder.Path("docker"));

    private static RegistrySettings WithLogin(RegistrySettings settings) => settings with
    {
        Secret = name => name switch
        {
            "DOTNET_CONTAINER_REGISTRY_UNAME" => RealRegistry.User,
            "DOTNET_CONTAINER_REGISTRY_PWORD" => RealRegistry.Password,
            _ => "",
        },
    };

    private ImagePlan Plan(RealRegistry registry, params IEnumerable<ContainerTrain.Inputs.InputFile> files)
    {
        var inputs = Dummy.Inputs(_folder);
        return Dummy.Plan(inputs with
        {
            Image = inputs.Image with { BaseImage = registry.Base, RegistryMirror = "", NativePreflight = "false", Files = [.. inputs.Image.Files, .. files], Labels = [new("m") { Metadata = new ContainerTrain.Inputs.InputItem("").Metadata.Add("Value", "3") }] },
        }).Image;
    }

    private async Task<PushedImage> PushAsync(RealRegistry registry, ImagePlan plan, RegistrySettings settings, string repository = "team/demo") =>
        (await new DirectPush(new BuildCache(_folder.Path("cache")), settings, _lines).PushAsync(
            plan, new ImageReference(registry.Host, repository, null, null), ["1.0"], null, TestContext.Current.CancellationToken))!;

    /// <summary>The image's id after the engine pulled it.</summary>
    private async Task<string> PullAsync(PushedImage pushed, AuthConfig? login)
    {
        var name = ImageReference.Parse(pushed.References[0]);
        var errors = new List<string>();
        await docker.Client.Images.CreateImageAsync(
            new ImagesCreateParameters { FromImage = $"{name.Registry}/{name.Repository}", Tag = pushed.Digest }, login,
            new DirectProgress<JSONMessage>(message => errors.AddRange(message.Error?.Message is { } error ? [error] : [])), TestContext.Current.CancellationToken);
        Assert.Empty(errors);
        var reference = $"{name.Registry}/{name.Repository}@{pushed.Digest}";
        var image = await docker.Client.Images.InspectImageAsync(reference, TestContext.Current.CancellationToken);
        await docker.Client.Images.DeleteImageAsync(reference, new ImageDeleteParameters(), TestContext.Current.CancellationToken);
        return image.ID;
    }

    private void WriteCertificates()
    {
        using var caKey = RSA.Create(2048);
        var request = new CertificateRequest("CN=Authority of a test", caKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var ca = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        using var key = RSA.Create(2048);
        var leaf = new CertificateRequest("CN=Registry of a test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        leaf.CertificateExtensions.Add(names.Build());
        using var certificate = leaf.Create(ca, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), [1, 2, 3, 4]);
        _folder.Write("ca.pem", ca.ExportCertificatePem());
        _folder.Write("tls.pem", certificate.ExportCertificatePem());
        _folder.Write("tls.key", key.ExportPkcs8PrivateKeyPem());
    }
}
