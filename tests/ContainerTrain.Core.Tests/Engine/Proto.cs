using System.Text;

namespace ContainerTrain.Tests;

/// <summary>Writes protobuf messages, as BuildKit sends them.</summary>
internal static class Proto
{
    public static byte[] Message(params IEnumerable<byte[]> fields) => [.. fields.SelectMany(field => field)];

    public static byte[] Field(int number, byte[] value) => [.. Varint((ulong)number << 3 | 2), .. Varint((ulong)value.Length), .. value];

    public static byte[] Field(int number, string value) => Field(number, Encoding.UTF8.GetBytes(value));

    public static byte[] Number(int number, ulong value) => [.. Varint((ulong)number << 3), .. Varint(value)];

    public static byte[] Fixed64(int number) => [.. Varint((ulong)number << 3 | 1), 1, 2, 3, 4, 5, 6, 7, 8];

    public static byte[] Fixed32(int number) => [.. Varint((ulong)number << 3 | 5), 1, 2, 3, 4];

    /// <summary>A step: digest = 1, name = 3, started = 5, completed = 6, error = 7.</summary>
    public static byte[] Step(string name, bool started = false, bool completed = false, string error = "") => Field(1, Message(
        [
            Field(1, "sha256:1"), Field(3, name), Number(4, 1),
            .. started ? [Field(5, Number(1, 1_700_000_000))] : Array.Empty<byte[]>(),
            .. completed ? [Field(6, Number(1, 1_700_000_001))] : Array.Empty<byte[]>(),
            .. error.Length > 0 ? [Field(7, error)] : Array.Empty<byte[]>(),
        ]));

    /// <summary>What a step printed: vertex = 1, timestamp = 2, stream = 3, msg = 4.</summary>
    public static byte[] Log(string text) => Field(3, Message(Field(1, "sha256:1"), Field(2, Number(1, 5)), Number(3, 1), Field(4, text)));

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
