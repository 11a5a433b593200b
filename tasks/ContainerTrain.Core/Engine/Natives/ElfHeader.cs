using System.Buffers.Binary;
using System.Collections.Immutable;

namespace ContainerTrain.Engine;

/// <summary>What kind of machine an ELF file is for: the first bytes of its header (System V gABI, "ELF Header").</summary>
/// <param name="Bits">32 or 64.</param>
/// <param name="Machine">e_machine.</param>
public readonly record struct ElfHeader(int Bits, bool IsLittleEndian, ushort Machine)
{
    /// <summary>Of the whole header of a 64-bit file.</summary>
    internal const int Length = 64;

    private const int Read = 20;

    private static readonly ImmutableSortedDictionary<string, ushort> Platforms =
        ImmutableSortedDictionary<string, ushort>.Empty.Add("linux/amd64", 62).Add("linux/arm64", 183);

    private static readonly ImmutableSortedDictionary<ushort, string> Names = ImmutableSortedDictionary<ushort, string>.Empty
        .Add(3, "x86").Add(20, "PowerPC").Add(21, "PowerPC").Add(22, "S390").Add(40, "arm").Add(62, "x86-64").Add(183, "arm64").Add(243, "RISC-V").Add(258, "LoongArch");

    /// <summary>Null if <paramref name="bytes"/> do not begin as an ELF file does.</summary>
    public static ElfHeader? Parse(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith("\u007fELF"u8))
            return null;
        if (bytes.Length < Read)
            return new ElfHeader(64, IsLittleEndian: true, 0);
        var isLittle = bytes[5] == 1;
        var machine = bytes[18..];
        return new ElfHeader(bytes[4] == 1 ? 32 : 64, isLittle, isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(machine) : BinaryPrimitives.ReadUInt16BigEndian(machine));
    }

    /// <summary>Whether a system of this platform (<c>linux/amd64</c>) loads such a file; true for a platform that is not known.</summary>
    public bool Fits(string platform) => !Platforms.TryGetValue(platform, out var machine) || this == new ElfHeader(64, IsLittleEndian: true, machine);

    /// <summary>Such as <c>arm64</c>, or <c>32-bit x86</c>.</summary>
    public override string ToString()
    {
        var name = Names.TryGetValue(Machine, out var known) ? known : $"machine {Machine}";
        return (Bits == 32 ? "32-bit " : "") + name + (IsLittleEndian ? "" : " (big-endian)");
    }
}
