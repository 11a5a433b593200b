using System.Collections.Immutable;
using ContainerTrain.Diagnostics;

namespace ContainerTrain.Engine;

/// <summary>A file's need of a library that the system has to offer.</summary>
/// <param name="File">The file that needs it, absolute.</param>
/// <param name="Library">The library's soname.</param>
/// <param name="Versions">The symbol versions needed of it, the highest last.</param>
internal sealed record NativeNeed(string File, string Library, ImmutableArray<string> Versions);

/// <summary>The native libraries of a program: what they need of the system, and those that no system of the platform loads.</summary>
internal sealed record NativeSet(ImmutableArray<NativeNeed> Needs, ImmutableArray<Problem> Problems)
{
    /// <summary>Of the NVIDIA driver: the container toolkit puts them into the container, none is in an image.</summary>
    private static readonly ImmutableHashSet<string> OfTheDriver = ImmutableHashSet.Create(
        StringComparer.Ordinal, "libcuda.so.1", "libcudadebugger.so.1", "libnvcuvid.so.1", "libnvidia-encode.so.1", "libnvidia-ml.so.1", "libnvidia-ptxjitcompiler.so.1", "libnvoptix.so.1");

    /// <summary>Of .NET's runtime, which goes on without it: tracing with LTTng.</summary>
    private const string OptionalFile = "libcoreclrtraceptprovider.so";

    /// <summary>Reads the files that exist. Those that are no ELF files need nothing; what they bring themselves is not needed of the system.</summary>
    /// <param name="paths">Absolute.</param>
    /// <param name="platform">In the form <c>linux/amd64</c>; empty for any.</param>
    public static NativeSet Read(IEnumerable<string> paths, string platform)
    {
        var problems = ImmutableArray.CreateBuilder<Problem>();
        var files = paths.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Where(File.Exists)
            .Select(path => (Path: path, Elf: Read(path, platform, problems)))
            .Where(file => file.Elf is not null).ToArray();
        var bundled = files.Select(file => Path.GetFileName(file.Path)).ToHashSet(StringComparer.Ordinal);
        return new NativeSet(
            [.. from file in files
                where Path.GetFileName(file.Path) != OptionalFile
                from library in file.Elf!.Needed.Distinct()
                where !bundled.Contains(library) && !OfTheDriver.Contains(library)
                select new NativeNeed(file.Path, library, VersionsOf(file.Elf!, library))],
            problems.ToImmutable());
    }

    private static ImmutableArray<string> VersionsOf(ElfFile elf, string library) =>
        [.. elf.VersionNeeds.Where(need => need.Library == library).Select(need => need.Version).Distinct().Order(SymbolVersion.Order)];

    private static ElfFile? Read(string path, string platform, ImmutableArray<Problem>.Builder problems)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var start = new byte[ElfHeader.Length];
            var length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            if (ElfHeader.Parse(start.AsSpan(0, length)) is not { } header)
                return null;
            if (length == start.Length && !header.Fits(platform))
            {
                problems.Add(Codes.ForeignNative.With(path, header, platform));
                return null;
            }
            return ElfFile.Read(stream, path);
        }
        catch (InvalidDataException)
        {
            problems.Add(Codes.DamagedNative.With(path, new FileInfo(path).Length));
            return null;
        }
    }
}
