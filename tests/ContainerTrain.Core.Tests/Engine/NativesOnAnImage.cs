using System.Collections.Immutable;
using System.Text;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;

namespace ContainerTrain.Tests;

/// <summary>Files of an image that only a test has. A path leads through no links of folders.</summary>
internal sealed class MadeUpImage : IImageFiles
{
    private readonly Dictionary<string, ImageEntry> _entries = new(StringComparer.Ordinal);

    public List<string> Asked { get; } = [];

    public MadeUpImage File(string path, byte[] content) => Add(path, new ImageEntry(NameOf(path), "", content));

    public MadeUpImage File(string path, string text) => File(path, Encoding.UTF8.GetBytes(text));

    public MadeUpImage Library(string path, params string[] versions)
    {
        var elf = new Elf();
        elf.Definitions.AddRange(versions);
        return File(path, elf.ToBytes());
    }

    public MadeUpImage Link(string path, string target) => Add(path, new ImageEntry(NameOf(path), target, []));

    public Task<ImmutableArray<ImageEntry>> ReadAsync(string path, CancellationToken cancellation)
    {
        Asked.Add(path);
        if (_entries.TryGetValue(path, out var entry))
            return Task.FromResult<ImmutableArray<ImageEntry>>([entry]);
        var below = _entries.Where(file => file.Key.StartsWith(path + "/", StringComparison.Ordinal)).ToArray();
        return Task.FromResult<ImmutableArray<ImageEntry>>(below.Length == 0 ? [] :
            [new ImageEntry(NameOf(path), "", []), .. below.Select(file => file.Value with { Name = NameOf(path) + file.Key[path.Length..] })]);
    }

    private MadeUpImage Add(string path, ImageEntry entry)
    {
        _entries.Add(path, entry);
        return this;
    }

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];
}

public sealed class TheLoaderOfAnImage
{
    private static readonly string[] BuiltIn = ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib"];

    [Fact]
    public async Task LooksWhereItsConfigurationSaysThenWhereItAlwaysLooks() => Assert.Equal(
        ["/opt/lib", "/usr/local/lib", "/a", "/b", .. BuiltIn],
        await FoldersAsync(new MadeUpImage()
            .File("/etc/ld.so.conf", "/opt/lib/ # ours\n\n# a comment\ninclude /etc/ld.so.conf.d/*.conf\nhwcap 1 nosegneg\n")
            .File("/etc/ld.so.conf.d/b.conf", "/a\n/b\n/a\n")
            .File("/etc/ld.so.conf.d/a.conf", "/usr/local/lib\n")
            .File("/etc/ld.so.conf.d/README", "/no")));

    [Fact]
    public async Task LooksWhereTheVariableSaysFirst() =>
        Assert.Equal(["/first", "/second", .. BuiltIn], await FoldersAsync(new MadeUpImage(), "/first:/second::"));

    [Fact]
    public async Task HasAConfigurationThatMayBeALinkOrIncludeItself() => Assert.Equal(
        ["/x", .. BuiltIn],
        await FoldersAsync(new MadeUpImage().Link("/etc/ld.so.conf", "real.conf").File("/etc/real.conf", "include real.conf\n/x")));

    [Fact]
    public async Task LooksInOtherFoldersOnAnotherMachine() => Assert.Equal(
        "/lib/aarch64-linux-gnu", (await LoaderPaths.OfAsync(new MadeUpImage(), "linux/arm64", "", TestContext.Current.CancellationToken))[0]);

    [Fact]
    public async Task FollowsLinks()
    {
        var image = new MadeUpImage().Link("/lib/liba.so.1", "../opt/liba.so").Link("/lib/../opt/liba.so", "/opt/liba.so.1.2").Library("/opt/liba.so.1.2", "A_1");
        var offer = await FindAsync(image, "liba.so.1");
        Assert.Equal("/lib/liba.so.1", offer!.Path);
        Assert.Equal(["A_1"], offer.Versions);
    }

    [Fact]
    public async Task EndsWhereLinksLeadInACircle() =>
        Assert.Null(await FindAsync(new MadeUpImage().Link("/lib/liba.so", "libb.so").Link("/lib/libb.so", "liba.so"), "liba.so"));

    [Fact]
    public async Task PassesOverWhatItCannotLoad()
    {
        var image = new MadeUpImage()
            .File("/opt/liba.so", "GROUP ( liba.so.1 )")
            .File("/usr/local/lib/liba.so", new Elf { Machine = 183 }.ToBytes())
            .File("/lib64/liba.so", new Elf().ToBytes()[..^5])
            .File("/usr/lib64/liba.so/x", "a folder")
            .Library("/lib/liba.so", "A_1");
        Assert.Equal("/lib/liba.so", (await FindAsync(image, "liba.so"))!.Path);
    }

    [Fact]
    public async Task FindsNothingInAnEmptyImage() => Assert.Null(await FindAsync(new MadeUpImage(), "libc.so.6"));

    private static async Task<LibraryOffer?> FindAsync(MadeUpImage image, string soname) =>
        (await ImageLibraries.FindAsync(image, ["/opt", "/usr/local/lib", "/lib64", "/usr/lib64", "/lib"], "linux/amd64", [soname], TestContext.Current.CancellationToken))[soname];

    private static async Task<ImmutableArray<string>> FoldersAsync(MadeUpImage image, string variable = "") =>
        await LoaderPaths.OfAsync(image, "linux/amd64", variable, TestContext.Current.CancellationToken);
}

public sealed class NativesOnAnImage : IDisposable
{
    private const string Image = "'debian:old'";

    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, LibraryOffer?> _libraries = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ThatFitsAreNoProblem()
    {
        Offer("libc.so.6", "GLIBC_2.2.5", "GLIBC_2.34");
        Native("a.so", "libc.so.6", "GLIBC_2.34");
        Assert.Empty(Check());
    }

    [Fact]
    public void ThatIsTooOldAreCT3030WithImagesThatFit()
    {
        Offer("libstdc++.so.6", "GLIBCXX_3.4.9", "GLIBCXX_3.4.30", "CXXABI_1.3.13");
        var torch = Native("libtorch.so", "libstdc++.so.6", "GLIBCXX_3.4.9", "GLIBCXX_3.4.32", "GLIBCXX_3.4.31");
        var problem = Assert.Single(Check());
        Assert.Equal("CT3030", problem.Code.Id);
        Assert.Equal(
            $"'{torch}' needs GLIBCXX_3.4.31, GLIBCXX_3.4.32 of libstdc++.so.6, and the image {Image} offers at most GLIBCXX_3.4.30; images on Azure Linux 3.0, Ubuntu 24.04, UBI 10, Debian 13 fit.",
            problem.Message);
    }

    [Fact]
    public void AreOneProblemPerLibraryThatNamesTheMostDemandingFile()
    {
        Offer("libc.so.6", "GLIBC_2.9");
        Offer("libm.so.6", "GLIBC_2.9");
        Native("a.so", "libc.so.6", "GLIBC_2.17");
        var b = Native("b.so", "libc.so.6", "GLIBC_2.38");
        var c = Native("c.so", "libm.so.6", "GLIBC_2.29");
        Assert.Equal(
            [(b, "GLIBC_2.17, GLIBC_2.38 of libc.so.6, as do one other file"), (c, "GLIBC_2.29 of libm.so.6")],
            Check().Select(problem => (problem.Message.Split('\'')[1], problem.Message.Split(" needs ")[1].Split(", and the image")[0])));
    }

    [Fact]
    public void ThatHasNoSuchLibraryAreCT3030WithTheDebianPackage()
    {
        var torch = Native("libtorch.so", "libgomp.so.1");
        Assert.Equal($"'{torch}' needs libgomp.so.1, and the image {Image} has no such library; the Debian package libgomp1 has it.", Assert.Single(Check()).Message);
    }

    [Fact]
    public void ThatNoKnownImageFitsSaySo()
    {
        Offer("libc.so.6", "GLIBC_2.41");
        Native("a.so", "libc.so.6", "GLIBC_9.1");
        Assert.EndsWith("offers at most GLIBC_2.41; no image that is known here offers more.", Assert.Single(Check()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WithMuslAreOneCT3031()
    {
        _libraries["ld-musl-x86_64.so.1"] = new LibraryOffer("/lib/ld-musl-x86_64.so.1", []);
        var a = Native("a.so", "libc.so.6", "GLIBC_2.17");
        Native("b.so", "libc.so.6", "GLIBC_2.17");
        Native("c.so", "libgomp.so.1");
        var problem = Assert.Single(Check());
        Assert.Equal("CT3031", problem.Code.Id);
        Assert.Equal($"The image {Image} has musl ('/lib/ld-musl-x86_64.so.1') and no glibc, which '{a}' and one other file cannot do without.", problem.Message);
    }

    [Fact]
    public void WithoutAnyLibraryAreCT3030()
    {
        Native("a.so", "libc.so.6", "GLIBC_2.17");
        Assert.Equal("CT3030", Assert.Single(Check()).Code.Id);
    }

    [Fact]
    public void NeedNotFindThereWhatTheDriverBrings()
    {
        Native("libtorch_cuda.so", "libcuda.so.1");
        Native("libcoreclrtraceptprovider.so", "liblttng-ust.so.0");
        Assert.Empty(Check());
    }

    [Theory]
    [InlineData(183, "arm64")]
    [InlineData(258, "LoongArch")]
    [InlineData(4711, "machine 4711")]
    public void ForAnotherMachineAreCT3033(ushort machine, string name)
    {
        var native = new Elf { Machine = machine, Needed = { "libgone.so" } }.WriteTo(_folder, "a.so");
        var problem = Assert.Single(Check());
        Assert.Equal(("CT3033", $"'{native}' is made for {name}, and the image is for linux/amd64."), (problem.Code.Id, problem.Message));
    }

    [Fact]
    public void OfThirtyTwoBitsAreCT3033()
    {
        var bytes = new Elf { Machine = 3 }.ToBytes();
        bytes[4] = 1;
        _folder.Write("a.so", bytes);
        Assert.Contains("made for 32-bit x86,", Assert.Single(Check()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AreThoseOfPackagesAndThoseThatAreCalledSo() => Assert.Equal(
        ["/p/native.bin", "/own/libx.so", "/own/liby.so.1.2", "/own/x64.so"],
        ImagePreflight.NativesOf(Given.Plan(Given.Image(image => image with
        {
            Files =
            [
                Given.Native("/p/native.bin", "native.bin", "P", "1.0.0"), Given.Library("/p/P.dll", "P.dll", "P", "1.0.0"),
                Given.Own("/own/libx.so", "libx.so"), Given.Own("/own/liby.so.1.2", "liby.so.1.2"), Given.Own("/own/notes.so.txt", "notes.so.txt"),
                Given.Own("/own/x64.so", "runtimes/linux-x64/native/libz.so"), Given.Own("/own/arm64.so", "runtimes/linux-arm64/native/libz.so"),
                Given.Own("/own/musl.so", "runtimes/linux-musl-x64/native/libz.so"), Given.Own("/own/so", "so"),
            ],
        })).Image));

    private void Offer(string soname, params string[] versions) => _libraries[soname] = new LibraryOffer("/lib/" + soname, [.. versions]);

    private string Native(string name, string library, params string[] versions)
    {
        var elf = new Elf { Needed = { library } };
        if (versions.Length > 0)
            elf.Needs.Add((library, versions));
        return elf.WriteTo(_folder, name);
    }

    private Problem[] Check()
    {
        var natives = NativeSet.Read(Directory.EnumerateFiles(_folder.Path), "linux/amd64");
        return [.. natives.Problems, .. ImageProblems.Of(natives, _libraries, Image, "linux/amd64")];
    }
}

public sealed class LibrariesThatWereRead : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AreRememberedByTheImage()
    {
        var known = new KnownLibraries("sha256:1", ["/lib"], ImmutableSortedDictionary<string, LibraryOffer?>.Empty.Add("libc.so.6", new LibraryOffer("/lib/libc.so.6", ["GLIBC_2.2.5"])).Add("libgone.so", null));
        known.Write(_folder.At("deep/1.json"));
        var read = KnownLibraries.Read(_folder.At("deep/1.json"), "sha256:1")!;
        Assert.Equal(("/lib", "/lib/libc.so.6"), (read.Folders[0], read.Libraries["libc.so.6"]!.Path));
        Assert.Equal(["GLIBC_2.2.5"], read.Libraries["libc.so.6"]!.Versions);
        Assert.True(read.Libraries.ContainsKey("libgone.so") && read.Libraries["libgone.so"] is null);
        Assert.Null(KnownLibraries.Read(_folder.At("deep/1.json"), "sha256:2"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"image":"sha256:1","folders":null}""")]
    public void AreReadAnewWhereTheFileIsDamaged(string text) => Assert.Null(KnownLibraries.Read(_folder.Write("1.json", text), "sha256:1"));
}

public sealed class TheVersionsOfSymbols
{
    [Theory]
    [InlineData("GLIBCXX_3.4.9", "GLIBCXX_3.4.32")]
    [InlineData("GLIBC_2.9", "GLIBC_2.34")]
    [InlineData("CXXABI_1.3.15", "GLIBC_2.2")]
    [InlineData("A_1", "A_2.1")]
    [InlineData("", "A_1")]
    public void AreInTheOrderOfTheirNumbers(string lower, string higher)
    {
        Assert.True(SymbolVersion.Order.Compare(lower, higher) < 0);
        Assert.True(SymbolVersion.Order.Compare(higher, lower) > 0);
    }

    [Fact]
    public void HaveNewestOnesOfTheSameSet()
    {
        Assert.Equal("GLIBC_2.36", SymbolVersion.Newest(["GLIBC_2.9", "GLIBC_2.36", "GLIBC_PRIVATE", "GLIBC_ABI_DT_RELR", "GLIBCXX_3.4.30"], "GLIBC_2.38"));
        Assert.Null(SymbolVersion.Newest(["GLIBC_2.9"], "GLIBCXX_3.4"));
    }
}
