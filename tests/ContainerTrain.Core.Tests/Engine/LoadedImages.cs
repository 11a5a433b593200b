using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

public sealed class TheConfigurationOfAnImage
{
    private static readonly EngineImage Base = EngineImage.Parse(Encoding.UTF8.GetBytes("""
        {
          "Id": "sha256:b", "Architecture": "amd64", "Os": "linux", "Created": "2026-01-01T00:00:00Z",
          "Config": {
            "Hostname": "x", "User": "root", "Env": ["PATH=/bin", "LANG=C"], "Cmd": ["bash"], "WorkingDir": "/",
            "Labels": {"vendor": "base"}, "StopSignal": "SIGINT"
          },
          "RootFS": {"Type": "layers", "Layers": ["sha256:1", "sha256:2"]}
        }
        """));

    private static readonly ImmutableArray<LayerDigest> Layers = [new LayerDigest(new LayerPlan("app", LayerKind.App, []), "sha256:3")];

    [Fact]
    public void IsWhatThePlanSaysOnTopOfTheBase()
    {
        var json = Json(App(image => image with
        {
            User = "7", WorkingDirectory = "/opt", DefaultArgs = ["--x"],
            Environment = [Given.Item("LANG", ("Value", "C.UTF-8")), Given.Item("NEW", ("Value", "a=b $c"))],
            Labels = [Given.Item("mine", ("Value", "yes"))],
            Ports = [Given.Item("80")],
        }));
        var config = json["config"]!.AsObject();
        Assert.Equal(("7", "/opt", "SIGINT"), (Text(config["User"]), Text(config["WorkingDir"]), Text(config["StopSignal"])));
        Assert.Equal(["PATH=/bin", "LANG=C.UTF-8", "NEW=a=b $c"], Texts(config["Env"]));
        Assert.Equal(["dotnet", "/opt/Demo.App.dll"], Texts(config["Entrypoint"]));
        Assert.Equal(["--x"], Texts(config["Cmd"]));
        Assert.Equal(("base", "yes", "app"), (Text(config["Labels"]!["vendor"]), Text(config["Labels"]!["mine"]), Text(config["Labels"]!["role"])));
        Assert.NotNull(config["ExposedPorts"]!["80/tcp"]);
        Assert.False(config.ContainsKey("Hostname"));
    }

    [Fact]
    public void HasNoCommandOfTheBase() => Assert.False(Json(App(image => image))["config"]!.AsObject().ContainsKey("Cmd"));

    [Fact]
    public void NamesAllLayersFromTheLowestUp()
    {
        var json = Json(App(image => image));
        Assert.Equal(["sha256:1", "sha256:2", "sha256:3"], Texts(json["rootfs"]!["diff_ids"]));
        Assert.Equal(3, json["history"]!.AsArray().Count);
        Assert.Equal(("amd64", "linux"), (Text(json["architecture"]), Text(json["os"])));
    }

    [Fact]
    public void LeavesTheBaseAsItIsInADepsImage()
    {
        var json = Json(ImageConfig.Dependencies(Base, "2026-01-01T00:00:00Z", Layers, [new("role", "deps")]));
        Assert.Equal(["bash"], Texts(json["config"]!["Cmd"]));
        Assert.Equal("deps", Text(json["config"]!["Labels"]!["role"]));
        Assert.Null(Base.Label("role"));
    }

    [Fact]
    public void DecidesTheImagesId()
    {
        var config = App(image => image);
        Assert.Equal("sha256:" + Convert.ToHexStringLower(SHA256.HashData(config.Json)), config.Id);
        Assert.Equal(config.Id, App(image => image).Id);
        Assert.NotEqual(config.Id, App(image => image with { User = "8" }).Id);
    }

    private static ImageConfig App(Func<Inputs.ImageInputs, Inputs.ImageInputs> change) =>
        ImageConfig.App(Base, "2026-01-01T00:00:00Z", Layers, Given.Plan(Given.Image(change)).Image, [new("role", "app")]);

    private static JsonObject Json(ImageConfig config) => JsonNode.Parse(config.Json)!.AsObject();

    private static string Text(JsonNode? node) => node!.GetValue<string>();

    private static IEnumerable<string> Texts(JsonNode? node) => node!.AsArray().Select(Text);
}

public sealed class TheArchiveOfAnImage
{
    [Fact]
    public void NamesTheLayersThatTheEngineHasAndBringsTheOthers()
    {
        using var folder = new TempFolder();
        var layer = new LayerPlan("app", LayerKind.App, [new FilePlan(folder.Write("a.dll", new string('x', 100_000)), "a.dll")]);
        var config = new ImageConfig(Encoding.UTF8.GetBytes("{}"));
        var archive = new ImageArchive(known: 2, [layer], "/app");
        var head = new ImageHead(config, ["demo:1", "demo:2"]);
        using var stream = new MemoryStream();
        archive.Write(stream, () => head, TestContext.Current.CancellationToken);
        Assert.Equal(stream.Length, archive.Length(head));
        var entries = TarFile.ReadAll(stream.ToArray());
        Assert.Equal(["2.tar", "config.json", "manifest.json"], entries.Select(entry => entry.Name));
        Assert.Equal(config.Json, entries[1].Bytes);

        var manifest = JsonNode.Parse(entries[2].Content)![0]!;
        Assert.Equal("config.json", manifest["Config"]!.GetValue<string>());
        Assert.Equal(["demo:1", "demo:2"], manifest["RepoTags"]!.AsArray().Select(tag => tag!.GetValue<string>()));
        Assert.Equal(3, manifest["Layers"]!.AsArray().Count);

        using var tar = new MemoryStream();
        new LayerTar(layer, "/app").Write(tar, TestContext.Current.CancellationToken);
        Assert.Equal(tar.ToArray(), entries[0].Bytes);
    }

    [Fact]
    public void ThatCannotReadAFileFails()
    {
        using var folder = new TempFolder();
        var layer = new LayerPlan("app", LayerKind.App, [new FilePlan(folder.At("gone.dll"), "gone.dll")]);
        var archive = new ImageArchive(known: 0, [layer], "/app");
        Assert.Throws<FileNotFoundException>(() => archive.Write(Stream.Null, () => new ImageHead(new ImageConfig([]), []), TestContext.Current.CancellationToken));
    }
}

public sealed class AnImageOfAnEngine
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"Config":null,"RootFS":{"Layers":null}}""")]
    [InlineData("""{"Config":{"Labels":null}}""")]
    public void MayLackWhatOthersHave(string json)
    {
        var image = EngineImage.Parse(Encoding.UTF8.GetBytes(json));
        Assert.Empty(image.DiffIds);
        Assert.Null(image.Label("x"));
    }
}
