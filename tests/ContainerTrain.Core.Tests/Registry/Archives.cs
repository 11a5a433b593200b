using System.Formats.Tar;
using System.Text.Json.Nodes;
using ContainerTrain.Diagnostics;
using ContainerTrain.Registry;

namespace ContainerTrain.Tests;

public sealed class AnImageInAFile : IDisposable
{
    private readonly GivenPush _push = new();

    public void Dispose() => _push.Dispose();

    [Fact]
    public async Task HasWhatDockerAndTheOciListAndNothingElse()
    {
        var written = await WriteAsync("out/demo.tar", ArchiveFormat.Docker);

        var files = Read(written.Archive);
        var docker = JsonNode.Parse(files["manifest.json"])![0]!;
        Assert.Equal(["demo.app:latest"], docker["RepoTags"]!.AsArray().Select(name => name!.GetValue<string>()));
        Assert.Equal("blobs/" + written.ImageId.Replace(':', '/'), docker["Config"]!.GetValue<string>());
        var index = JsonNode.Parse(files["index.json"])!["manifests"]![0]!;
        Assert.Equal(written.Digest, index["digest"]!.GetValue<string>());
        var manifest = JsonNode.Parse(files[At(written.Digest)])!;
        var layers = manifest["layers"]!.AsArray().Select(layer => At(layer!["digest"]!.GetValue<string>())).ToArray();
        Assert.Equal(layers, docker["Layers"]!.AsArray().Select(layer => layer!.GetValue<string>()));
        Assert.All(files.Where(file => file.Key.StartsWith("blobs/", StringComparison.Ordinal)), file => Assert.Equal(file.Key, At(FakeRegistry.DigestOf(file.Value))));
        Assert.Equal([.. layers, At(written.ImageId), At(written.Digest), "index.json", "manifest.json", "oci-layout"], files.Keys.OrderBy(key => key == At(written.ImageId) ? 1 : key == At(written.Digest) ? 2 : key.StartsWith("blobs", StringComparison.Ordinal) ? 0 : 3).ThenBy(key => key.StartsWith("blobs", StringComparison.Ordinal) ? Array.IndexOf(layers, key).ToString("00", null) : key, StringComparer.Ordinal));
        Assert.Equal(["demo.tar"], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(written.Archive)!).Select(Path.GetFileName));
    }

    [Fact]
    public async Task IsTheImageThatIsPushed()
    {
        _push.Registry.AddImage("base/oci", "1", oci: true);
        var plan = _push.Plan(image => image with { BaseImage = $"{_push.Registry.Host}/base/oci:1" });
        var pushed = await _push.PushAsync(plan: plan);
        var target = Target("out", ArchiveFormat.Oci);
        var written = (await target.DirectAsync(plan, null, TestContext.Current.CancellationToken))!;
        Assert.Equal((pushed.ImageId, pushed.Digest), (written.ImageId, written.Digest));
    }

    [Fact]
    public async Task MayBeAFolderThatReplacesItsLikeOnly()
    {
        var first = await WriteAsync("layout", ArchiveFormat.Oci);
        Assert.False(File.Exists(Path.Join(first.Archive, "manifest.json")));
        _push.Write("another program", "App.dll");
        var second = await WriteAsync("layout", ArchiveFormat.Oci);
        Assert.True(File.Exists(Path.Join(second.Archive, At(second.Digest))));
        Assert.False(File.Exists(Path.Join(second.Archive, At(first.Digest))));

        _push.Write("thesis", "precious/thesis.txt");
        var problem = Assert.Single((await Assert.ThrowsAsync<ProblemException>(() => WriteAsync("precious", ArchiveFormat.Oci))).Problems);
        Assert.Equal(Codes.ArchiveUnwritable, problem.Code);
        Assert.Equal("thesis", await File.ReadAllTextAsync(Path.Join(_push.Folder, "precious/thesis.txt"), TestContext.Current.CancellationToken));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(_push.Folder), entry => Path.GetFileName(entry).StartsWith("precious.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("out/", ArchiveFormat.Docker, "out/demo.app.tar.gz")]
    [InlineData("out/x", ArchiveFormat.Docker, "out/x")]
    [InlineData("out/x.tar", ArchiveFormat.Oci, "out/x.tar")]
    public async Task LiesWhereTheNetSdkPutsIt(string path, ArchiveFormat format, string expected)
    {
        var written = await WriteAsync(path, format);
        Assert.Equal(Path.Join(_push.Folder, expected), written.Archive);
        Assert.Contains("manifest.json", Read(written.Archive).Keys);
    }

    [Fact]
    public async Task IsNotHalfThereWhereTheBaseIsDamaged()
    {
        var digest = _push.Registry.ManifestOf("base/runtime:10.0")["layers"]![0]!["digest"]!.GetValue<string>();
        _push.Registry.Blobs[$"base/runtime@{digest}"] = [1, 2, 3];
        var problem = Assert.Single((await Assert.ThrowsAsync<ProblemException>(() => WriteAsync("out/demo.tar", ArchiveFormat.Docker))).Problems);
        Assert.Equal(Codes.WrongContent, problem.Code);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Join(_push.Folder, "out")));
    }

    [Fact]
    public async Task HasNoHalfLayerWhereTheBaseCameInTwoTries()
    {
        var digest = _push.Registry.ManifestOf("base/runtime:10.0")["layers"]![0]!["digest"]!.GetValue<string>();
        var tries = 0;
        _push.Registry.Fault = context =>
        {
            if (!context.Request.RawUrl!.EndsWith("/blobs/" + digest, StringComparison.Ordinal) || Interlocked.Increment(ref tries) > 1)
                return false;
            context.Response.ContentLength64 = _push.Registry.Blobs[$"base/runtime@{digest}"].Length;
            context.Response.OutputStream.Write([1, 2, 3]);
            context.Response.Abort();
            return true;
        };
        var written = await WriteAsync("out/demo.tar", ArchiveFormat.Docker);
        Assert.Equal(2, tries);
        Assert.All(Read(written.Archive).Where(file => file.Key.StartsWith("blobs/", StringComparison.Ordinal)), file => Assert.Equal(file.Key, At(FakeRegistry.DigestOf(file.Value))));
    }

    [Fact]
    public async Task IsNotThereIfAFileChangesMeanwhile()
    {
        var first = await WriteAsync("out/demo.tar", ArchiveFormat.Docker);
        File.Delete(first.Archive);
        var plan = _push.Plan();
        _push.Lines.Seen = line =>
        {
            if (line.StartsWith("Writing", StringComparison.Ordinal))
                _push.Write("another program", "App.dll");
        };
        Assert.Null(await Target("out/demo.tar", ArchiveFormat.Docker).DirectAsync(plan, first.ImageId, TestContext.Current.CancellationToken));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Join(_push.Folder, "out")));
    }

    private async Task<PushedImage> WriteAsync(string path, ArchiveFormat format) =>
        (await Target(path, format).DirectAsync(_push.Plan(), null, TestContext.Current.CancellationToken))!;

    private ArchiveTarget Target(string path, ArchiveFormat format) =>
        new(new ArchiveSettings(Path.Join(_push.Folder, path), format), _push.Cache, _push.Settings, _push.Lines);

    private static string At(string digest) => "blobs/" + digest.Replace(':', '/');

    private static Dictionary<string, byte[]> Read(string file)
    {
        using var tar = new TarReader(File.OpenRead(file));
        var files = new Dictionary<string, byte[]>();
        while (tar.GetNextEntry() is { } entry)
        {
            var bytes = new MemoryStream();
            entry.DataStream?.CopyTo(bytes);
            files.Add(entry.Name, bytes.ToArray());
        }
        return files;
    }
}

public sealed class PushSettings
{
    [Fact]
    public void AreAllToldThatAreWrong()
    {
        var problems = Assert.Throws<ProblemException>(() => PushOptions.Parse("dirct", "", "/out", "tar", "maybe")).Problems;
        Assert.Equal(["CT1001", "CT1001", "CT1001"], problems.Select(problem => problem.Code.Id));
        Assert.Contains("'dirct'. Allowed: auto, engine, direct. Did you mean 'direct'?", problems[0].Message, StringComparison.Ordinal);
        Assert.Contains("'tar'. Allowed: docker, oci", problems[1].Message, StringComparison.Ordinal);
        Assert.Equal(Codes.NoDestination, Assert.Single(Assert.Throws<ProblemException>(() => PushOptions.Parse("auto", "", "", "docker", "false")).Problems).Code);
    }

    [Theory]
    [InlineData("https://ghcr.io", "URL scheme")]
    [InlineData("myhost", "a dot or a port")]
    [InlineData("ghcr.io/team", "")]
    public void NameARegistryByItsHost(string registry, string words)
    {
        var problem = Assert.Single(Assert.Throws<ProblemException>(() => RegistryTarget.NameOf(registry, Given.DefaultPlan.Image)).Problems);
        Assert.Equal(Codes.InvalidRegistry, problem.Code);
        Assert.Contains(words, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MayNameDockerHub() => Assert.Equal("docker.io/demo.app", RegistryTarget.NameOf("docker.io", Given.DefaultPlan.Image).ToString());
}

public sealed class ARecordOfAPush : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void BelongsToTheImageThatWasPushed()
    {
        new PushRecord("sha256:1", "sha256:2", ["r.example.com/a:1", "r.example.com/a:2"]).Write(_folder.At("push.stamp"));
        var record = PushRecord.Read(_folder.At("push.stamp"))!;
        var image = GivenRun.Record.Image!;
        Assert.Null(record.AddTo(image));
        Assert.Null(record.AddTo(null));
        var pushed = record.AddTo(image with { Id = "sha256:1" })!.Pushed!;
        Assert.Equal(("sha256:2", 2), (pushed.Digest, pushed.References.Length));
    }

    [Theory]
    [InlineData("")]
    [InlineData("something else\na\nb\n")]
    public void ThatCannotBeReadIsNone(string text)
    {
        _folder.Write("push.stamp", text);
        Assert.Null(PushRecord.Read(_folder.At("push.stamp")));
        Assert.Null(PushRecord.Read(_folder.At("none")));
    }
}
