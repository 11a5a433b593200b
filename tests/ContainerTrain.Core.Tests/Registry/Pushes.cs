using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

public sealed class AnImagePushedWithoutAnEngine : IDisposable
{
    private readonly GivenPush _push = new();

    public void Dispose() => _push.Dispose();

    [Fact]
    public async Task IsThePlansImageOnItsBase()
    {
        var pushed = await _push.PushAsync();

        var manifest = _push.Registry.ManifestOf($"{GivenPush.Repository}:latest");
        Assert.Equal(pushed.Digest, FakeRegistry.DigestOf(_push.Registry.Manifests[$"{GivenPush.Repository}:latest"].Json));
        var config = JsonNode.Parse(Blob(manifest["config"]!))!;
        Assert.Equal(pushed.ImageId, FakeRegistry.DigestOf(Blob(manifest["config"]!)));
        Assert.Equal(["dotnet", "/app/Demo.App.dll"], config["config"]!["Entrypoint"]!.AsArray().Select(word => word!.GetValue<string>()));
        var layers = manifest["layers"]!.AsArray().Select(layer => Unzipped(Blob(layer!))).ToArray();
        Assert.Equal(config["rootfs"]!["diff_ids"]!.AsArray().Select(id => id!.GetValue<string>()), layers.Select(FakeRegistry.DigestOf));
        Assert.Equal("a layer of base/runtime", Encoding.UTF8.GetString(layers[0]));
        Assert.Equal(_push.Plan().Layers.Select(Tar), layers[1..]);
        Assert.Equal([$"{_push.Registry.Host}/{GivenPush.Repository}:latest"], pushed.References);
    }

    [Fact]
    public async Task HasTheFormatsOfItsBase()
    {
        await _push.PushAsync();
        _push.Registry.AddImage("base/oci", "1", oci: true);
        await _push.PushAsync("team/oci", _push.Plan(image => image with { BaseImage = $"{_push.Registry.Host}/base/oci:1" }));

        Assert.Equal("application/vnd.docker.distribution.manifest.v2+json", _push.Registry.Manifests[$"{GivenPush.Repository}:latest"].Type);
        var oci = _push.Registry.ManifestOf("team/oci:latest");
        Assert.Equal("application/vnd.oci.image.manifest.v1+json", _push.Registry.Manifests["team/oci:latest"].Type);
        Assert.Equal("application/vnd.oci.image.config.v1+json", oci["config"]!["mediaType"]!.GetValue<string>());
        Assert.All(oci["layers"]!.AsArray(), layer => Assert.Equal("application/vnd.oci.image.layer.v1.tar+gzip", layer!["mediaType"]!.GetValue<string>()));
    }

    [Fact]
    public async Task HasEveryTag()
    {
        _push.Tags = ["1.2", "latest"];
        var pushed = await _push.PushAsync();
        Assert.All(_push.Tags, tag => Assert.Equal(pushed.Digest, FakeRegistry.DigestOf(_push.Registry.Manifests[$"{GivenPush.Repository}:{tag}"].Json)));
        Assert.Equal(2, pushed.References.Length);
    }

    [Fact]
    public async Task IsTheSameFromAnyMachine()
    {
        using var other = new GivenPush();
        var first = await _push.PushAsync();
        var second = await other.PushAsync();
        Assert.Equal((first.ImageId, first.Digest), (second.ImageId, second.Digest));
    }

    [Fact]
    public async Task CostsQuestionsOnlyWhereNothingChanged()
    {
        var first = await _push.PushAsync();
        var second = await _push.PushAsync();
        Assert.Equal(first.Digest, second.Digest);
        Assert.Empty(_push.Requests("POST").Concat(_push.Requests("PATCH")));
        Assert.Equal([$"PUT /v2/{GivenPush.Repository}/manifests/latest"], _push.Requests("PUT"));
    }

    [Fact]
    public async Task SendsTheLayerOfAnEditAndNoOther()
    {
        await _push.PushAsync();
        var before = _push.Registry.Blobs.Count;
        _push.Write("another program", "App.dll");
        await _push.PushAsync();
        // The layer, the configuration and the manifest.
        Assert.Equal(3, _push.Requests("PUT").Count());
        Assert.Equal(before + 2, _push.Registry.Blobs.Count);
    }

    [Fact]
    public async Task TakesLayersFromARepositoryThatHasThem()
    {
        await _push.PushAsync();
        await _push.PushAsync("other/demo");
        Assert.Equal(["other/demo"], _push.Registry.Manifests.Keys.Where(key => key.EndsWith(":latest", StringComparison.Ordinal)).Select(key => key.Split(':')[0]).Except([GivenPush.Repository]));
        Assert.Equal(5, _push.Requests("POST").Count(request => request.Contains("mount=", StringComparison.Ordinal)));
        Assert.Equal(["PUT /v2/other/demo/manifests/latest"], _push.Requests("PUT"));
    }

    [Fact]
    public async Task SendsALayerThatNoRepositoryHasAnyMore()
    {
        await _push.PushAsync();
        _push.Registry.Blobs.Clear();
        _push.Registry.AddImage("base/runtime", "10.0");
        await _push.PushAsync("other/demo");
        Assert.All(_push.Registry.ManifestOf("other/demo:latest")["layers"]!.AsArray(), layer =>
            Assert.Contains($"other/demo@{layer!["digest"]!.GetValue<string>()}", _push.Registry.Blobs.Keys));
    }

    [Fact]
    public async Task TakesItsBaseFromTheSameRegistry()
    {
        await _push.PushAsync();
        Assert.Contains(_push.Requests("POST"), request => request.EndsWith("from=base%2Fruntime", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CopiesItsBaseFromAnotherRegistry()
    {
        using var target = new FakeRegistry();
        await _push.PushAsync(host: target.Host);
        Assert.All(target.ManifestOf($"{GivenPush.Repository}:latest")["layers"]!.AsArray(), layer =>
            Assert.Contains($"{GivenPush.Repository}@{layer!["digest"]!.GetValue<string>()}", target.Blobs.Keys));
        Assert.Empty(_push.Requests("PUT"));
    }

    [Fact]
    public async Task IsOnlyTheImageThatWasBuilt()
    {
        var pushed = await _push.PushAsync();
        Assert.NotNull(await _push.PushAsync("a", expected: pushed.ImageId));
        Assert.Null(await _push.PushAsync("b", expected: "sha256:" + new string('0', 64)));
        Assert.DoesNotContain("b:latest", _push.Registry.Manifests.Keys);
    }

    [Fact]
    public async Task HasNoTagIfAFileChangesMeanwhile()
    {
        var pushed = await _push.PushAsync();
        var plan = _push.Plan();
        _push.Lines.Seen = line =>
        {
            if (line.StartsWith("Pushing to", StringComparison.Ordinal))
                _push.Write("another program", "App.dll");
        };
        Assert.Null(await _push.PushAsync("b", plan, expected: pushed.ImageId));
        Assert.DoesNotContain("b:latest", _push.Registry.Manifests.Keys);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    public async Task SendsTheLayersThatItMayNotTakeFromAnotherRepository(int status)
    {
        await _push.PushAsync();
        _push.Registry.Fault = context => context.Request.QueryString["mount"] is not null && FakeRegistry.Answer(context, status);
        await _push.PushAsync("other/demo");
        Assert.Contains(_push.Requests("POST"), request => request.Contains("mount=", StringComparison.Ordinal));
        Assert.All(_push.Registry.ManifestOf("other/demo:latest")["layers"]!.AsArray(), layer =>
            Assert.Contains($"other/demo@{layer!["digest"]!.GetValue<string>()}", _push.Registry.Blobs.Keys));
    }

    [Fact]
    public async Task NeedsNoProgramThatRunsInIt()
    {
        var plan = _push.Plan(image => image with { AptPackages = [new("curl")], Instructions = [Given.Item("RUN true")] });
        var problem = Assert.Single((await Assert.ThrowsAsync<ProblemException>(() => _push.PushAsync(plan: plan))).Problems);
        Assert.Equal(Codes.PushNeedsEngine, problem.Code);
        Assert.Contains("TrainAptPackage, TrainDockerfileInstruction", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IsTakenFromTheListOfItsPlatform()
    {
        var child = _push.Registry.AddImage("base/multi", "amd64");
        var list = Encoding.UTF8.GetBytes($$$"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[
              {"digest":"sha256:{{{new string('1', 64)}}}","platform":{"os":"linux","architecture":"arm64"}},
              {"digest":"{{{child}}}","platform":{"os":"linux","architecture":"amd64"}}]}
            """);
        _push.Registry.Manifests["base/multi:1"] = _push.Registry.Manifests[$"base/multi@{FakeRegistry.DigestOf(list)}"] = ("application/vnd.oci.image.index.v1+json", list);
        await _push.PushAsync(plan: _push.Plan(image => image with { BaseImage = $"{_push.Registry.Host}/base/multi:1" }));
        Assert.Equal(4, _push.Registry.ManifestOf($"{GivenPush.Repository}:latest")["layers"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("base/runtime:none")]
    [InlineData("nothing/there:1")]
    public async Task NeedsABaseThatIsThere(string name)
    {
        var problem = Assert.Single((await Assert.ThrowsAsync<ProblemException>(() => _push.PushAsync(plan: _push.Plan(image => image with { BaseImage = $"{_push.Registry.Host}/{name}" })))).Problems);
        Assert.Equal(Codes.NotInRegistry, problem.Code);
        Assert.Contains(name, problem.Message, StringComparison.Ordinal);
    }

    private byte[] Blob(JsonNode descriptor)
    {
        var bytes = _push.Registry.Blobs[$"{GivenPush.Repository}@{descriptor["digest"]!.GetValue<string>()}"];
        Assert.Equal(descriptor["size"]!.GetValue<long>(), bytes.Length);
        return bytes;
    }

    private static byte[] Unzipped(byte[] bytes)
    {
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    private static byte[] Tar(LayerPlan layer)
    {
        var tar = new MemoryStream();
        new LayerTar(layer, "/app").Write(tar, TestContext.Current.CancellationToken);
        return tar.ToArray();
    }
}
