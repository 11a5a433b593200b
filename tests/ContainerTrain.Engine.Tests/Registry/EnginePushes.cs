using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;
using ContainerTrain.Registry;

namespace ContainerTrain.Engine.Tests;

/// <summary>An image that its engine pushes, whichever that is.</summary>
public abstract class EnginePushContract(ContainerEngine engine) : IDisposable
{
    private const string HtpasswdLine = RealRegistry.User + ":$2b$05$0pXD47a04KS4Uuf9reylN.89sv1tqMY4m7K7r1ma4Y9DAKoknMlea";

    private readonly TestFolder _folder = new();
    private readonly Lines<string> _lines = new();

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task PutsTheImageIntoTheRegistryWithTheLoginOfItsUser()
    {
        _ = engine.Connection; // skips without an engine
        _folder.Write("htpasswd", HtpasswdLine + "\n");
        var settings = new RegistrySettings(_folder.Path("docker")) { Secret = name => name.EndsWith("REGISTRY_UNAME", StringComparison.Ordinal) ? RealRegistry.User : name.EndsWith("REGISTRY_PWORD", StringComparison.Ordinal) ? RealRegistry.Password : "" };
        await using var registry = await RealRegistry.StartAsync(_folder, $$"""
            auth:
              htpasswd: { realm: test, path: {{_folder.Path("htpasswd")}} }
            """, settings);
        var built = await engine.DummyImageAsync();
        var destination = new ImageReference(registry.Host, "team/demo", null, null);

        var refused = await Assert.ThrowsAsync<ProblemException>(() =>
            new EnginePush(engine.Connection, settings with { Secret = _ => "" }, _lines).PushAsync(built.Id, destination, ["1.0"], TestContext.Current.CancellationToken));
        var pushed = await new EnginePush(engine.Connection, settings, _lines).PushAsync(built.Id, destination, ["1.0", "latest"], TestContext.Current.CancellationToken);

        Assert.Equal(Codes.EnginePushFailed, Assert.Single(refused.Problems).Code);
        using var client = new RegistryClient(RegistryAddress.Of(registry.Host), RegistryUse.Push, settings, _lines, TestContext.Current.CancellationToken);
        var repository = new RegistryRepository(client, "team/demo", writes: false);
        foreach (var tag in (string[])["1.0", "latest"])
        {
            var there = await new RemoteImages(engine.NewCache()).FindAsync(repository, destination with { Tag = tag }, "linux/amd64", TestContext.Current.CancellationToken);
            Assert.Equal(pushed.Digest, there.Digest);
            Assert.Equal(built.Id.Replace("sha256:", "", StringComparison.Ordinal), there.Image.Id.Replace("sha256:", "", StringComparison.Ordinal));
        }
        Assert.Null(new EngineImages(engine.Connection).Find(pushed.References[0], TestContext.Current.CancellationToken));
        // Podman 4.3 names no layers.
        if (engine.Connection.Version.Kind == EngineKind.Docker)
            Assert.Contains(_lines.All, line => line.StartsWith("  ", StringComparison.Ordinal));
    }
}

public sealed class DockerPushes(DockerEngine engine) : EnginePushContract(engine);

public sealed class PodmanPushes(PodmanEngine engine) : EnginePushContract(engine);
