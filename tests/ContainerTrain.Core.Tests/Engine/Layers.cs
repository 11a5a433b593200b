using System.Collections.Immutable;
using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

public sealed class TheTarOfALayer : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void HasParentsFirstAndFilesWithTheirContent()
    {
        var entries = Entries(Layer(("app.dll", "code"), ("runtimes/linux/lib.so", "native")), "/opt/app");
        Assert.Equal(
            ["opt/", "opt/app/", "opt/app/runtimes/", "opt/app/runtimes/linux/", "opt/app/app.dll", "opt/app/runtimes/linux/lib.so"],
            entries.Select(entry => entry.Name));
        Assert.Equal(["code", "native"], entries.Where(entry => entry.Type != TarEntryType.Directory).Select(entry => entry.Content));
    }

    [Fact]
    public void IsOwnedByRootAndHasNoTime() =>
        Assert.All(Entries(Layer(("a/b.dll", "x")), "/app"), entry => Assert.Equal((0, 0, DateTimeOffset.UnixEpoch), (entry.Uid, entry.Gid, entry.Time)));

    [Theory]
    [InlineData("tool", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, 0b111_101_101)]
    [InlineData("tool", UnixFileMode.UserRead, 0b110_100_100)]
    [InlineData("data.csv", UnixFileMode.UserRead | UnixFileMode.OtherWrite | UnixFileMode.GroupExecute, 0b110_100_100)]
    [InlineData("lib.so", UnixFileMode.UserRead | UnixFileMode.UserExecute, 0b110_100_100)]
    [InlineData("lib.so.6", UnixFileMode.UserRead | UnixFileMode.UserExecute, 0b110_100_100)]
    [InlineData("app.dll", UnixFileMode.UserRead | UnixFileMode.UserExecute, 0b110_100_100)]
    public void HasTheExecutableBitOfProgramsAndNothingElseOfTheMode(string target, UnixFileMode mode, int expected)
    {
        var layer = Layer((target, "x"));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(layer.Files[0].Source, mode);
        else
            Assert.Skip("Files have no such modes there.");
        Assert.Equal((UnixFileMode)expected, (Entries(layer, "/app"))[^1].Mode);
    }

    [Fact]
    public void IsTheSameForTheSameContent()
    {
        var layer = Layer(("a.dll", "x"), ("b/c.json", "y"));
        var before = Bytes(layer);
        foreach (var file in layer.Files)
            File.SetLastWriteTimeUtc(file.Source, DateTime.UtcNow.AddDays(-3));
        Assert.Equal(before, Bytes(layer));
        using var elsewhere = new TempFolder();
        var moved = layer with { Files = [.. layer.Files.Select(file => file with { Source = elsewhere.Write(file.Target, File.ReadAllBytes(file.Source)) })] };
        Assert.Equal(before, Bytes(moved));
    }

    [Fact]
    public void IsAnotherOneForAnotherContentOrPlace()
    {
        var before = Bytes(Layer(("a.dll", "x")));
        Assert.NotEqual(before, Bytes(Layer(("a.dll", "y"))));
        Assert.NotEqual(before, Bytes(Layer(("b.dll", "x"))));
    }

    [Fact]
    public void TakesLongAndForeignNames()
    {
        var longName = string.Join('/', Enumerable.Repeat(new string('n', 60), 4)) + "/é日.dll";
        var entries = Entries(Layer((longName, "x")), "/app");
        Assert.Equal("app/" + longName, entries[^1].Name);
        Assert.Equal("x", entries[^1].Content);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(100_000)]
    public void KnowsItsLengthBefore(int size)
    {
        var layer = Layer((new string('n', 150), new string('x', size)), ("b", "y"));
        Assert.Equal((Bytes(layer)).Length, new LayerTar(layer, "/app").Length());
    }

    [Fact]
    public void MayBeginAtTheRoot() =>
        Assert.Equal(["etc/", "etc/app.json"], (Entries(Layer(("etc/app.json", "x")), "/")).Select(entry => entry.Name));

    private LayerPlan Layer(params (string Target, string Content)[] files)
    {
        var place = Guid.NewGuid().ToString("n")[..8];
        return new LayerPlan("app", LayerKind.App, [.. files.Select((file, i) => new FilePlan(_folder.Write($"{place}/{i}", file.Content), file.Target))]);
    }

    private static byte[] Bytes(LayerPlan layer)
    {
        using var stream = new MemoryStream();
        new LayerTar(layer, "/app").Write(stream, TestContext.Current.CancellationToken);
        return stream.ToArray();
    }

    private static List<TarFile> Entries(LayerPlan layer, string root)
    {
        using var stream = new MemoryStream();
        new LayerTar(layer, root).Write(stream, TestContext.Current.CancellationToken);
        return TarFile.ReadAll(stream.ToArray());
    }
}

/// <summary>What a test looks at of a tar entry.</summary>
internal sealed record TarFile(string Name, TarEntryType Type, UnixFileMode Mode, int Uid, int Gid, DateTimeOffset Time, byte[] Bytes)
{
    public string Content => Encoding.UTF8.GetString(Bytes);

    public static List<TarFile> ReadAll(byte[] tar)
    {
        using var reader = new TarReader(new MemoryStream(tar));
        var entries = new List<TarFile>();
        while (reader.GetNextEntry() is { } entry)
        {
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            entries.Add(new TarFile(entry.Name, entry.EntryType, entry.Mode, entry.Uid, entry.Gid, entry.ModificationTime, content.ToArray()));
        }
        return entries;
    }
}

public sealed class TheContextOfADockerfile : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task HasTheDockerfileAndAFolderPerLayer()
    {
        var entries = TarFile.ReadAll(await BytesAsync());
        Assert.Equal([".containertrain.Dockerfile", "natives/x/1.0/", "natives/x/1.0/libx.so", "app/", "app/a.dll"], entries.Select(entry => entry.Name));
        Assert.Equal("FROM scratch\n", entries[0].Content);
        Assert.Equal("native", entries[2].Content);
    }

    [Fact]
    public async Task IsTheSameForTheSameContent() => Assert.Equal(await BytesAsync(), await BytesAsync());

    private async Task<byte[]> BytesAsync()
    {
        ImmutableArray<LayerPlan> layers =
        [
            new("natives/x/1.0", LayerKind.Natives, [new FilePlan(_folder.Write("libx.so", "native"), "libx.so")]),
            new("app", LayerKind.App, [new FilePlan(_folder.Write("a.dll", "app"), "a.dll")]),
        ];
        using var context = new DockerfileContext("FROM scratch\n", layers);
        return await context.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }
}

public sealed class TheDigestOfALayer : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Store => _folder.At("cache/layers.tsv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void IsThatOfItsTar()
    {
        var layer = Layer("x");
        using var tar = new MemoryStream();
        new LayerTar(layer, "/app").Write(tar, TestContext.Current.CancellationToken);
        Assert.Equal("sha256:" + Convert.ToHexStringLower(SHA256.HashData(tar.ToArray())), Digest(LayerDigests.Load(Store), layer));
    }

    [Fact]
    public void IsRememberedWhileTheFilesLookTheSame()
    {
        var layer = Layer("one");
        var first = DigestAndSave(layer);
        var time = File.GetLastWriteTimeUtc(layer.Files[0].Source);
        File.WriteAllText(layer.Files[0].Source, "two");
        File.SetLastWriteTimeUtc(layer.Files[0].Source, time);
        Assert.Equal(first, DigestAndSave(layer));
        Assert.NotEqual(first, Digest(LayerDigests.Load(Store), layer, verify: true));
    }

    [Fact]
    public void IsComputedAgainWhenAFileChanges()
    {
        var layer = Layer("one");
        var first = DigestAndSave(layer);
        File.WriteAllText(layer.Files[0].Source, "two");
        File.SetLastWriteTimeUtc(layer.Files[0].Source, DateTime.UtcNow.AddSeconds(5));
        Assert.NotEqual(first, DigestAndSave(layer));
        File.WriteAllText(layer.Files[0].Source, "three");
        Assert.NotEqual(first, DigestAndSave(layer));
    }

    [Fact]
    public void DependsOnWhereTheLayerGoes() =>
        Assert.NotEqual(Digest(LayerDigests.Load(Store), Layer("x")), Digest(LayerDigests.Load(Store), Layer("x"), root: "/opt"));

    [Theory]
    [InlineData("")]
    [InlineData("garbage\n\t\n\t\t\t\n")]
    [InlineData("0123\tsha256:45\n")]
    public void IsComputedWhereTheStoreIsDamaged(string content)
    {
        var layer = Layer("x");
        var right = Digest(LayerDigests.Load(_folder.At("none")), layer);
        _folder.Write("cache/layers.tsv", content);
        Assert.Equal(right, DigestAndSave(layer));
        Assert.Equal(right, Digest(LayerDigests.Load(Store), layer));
    }

    [Fact]
    public void LeavesNothingBesideTheStore()
    {
        DigestAndSave(Layer("x"));
        Assert.Equal([Store], Directory.EnumerateFiles(_folder.At("cache")));
    }

    private LayerPlan Layer(string content) => new("app", LayerKind.App, [new FilePlan(_folder.Write("a.dll", content), "a.dll")]);

    private string DigestAndSave(LayerPlan layer)
    {
        var digests = LayerDigests.Load(Store);
        var digest = Digest(digests, layer);
        digests.Save();
        return digest;
    }

    private static string Digest(LayerDigests digests, LayerPlan layer, string root = "/app", bool verify = false) =>
        digests.Digest(layer, root, verify, TestContext.Current.CancellationToken);
}
