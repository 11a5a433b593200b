using System.Text;
using System.Text.Json.Nodes;
using ContainerTrain.Registry;

namespace ContainerTrain.Tests;

public sealed class ABillOfMaterials : IDisposable
{
    private const string Assets = """
        {
          "version": 3,
          "targets": {
            "net10.0": { "Other/9.0.0": { "type": "package" } },
            "net10.0/linux-x64": {
              "TorchSharp/0.107.0": { "type": "package", "dependencies": { "Google.Protobuf": "3.30.0", "SkiaSharp": "2.88.9" } },
              "Google.Protobuf/3.30.0+build.1": { "type": "package" },
              "SkiaSharp/2.88.9": { "type": "package" },
              "Shared/1.0.0": { "type": "project" }
            }
          },
          "libraries": { "TorchSharp/0.107.0": { "sha512": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==", "type": "package" } }
        }
        """;

    private readonly GivenPush _push = new();

    public void Dispose() => _push.Dispose();

    [Fact]
    public void IsValidByASchemaOfOthers()
    {
        var result = CycloneDX.Json.Validator.Validate(Encoding.UTF8.GetString(Write()), CycloneDX.SpecificationVersion.v1_6);
        Assert.True(result.Valid, string.Join('\n', result.Messages));
    }

    [Fact]
    public void HasThePackagesOfTheGraphAndWhatTheyNeed()
    {
        var bom = JsonNode.Parse(Write())!;
        Assert.Equal(
            ["mcr.microsoft.com/base:1", "Google.Protobuf", "SkiaSharp", "TorchSharp"],
            bom["components"]!.AsArray().Select(component => component!["name"]!.GetValue<string>()));
        Assert.Equal("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f", bom["components"]![3]!["hashes"]![0]!["content"]!.GetValue<string>());
        Assert.Equal("pkg:nuget/Google.Protobuf@3.30.0%2Bbuild.1", bom["components"]![1]!["purl"]!.GetValue<string>());
        var needs = bom["dependencies"]!.AsArray().ToDictionary(one => one!["ref"]!.GetValue<string>(), one => string.Join(' ', one!["dependsOn"]!.AsArray()));
        Assert.Equal("base-image pkg:nuget/TorchSharp@0.107.0", needs["image"]);
        Assert.Equal("pkg:nuget/Google.Protobuf@3.30.0%2Bbuild.1 pkg:nuget/SkiaSharp@2.88.9", needs["pkg:nuget/TorchSharp@0.107.0"]);
    }

    [Fact]
    public void IsTheSameForTheSameImage()
    {
        Assert.Equal(Write(), Write());
        Assert.NotEqual(Write(), Write("sha256:2"));
    }

    [Fact]
    public void IsOfNoPackagesBeforeARestore() => Assert.Empty(PackageGraph.Read(Path.Join(_push.Folder, "none.json"), "net10.0", "linux-x64"));

    /// <summary>A registry that keeps no list of referrers has it under a tag; each file once.</summary>
    [Fact]
    public async Task IsFoundByTheImageInTheRegistry()
    {
        var pushed = await _push.PushAsync();
        var name = new ContainerTrain.Plan.ImageReference(_push.Registry.Host, GivenPush.Repository, null, null);

        var first = await AttachAsync("sha256:1");
        await AttachAsync("sha256:1");
        var second = await AttachAsync("sha256:2");

        var index = _push.Registry.ManifestOf($"{GivenPush.Repository}:{pushed.Digest.Replace(':', '-')}");
        Assert.Equal([first, second], index["manifests"]!.AsArray().Select(one => one!["digest"]!.GetValue<string>()));
        var manifest = _push.Registry.ManifestOf($"{GivenPush.Repository}@{first}");
        Assert.Equal(pushed.Digest, manifest["subject"]!["digest"]!.GetValue<string>());
        Assert.Equal("application/vnd.cyclonedx+json", manifest["artifactType"]!.GetValue<string>());
        Assert.Equal(Write("sha256:1"), _push.Registry.Blobs[$"{GivenPush.Repository}@{manifest["layers"]![0]!["digest"]!.GetValue<string>()}"]);

        Task<string> AttachAsync(string id) =>
            new Referrer(_push.Settings, _push.Lines).AttachAsync(name, pushed.Digest, Bom.MediaType, Write(id), TestContext.Current.CancellationToken);
    }

    private byte[] Write(string id = "sha256:1")
    {
        _push.Write(Assets, "project.assets.json");
        return Bom.Write("demo", id, "mcr.microsoft.com/base:1", PackageGraph.Read(Path.Join(_push.Folder, "project.assets.json"), "net10.0", "linux-x64"));
    }
}
