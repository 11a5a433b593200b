using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace ContainerTrain.Engine;

/// <summary>A version of a symbol set that a file needs: <c>GLIBCXX_3.4.32</c> of <c>libstdc++.so.6</c>.</summary>
public sealed record VersionNeed(string Library, string Version);

/// <summary>
/// What the dynamic loader will ask of an ELF file: the libraries it needs, the symbol versions it needs of them, and
/// those it defines. Read from the section headers (System V gABI; Linux Standard Base, "Symbol Versioning"). Versions
/// that are needed weakly are left out: the loader goes on without them.
/// </summary>
public sealed record ElfFile(
    ImmutableArray<string> Needed, ImmutableArray<VersionNeed> VersionNeeds, ImmutableHashSet<string> VersionDefinitions)
{
    private const uint StringTable = 3, Dynamic = 6, VersionDefinition = 0x6ffffffd, VersionNeedSection = 0x6ffffffe;
    private const long DynamicNeeded = 1;
    private const ushort Weak = 2;

    /// <summary>Reads a 64-bit little-endian ELF file; null if the file is anything else.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It ends before its own headers say.</exception>
    public static ElfFile? Read(string path)
    {
        using var stream = File.OpenRead(path);
        return Read(stream, path);
    }

    /// <summary>The same from a stream that can seek; <paramref name="name"/> is for the exception.</summary>
    public static ElfFile? Read(Stream stream, string name)
    {
        var header = new byte[ElfHeader.Length];
        stream.Position = 0;
        var length = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (ElfHeader.Parse(header.AsSpan(0, length)) is not { Bits: 64, IsLittleEndian: true })
            return null;
        if (length < header.Length)
            throw CutShort(name);
        try
        {
            return Parse(stream, header);
        }
        catch (EndOfStreamException)
        {
            throw CutShort(name);
        }
    }

    private static InvalidDataException CutShort(string name) => new($"'{name}' is cut short: its headers name bytes beyond its end.");

    private static ElfFile Parse(Stream stream, byte[] header)
    {

        var sections = Sections(stream, header);
        var needed = ImmutableArray.CreateBuilder<string>();
        var needs = ImmutableArray.CreateBuilder<VersionNeed>();
        var definitions = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        foreach (var section in sections.Where(section => section.Type is Dynamic or VersionNeedSection or VersionDefinition))
        {
            var data = Bytes(stream, section);
            var strings = section.Link < sections.Count && sections[(int)section.Link].Type == StringTable ? Bytes(stream, sections[(int)section.Link]) : [];
            switch (section.Type)
            {
                case Dynamic:
                    needed.AddRange(ReadNeeded(data, strings));
                    break;
                case VersionNeedSection:
                    needs.AddRange(ReadVersionNeeds(data, strings));
                    break;
                default:
                    definitions.UnionWith(ReadVersionDefinitions(data, strings));
                    break;
            }
        }
        return new ElfFile(needed.ToImmutable(), needs.ToImmutable(), definitions.ToImmutable());
    }

    private readonly record struct Section(uint Type, long Offset, long Size, uint Link);

    private static List<Section> Sections(Stream stream, byte[] header)
    {
        var offset = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(0x28));
        var size = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(0x3a));
        var count = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(0x3c));
        var sections = new List<Section>();
        for (var i = 0; i < count; i++)
        {
            var entry = Bytes(stream, new Section(0, offset + (long)i * size, 64, 0)).AsSpan();
            sections.Add(new Section(
                BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
                BinaryPrimitives.ReadInt64LittleEndian(entry[0x18..]),
                BinaryPrimitives.ReadInt64LittleEndian(entry[0x20..]),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[0x28..])));
        }
        return sections;
    }

    private static IEnumerable<string> ReadNeeded(byte[] data, byte[] strings)
    {
        for (var at = 0; at + 16 <= data.Length; at += 16)
        {
            if (BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(at)) == DynamicNeeded)
                yield return Text(strings, (uint)BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(at + 8)));
        }
    }

    /// <summary>Elf64_Verneed: version, count, file, aux, next; each with Elf64_Vernaux: hash, flags, other, name, next.</summary>
    private static IEnumerable<VersionNeed> ReadVersionNeeds(byte[] data, byte[] strings)
    {
        for (var at = 0L; Fits(data, at, 16);)
        {
            var library = Text(strings, U32(data, at + 4));
            var aux = at + U32(data, at + 8);
            for (var i = 0; i < U16(data, at + 2) && Fits(data, aux, 16); i++)
            {
                if ((U16(data, aux + 4) & Weak) == 0)
                    yield return new VersionNeed(library, Text(strings, U32(data, aux + 8)));
                aux += U32(data, aux + 12);
            }
            if (U32(data, at + 12) is var next && next == 0)
                yield break;
            at += next;
        }
    }

    /// <summary>Elf64_Verdef: version, flags, index, count, hash, aux, next; the first Elf64_Verdaux names it.</summary>
    private static IEnumerable<string> ReadVersionDefinitions(byte[] data, byte[] strings)
    {
        for (var at = 0L; Fits(data, at, 20);)
        {
            var aux = at + U32(data, at + 12);
            if (Fits(data, aux, 4))
                yield return Text(strings, U32(data, aux));
            if (U32(data, at + 16) is var next && next == 0)
                yield break;
            at += next;
        }
    }

    private static byte[] Bytes(Stream stream, Section section)
    {
        if (section.Offset < 0 || section.Size < 0 || section.Size > stream.Length - section.Offset)
            throw new EndOfStreamException();
        var bytes = new byte[section.Size];
        stream.Position = section.Offset;
        stream.ReadExactly(bytes);
        return bytes;
    }

    // Offsets are 64-bit so that those in a damaged file lead out of it, never back into it.
    private static bool Fits(byte[] data, long at, int size) => at + size <= data.Length;

    private static uint U32(byte[] data, long at) => BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan((int)at));

    private static ushort U16(byte[] data, long at) => BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan((int)at));

    private static string Text(byte[] strings, uint offset)
    {
        if (offset >= strings.Length)
            return "";
        var rest = strings.AsSpan((int)offset);
        var end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }
}
