using System.Formats.Tar;
using System.Text;
using ContainerTrain.Engine;

namespace ContainerTrain.Tests;

public sealed class AnArchiveOfResults : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Results => _folder.At("run");

    public AnArchiveOfResults() => Directory.CreateDirectory(Results);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("output/", "output/")] // Docker
    [InlineData("/", "/")] // Podman
    [InlineData("./", "./")]
    public async Task BecomesFilesAndFolders(string top, string prefix)
    {
        var archive = await ExtractAsync(Folder(top), Folder(prefix + "model"), File_(prefix + "model/w.bin", "weights"), File_(prefix + "deep/er/a.txt", "a"), File_(prefix + "empty", ""));
        Assert.Equal(["deep/er/a.txt", "empty", "model/w.bin"], Files());
        Assert.Equal(("weights", 3, 8L, 0), (await File.ReadAllTextAsync(Path.Join(Results, "model/w.bin"), Cancellation), archive.Files, archive.Bytes, archive.LeftOut));
    }

    [Theory]
    [InlineData("output/../outside")]
    [InlineData("output/a/../../outside")]
    [InlineData("../outside")]
    [InlineData("/outside")]
    [InlineData("outside")]
    [InlineData("output/")]
    public async Task PutsNothingOutside(string name)
    {
        var archive = await ExtractAsync(Folder("output/"), File_(name, "bad"), File_("output/good", ""));
        Assert.Equal((1, 1), (archive.LeftOut, archive.Files));
        Assert.Equal(["good"], Files());
        Assert.Equal([Results], Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task PutsNothingThroughALink()
    {
        _folder.Write("outside/kept", "kept");
        Directory.CreateSymbolicLink(Path.Join(Results, "link"), _folder.At("outside"));
        File.CreateSymbolicLink(Path.Join(Results, "file"), _folder.At("outside/kept"));
        var archive = await ExtractAsync(Folder("output/"), File_("output/link/new", "bad"), Folder("output/link/folder"), File_("output/link/kept", "bad"), File_("output/file", "bad"));
        Assert.Equal((4, 0), (archive.LeftOut, archive.Files));
        Assert.Equal("kept", File.ReadAllText(_folder.At("outside/kept")));
        Assert.Equal([_folder.At("outside/kept")], Directory.EnumerateFileSystemEntries(_folder.At("outside")));
    }

    [Fact]
    public async Task TakesNeitherLinksNorDevices()
    {
        var archive = await ExtractAsync(
            Folder("output/"), Link(TarEntryType.SymbolicLink, "output/passwd", "/etc/passwd"), Link(TarEntryType.HardLink, "output/hosts", "/etc/hosts"),
            Link(TarEntryType.HardLink, "output/up", "output/../../etc/hosts"), new PaxTarEntry(TarEntryType.Fifo, "output/pipe"), new PaxTarEntry(TarEntryType.CharacterDevice, "output/null"));
        Assert.Equal((5, 0), (archive.LeftOut, archive.Files));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Results));
    }

    [Fact]
    public async Task TakesASecondNameAsACopy()
    {
        await ExtractAsync(Folder("output/"), File_("output/epoch-3.ckpt", "state"), Link(TarEntryType.HardLink, "output/newest.ckpt", "output/epoch-3.ckpt"));
        Assert.Equal(["epoch-3.ckpt", "newest.ckpt"], Files());
        Assert.Equal("state", File.ReadAllText(Path.Join(Results, "newest.ckpt")));
    }

    [Fact]
    public async Task LeavesThisHostsFilesAndReplacesOthers()
    {
        _folder.Write("run/log.txt", "of the host");
        _folder.Write("run/a.txt", "old and longer");
        var archive = await ExtractAsync(Folder("output/"), File_("output/log.txt", "of the program"), File_("output/a.txt", "new"));
        Assert.Equal(("of the host", "new", 1, 0), (File.ReadAllText(_folder.At("run/log.txt")), File.ReadAllText(_folder.At("run/a.txt")), archive.Files, archive.LeftOut));
    }

    [Fact]
    public async Task PutsNoFolderInAFilesPlace()
    {
        _folder.Write("run/a.txt", "a");
        // Nobody has written the log yet: its place is kept too.
        var archive = await ExtractAsync(
            Folder("output/"), Folder("output/log.txt"), File_("output/log.txt/x", "bad"), Folder("output/a.txt"), Folder("output/a.txt/deep"), File_("output/a.txt/deep/x", "bad"), File_("output/good", ""));
        Assert.Equal((5, 1), (archive.LeftOut, archive.Files));
        Assert.Equal(["a.txt", "good"], Files());
        Assert.Equal("a", File.ReadAllText(_folder.At("run/a.txt")));
    }

    [Fact]
    public async Task KeepsTimesAndModesButNoMoreThanPermissions()
    {
        var entry = File_("output/run.sh", "x");
        entry.Mode = (UnixFileMode)0b101_101_000_101;
        entry.ModificationTime = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        await ExtractAsync(Folder("output/"), entry);
        var info = new FileInfo(Path.Join(Results, "run.sh"));
        Assert.Equal(entry.ModificationTime.UtcDateTime, info.LastWriteTimeUtc);
        if (!OperatingSystem.IsWindows())
            Assert.Equal((UnixFileMode)0b111_000_101, info.UnixFileMode);
    }

    [Fact]
    public async Task ThatIsCutOffIsAnError()
    {
        var tar = Tar(Folder("output/"), File_("output/a", new string('x', 5000)));
        await Assert.ThrowsAnyAsync<IOException>(() => new ResultArchive(Results, new HashSet<string>()).ExtractAsync(new MemoryStream(tar[..3000]), () => { }, Cancellation));
    }

    [Fact]
    public async Task OfAVolumeHasWhatTheFolderHas()
    {
        _folder.Write("data/b.txt", "b");
        _folder.Write("data/sub/c.txt", "cc");
        File.CreateSymbolicLink(_folder.At("data/link"), "sub/c.txt");
        var extra = _folder.Write("extra.csv", "extra");
        var volume = new RemoteVolume("data", ["/train/data"], ReadOnly: true) { Content = [new CarriedFile(_folder.At("data"), ""), new CarriedFile(extra, "deep/er/extra.csv")], MountPoints = ["deep/mount"] };
        using var content = new VolumeArchive(volume, "data/", new VolumeOwner(7, 8, IsKnown: true), Cancellation);
        using var reader = new TarReader(await content.ReadAsStreamAsync(Cancellation));
        var seen = new List<string>();
        while (await reader.GetNextEntryAsync(copyData: true, Cancellation) is { } entry)
        {
            Assert.Equal((7, 8), (entry.Uid, entry.Gid));
            seen.Add($"{entry.Name} {entry.EntryType} {entry.Length} {entry.LinkName}".Trim());
        }
        Assert.Equal(
            [
                "data/ Directory 0", "data/b.txt RegularFile 1", "data/link SymbolicLink 0 sub/c.txt", "data/sub/ Directory 0", "data/sub/c.txt RegularFile 2",
                "data/deep/ Directory 0", "data/deep/er/ Directory 0", "data/deep/er/extra.csv RegularFile 5", "data/deep/mount/ Directory 0",
            ],
            seen);
        Assert.Equal((3, 8L), (content.Files, content.Bytes));
    }

    private async Task<ResultArchive> ExtractAsync(params PaxTarEntry[] entries)
    {
        var archive = new ResultArchive(Results, new HashSet<string> { Path.Join(Results, "log.txt") });
        await archive.ExtractAsync(new MemoryStream(Tar(entries)), () => { }, Cancellation);
        return archive;
    }

    private static byte[] Tar(params PaxTarEntry[] entries)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            foreach (var entry in entries)
                writer.WriteEntry(entry);
        }
        return tar.ToArray();
    }

    private IEnumerable<string> Files() => Directory.EnumerateFiles(Results, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Results, file)).Order(StringComparer.Ordinal);

    private static PaxTarEntry Folder(string name) => new(TarEntryType.Directory, name);

    private static PaxTarEntry File_(string name, string text) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) };

    private static PaxTarEntry Link(TarEntryType type, string name, string target) => new(type, name) { LinkName = target };
}
