using System.Buffers.Binary;

namespace ContainerTrain.Runtime;

/// <summary>
/// Writes fields of a protobuf message (https://protobuf.dev/programming-guides/encoding) into a buffer that is used again
/// and again, after a number of bytes that are left for what comes before the message.
/// </summary>
internal sealed class ProtoBuffer
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;
    private const int Fixed32Type = 5;

    /// <summary>A 64-bit number takes ten bytes of seven bits.</summary>
    private const int LongestVarint = 10;

    private readonly int _reserved;
    private byte[] _bytes = new byte[256];
    private int _length;

    public ProtoBuffer(int reserved) => _reserved = _length = reserved;

    public Span<byte> Reserved => _bytes.AsSpan(0, _reserved);

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(_reserved, _length - _reserved);

    public ReadOnlySpan<byte> All => _bytes.AsSpan(0, _length);

    public void Clear() => _length = _reserved;

    public void Integer(int field, long value)
    {
        Key(field, Varint);
        Number((ulong)value);
    }

    public void Double(int field, double value)
    {
        Key(field, Fixed64);
        BinaryPrimitives.WriteDoubleLittleEndian(Take(sizeof(double)), value);
    }

    public void Single(int field, float value)
    {
        Key(field, Fixed32Type);
        BinaryPrimitives.WriteSingleLittleEndian(Take(sizeof(float)), value);
    }

    /// <summary>Text in UTF-8, or a message.</summary>
    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Key(field, LengthDelimited);
        Number((ulong)value.Length);
        value.CopyTo(Take(value.Length));
    }

    /// <summary>Bytes that are no field.</summary>
    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>Four bytes that are no field.</summary>
    public void Fixed32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(sizeof(uint)), value);

    private void Key(int field, int wireType) => Number((uint)(field << 3 | wireType));

    private void Number(ulong value)
    {
        Reserve(LongestVarint);
        for (; value >= 0x80; value >>= 7)
        {
            _bytes[_length++] = (byte)(value | 0x80);
        }

        _bytes[_length++] = (byte)value;
    }

    private Span<byte> Take(int count)
    {
        Reserve(count);
        _length += count;
        return _bytes.AsSpan(_length - count, count);
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - _length < count)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _length + count));
        }
    }
}
