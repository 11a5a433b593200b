using System.Buffers.Binary;
using System.Text;

namespace ContainerTrain.Tests;

/// <summary>Writes small 64-bit ELF files with what the loader asks of one: needed libraries, versions needed and defined.</summary>
internal sealed class Elf
{
    private readonly List<byte> _names = [0];

    public List<string> Needed { get; } = [];

    public List<(string Library, string[] Versions)> Needs { get; } = [];

    public List<string> Definitions { get; } = [];

    /// <summary>x86-64, unless a test says otherwise.</summary>
    public ushort Machine { get; init; } = 62;

    /// <summary>Versions that the file can do without.</summary>
    public HashSet<string> Weak { get; } = [];

    /// <summary>The header, the sections' data, the section headers: null, strings, dynamic, needs, definitions.</summary>
    public byte[] ToBytes()
    {
        _names.RemoveRange(1, _names.Count - 1);
        var others = new (uint Type, byte[] Data)[]
        {
            (6, Join(Needed.Select(library => Words(1UL, (ulong)Name(library))).Append(Words(0UL, 0UL)))),
            (0x6ffffffe, NeedsData()),
            (0x6ffffffd, DefinitionsData()),
        };
        var body = new List<byte>();
        var headers = new List<byte>(new byte[64]);
        foreach (var (type, data) in others.Prepend((Type: 3u, Data: [.. _names])))
        {
            headers.AddRange(SectionHeader(type, 64 + body.Count, data.Length));
            body.AddRange(data);
        }
        return [.. Header(Machine, 64 + body.Count, others.Length + 2), .. body, .. headers];
    }

    private uint Name(string text)
    {
        var at = (uint)_names.Count;
        _names.AddRange([.. Encoding.UTF8.GetBytes(text), 0]);
        return at;
    }

    private byte[] NeedsData()
    {
        var data = new List<byte>();
        foreach (var (i, (library, versions)) in Needs.Index())
        {
            var next = i == Needs.Count - 1 ? 0 : (uint)(16 + 16 * versions.Length);
            data.AddRange([.. Words((ushort)1, (ushort)versions.Length), .. Words(Name(library), 16u, next)]);
            foreach (var (j, version) in versions.Index())
                data.AddRange([.. Words(0u), .. Words((ushort)(Weak.Contains(version) ? 2 : 0), (ushort)2), .. Words(Name(version), j == versions.Length - 1 ? 0u : 16u)]);
        }
        return [.. data];
    }

    private byte[] DefinitionsData()
    {
        var data = new List<byte>();
        foreach (var (i, version) in Definitions.Index())
            data.AddRange([.. Words((ushort)1, (ushort)0, (ushort)(i + 1), (ushort)1), .. Words(0u, 20u, i == Definitions.Count - 1 ? 0u : 28u, Name(version), 0u)]);
        return [.. data];
    }

    private static byte[] Header(ushort machine, int sections, int count)
    {
        var header = new byte[64];
        "\u007fELF\u0002\u0001\u0001"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(0x12), machine);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(0x28), (ulong)sections);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(0x3a), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(0x3c), (ushort)count);
        return header;
    }

    private static byte[] SectionHeader(uint type, int offset, int size)
    {
        var header = new byte[64];
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), type);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(0x18), (ulong)offset);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(0x20), (ulong)size);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(0x28), 1); // the string table
        return header;
    }

    private static byte[] Join(IEnumerable<byte[]> parts) => [.. parts.SelectMany(part => part)];

    private static byte[] Words(params ushort[] words) => Join(words.Select(BitConverter.GetBytes));

    private static byte[] Words(params uint[] words) => Join(words.Select(BitConverter.GetBytes));

    private static byte[] Words(params ulong[] words) => Join(words.Select(BitConverter.GetBytes));
}
