using System.Buffers.Binary;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using CsCheck;

namespace ContainerTrain.Tests;

public sealed class AnElfFile
{
    private static Elf Torch => new()
    {
        Needed = { "libstdc++.so.6", "libc.so.6" },
        Needs = { ("libstdc++.so.6", ["GLIBCXX_3.4.32", "CXXABI_1.3"]), ("libc.so.6", ["GLIBC_2.34"]) },
        Definitions = { "libtorch.so", "TORCH_1" },
    };

    [Fact]
    public void SaysWhatItNeedsAndWhatItDefines()
    {
        using var folder = new TempFolder();
        var elf = ElfFile.Read(Torch.WriteTo(folder, "libtorch.so"))!;
        Assert.Equal(["libstdc++.so.6", "libc.so.6"], elf.Needed);
        Assert.Equal(
            [new("libstdc++.so.6", "GLIBCXX_3.4.32"), new("libstdc++.so.6", "CXXABI_1.3"), new VersionNeed("libc.so.6", "GLIBC_2.34")],
            elf.VersionNeeds);
        Assert.Equal(["TORCH_1", "libtorch.so"], elf.VersionDefinitions.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void OfThisHostsCLibraryIsRead()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The libraries of this host are no ELF files.");
        var libc = SystemLibraries.OfThisHost().Find("libc.so.6");
        Assert.SkipWhen(libc is null, "This host's C library is another one than glibc.");
        Assert.Contains("GLIBC_2.17", libc.Value.File.VersionDefinitions);
        Assert.Contains(libc.Value.File.Needed, soname => soname.StartsWith("ld-linux", StringComparison.Ordinal));
    }

    [Fact]
    public void OfThisHostsCppLibraryNeedsTheCLibrary()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The libraries of this host are no ELF files.");
        var library = SystemLibraries.OfThisHost().Find("libstdc++.so.6");
        Assert.SkipWhen(library is null, "This host has no libstdc++.");
        Assert.Contains("libc.so.6", library.Value.File.Needed);
        Assert.Contains(library.Value.File.VersionNeeds, need => need.Library == "libc.so.6" && need.Version.StartsWith("GLIBC_", StringComparison.Ordinal));
        Assert.Contains("GLIBCXX_3.4.11", library.Value.File.VersionDefinitions);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GROUP ( /lib/libc.so.6 )")]
    [InlineData("\u007fEL")]
    [InlineData("#!/bin/sh\n# a script that is longer than the header of an ELF file would be, but is none\n")]
    public void IsNotEveryFile(string content)
    {
        using var folder = new TempFolder();
        Assert.Null(ElfFile.Read(folder.Write("x.so", content)));
    }

    [Theory]
    [InlineData(4, 1)] // 32 bits
    [InlineData(5, 2)] // big-endian
    public void OfAnotherKindIsNotRead(int offset, byte value)
    {
        using var folder = new TempFolder();
        var bytes = Torch.ToBytes();
        bytes[offset] = value;
        Assert.Null(ElfFile.Read(folder.Write("x.so", bytes)));
    }

    [Fact]
    public void ThatIsCutShortIsInvalid()
    {
        using var folder = new TempFolder();
        var bytes = Torch.ToBytes();
        var error = Assert.Throws<InvalidDataException>(() => ElfFile.Read(folder.Write("x.so", bytes[..^10])));
        Assert.Contains("x.so", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ThatNamesBytesBeyondAllNumbersIsInvalid()
    {
        using var folder = new TempFolder();
        var bytes = Torch.ToBytes();
        var headers = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(0x28));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(headers + 2 * 64 + 0x20), long.MaxValue - 8);
        Assert.Throws<InvalidDataException>(() => ElfFile.Read(folder.Write("x.so", bytes)));
    }

    [Fact]
    public void ThatIsDamagedIsReadOrInvalidButEnds()
    {
        using var folder = new TempFolder();
        var good = Torch.ToBytes();
        var file = folder.At("x.so");
        Gen.Select(Gen.Int[6, good.Length - 1], Gen.OneOf(Gen.Byte, Gen.OneOfConst<byte>(0x00, 0x7f, 0x80, 0xf0, 0xff))).Array[1, 6].Sample(
            changes =>
            {
                var bytes = good.ToArray();
                foreach (var (at, value) in changes)
                    bytes[at] = value;
                File.WriteAllBytes(file, bytes);
                try
                {
                    _ = ElfFile.Read(file);
                }
                catch (InvalidDataException)
                {
                }
            },
            iter: 3_000, threads: 1);
    }

    [Fact]
    public void DoesNotNeedWhatItNeedsWeakly()
    {
        using var folder = new TempFolder();
        var elf = new Elf { Needs = { ("libc.so.6", ["GLIBC_2.34", "GLIBC_ABI_DT_RELR"]) }, Weak = { "GLIBC_ABI_DT_RELR" } };
        Assert.Equal([new VersionNeed("libc.so.6", "GLIBC_2.34")], ElfFile.Read(elf.WriteTo(folder, "x.so"))!.VersionNeeds);
    }

    [Theory]
    [InlineData(0xfffffff0)] // back by one entry: a walk in a circle
    [InlineData(0x80000000)]
    [InlineData(0x7fffffff)]
    public void WhoseEntriesPointElsewhereEnds(uint next)
    {
        using var folder = new TempFolder();
        var bytes = Torch.ToBytes();
        var headers = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(0x28));
        foreach (var (section, aux, following) in new[] { (3, 8, 12), (4, 12, 16) })
        {
            var data = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(headers + section * 64 + 0x18));
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(data + aux), next);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(data + following), next);
        }
        Assert.NotNull(ElfFile.Read(folder.Write("x.so", bytes)));
    }
}

public sealed class SystemLibrariesOfFolders
{
    [Fact]
    public void AreFoundInTheFirstFolderThatHasThem()
    {
        using var folder = new TempFolder();
        var first = new Elf { Definitions = { "A_1" } }.WriteTo(folder, "1/liba.so");
        new Elf { Definitions = { "A_2" } }.WriteTo(folder, "2/liba.so");
        var library = new SystemLibraries([folder.At("0"), folder.At("1"), folder.At("2")]).Find("liba.so");
        Assert.Equal(first, library?.Path);
        Assert.Contains("A_1", library!.Value.File.VersionDefinitions);
    }

    [Fact]
    public void AreNotTextsThatTheLinkerReads()
    {
        using var folder = new TempFolder();
        folder.Write("1/liba.so", "GROUP ( liba.so.1 )");
        var real = new Elf().WriteTo(folder, "2/liba.so");
        Assert.Equal(real, new SystemLibraries([folder.At("1"), folder.At("2")]).Find("liba.so")?.Path);
    }

    [Fact]
    public void AreNoneWhereNobodyHasThem()
    {
        using var folder = new TempFolder();
        Assert.Null(new SystemLibraries([folder.Path]).Find("liba.so"));
    }
}

public sealed class NativesOnASystem : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ThatHasWhatTheyNeedAreNoProblem()
    {
        System("libstdc++.so.6", "GLIBCXX_3.4.31", "GLIBCXX_3.4.32");
        Assert.Empty(Check(Native("libtorch.so", new Elf { Needed = { "libstdc++.so.6" }, Needs = { ("libstdc++.so.6", ["GLIBCXX_3.4.32"]) } })));
    }

    [Fact]
    public void ThatIsTooOldAreCT3008()
    {
        System("libstdc++.so.6", "GLIBCXX_3.4.9", "GLIBCXX_3.4.30", "CXXABI_1.3");
        var native = Native("libtorch.so", new Elf
        {
            Needed = { "libstdc++.so.6" },
            Needs = { ("libstdc++.so.6", ["GLIBCXX_3.4.32", "GLIBCXX_3.4.9", "GLIBCXX_3.4.31", "CXXABI_1.3"]) },
        });
        var problem = Assert.Single(Check(native));
        Assert.Equal("CT3008", problem.Code.Id);
        Assert.Equal(
            $"'{native}' needs GLIBCXX_3.4.31, GLIBCXX_3.4.32 of libstdc++.so.6, and '{_folder.At("system/libstdc++.so.6")}' offers at most GLIBCXX_3.4.30.",
            problem.Message);
    }

    [Fact]
    public void ThatLacksALibraryAreCT3008()
    {
        var native = Native("libtorch.so", new Elf { Needed = { "libgone.so.1" } });
        Assert.Equal($"'{native}' needs libgone.so.1, and this system has no such library.", Assert.Single(Check(native)).Message);
    }

    [Fact]
    public void ThatHasNoSuchVersionsAreCT3008()
    {
        System("libc.so.6", "OTHER_1");
        var native = Native("libtorch.so", new Elf { Needed = { "libc.so.6" }, Needs = { ("libc.so.6", ["GLIBC_2.34"]) } });
        Assert.EndsWith("offers at most no GLIBC.", Assert.Single(Check(native)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NeedVersionsInTheOrderOfTheirNumbers()
    {
        System("libc.so.6", "GLIBC_2.2.5");
        var native = Native("libtorch.so", new Elf { Needed = { "libc.so.6" }, Needs = { ("libc.so.6", ["GLIBC_2.34", "GLIBC_2.4", "GLIBC_2.17"]) } });
        Assert.Contains("needs GLIBC_2.4, GLIBC_2.17, GLIBC_2.34 of libc.so.6", Assert.Single(Check(native)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NeedNotFindThereWhatTheyBring() =>
        Assert.Empty(Check(Native("libtorch.so", new Elf { Needed = { "libc10.so" }, Needs = { ("libc10.so", ["C10_1"]) } }), Native("libc10.so", new Elf())));

    [Fact]
    public void AreReportedTogetherInOrder()
    {
        var b = Native("b.so", new Elf { Needed = { "libx.so", "liby.so" } });
        var a = Native("a.so", new Elf { Needed = { "libx.so" } });
        Assert.Equal([a, b, b], Check(b, a).Select(problem => problem.Message.Split('\'')[1]));
    }

    [Fact]
    public void MayBeFilesThatAreNone() =>
        Assert.Empty(Check(_folder.At("missing.so"), _folder.Write("natives/text.so", "text")));

    [Fact]
    public void ThatAreCutShortAreCT3032()
    {
        var native = _folder.Write("natives/cut.so", new Elf().ToBytes()[..^10]);
        var problem = Assert.Single(Check(native));
        Assert.Equal(("CT3032", true), (problem.Code.Id, problem.Message.Contains($"'{native}'", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(30)]
    public void ThatAreCutShortInTheirHeaderAreCT3032(int length) =>
        Assert.Equal("CT3032", Assert.Single(Check(_folder.Write("natives/cut.so", new Elf().ToBytes()[..length]))).Code.Id);

    [Fact]
    public void MayBeNamedTwice()
    {
        var native = Native("a.so", new Elf { Needed = { "libx.so" } });
        Assert.Single(Check(native, native));
    }

    private void System(string name, params string[] definitions)
    {
        var elf = new Elf();
        elf.Definitions.AddRange(definitions);
        elf.WriteTo(_folder, "system/" + name);
    }

    private string Native(string name, Elf elf) => elf.WriteTo(_folder, "natives/" + name);

    private IReadOnlyList<Problem> Check(params string[] natives) => NativePreflight.Check(natives, new SystemLibraries([_folder.At("system")]));
}
