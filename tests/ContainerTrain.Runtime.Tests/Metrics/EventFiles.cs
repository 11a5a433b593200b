using System.Buffers.Binary;
using Google.Protobuf;
using Tensorboard;

namespace ContainerTrain.Runtime.Tests;

public sealed class EventFiles : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void HaveTheVersionAndOneEventForEachLine()
    {
        var clock = new SetClock();
        using (var metrics = Open(clock))
        {
            clock.Pass(TimeSpan.FromSeconds(1.5));
            metrics.Log(1, ("train_mse", 0.1), ("größe/x y", -2));
            metrics.Log(long.MaxValue, ("train_mse", null));
        }

        var events = EventReader.Read(Assert.Single(Files()));
        var start = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
        Assert.Equal(3, events.Count);
        Assert.Equal(("brain.Event:2", start), (events[0].FileVersion, events[0].WallTime));
        Assert.Equal((1, start + 1.5), (events[1].Step, events[1].WallTime));
        Assert.Equal([("train_mse", 0.1f), ("größe/x y", -2f)], events[1].Summary.Value.Select(value => (value.Tag, value.SimpleValue)));
        Assert.Equal(long.MaxValue, events[2].Step);
        Assert.Empty(events[2].Summary.Value);
    }

    [Fact]
    public void CanBeReadWhileTheyAreWritten()
    {
        using var metrics = Open();
        metrics.Log(1, ("a", 1));

        Assert.Equal(1, EventReader.Read(Assert.Single(Files()))[^1].Step);
    }

    [Fact]
    public void GetWhatIsLoggedThoughNothingMoreIs()
    {
        using var metrics = Open();
        metrics.Log(1, ("a", 1));
        metrics.Log(2, ("a", 1));
        metrics.Log(3, ("a", 1));

        Assert.True(SpinWait.SpinUntil(() => EventReader.Read(Assert.Single(Files()))[^1].Step == 3, TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void HoldNamesOfAnyLength()
    {
        var name = new string('n', 100_000);
        using (var metrics = Open())
        {
            metrics.Log(1, ("a", 1), (name, 2), ("b", 3));
        }

        Assert.Equal(["a", name, "b"], EventReader.Read(Assert.Single(Files()))[1].Summary.Value.Select(value => value.Tag));
    }

    [Fact]
    public void KeepTheTimeInOrderWhenTheClockIsSetBack()
    {
        var clock = new SetClock();
        using (var metrics = Open(clock))
        {
            metrics.Log(1, ("a", 1));
            clock.SetBack(TimeSpan.FromDays(1));
            clock.Pass(TimeSpan.FromSeconds(1));
            metrics.Log(2, ("a", 1));
        }

        var events = EventReader.Read(Assert.Single(Files()));
        Assert.Equal(events[1].WallTime + 1, events[2].WallTime);
    }

    [Fact]
    public void SayInASecondFileWhereTheTrainingBeginsAgain()
    {
        var clock = new SetClock();
        using (var metrics = Open(clock))
        {
            metrics.Log(1, ("a", 1));
            metrics.Log(2, ("a", 2));
        }

        clock.Pass(TimeSpan.FromSeconds(2));
        using (var metrics = Open(clock))
        {
            metrics.Log(2, ("a", 3));
            metrics.Log(3, ("a", 4));
        }

        Assert.Equal(2, Files().Length);
        Assert.DoesNotContain(EventReader.Read(Files()[0]), record => record.SessionLog is not null);
        var second = EventReader.Read(Files()[1]);
        Assert.Equal([0L, 2, 2, 3], second.Select(record => record.Step));
        Assert.Equal(SessionLog.Types.SessionStatus.Start, second[1].SessionLog.Status);
    }

    private MetricsLog Open(TimeProvider? time = null) => MetricsLog.Open(_folder.FullPath, "the-run", time ?? TimeProvider.System, _ => { });

    private string[] Files() => [.. Directory.GetFiles(_folder.Path("tensorboard")).Order(StringComparer.Ordinal)];
}

/// <summary>
/// Reads event files with what the writer does not use: the messages that protoc made (TorchSharp has them), and the
/// checksum as its definition has it, bit by bit.
/// </summary>
internal static class EventReader
{
    public static IReadOnlyList<Event> Read(string path, bool allowsHalfRecord = false)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var events = new List<Event>();
        for (var rest = bytes.AsSpan(); rest.Length > 0;)
        {
            var length = rest.Length < 12 ? int.MaxValue : (int)BinaryPrimitives.ReadUInt64LittleEndian(rest);
            if (allowsHalfRecord && rest.Length - 16L < length)
            {
                break;
            }

            Assert.Equal(Masked(rest[..8]), BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]));
            Assert.Equal(Masked(rest.Slice(12, length)), BinaryPrimitives.ReadUInt32LittleEndian(rest[(12 + length)..]));
            var record = new Event();
            record.MergeFrom(new CodedInputStream(rest.Slice(12, length).ToArray()));
            events.Add(record);
            rest = rest[(16 + length)..];
        }

        return events;
    }

    /// <summary>CRC-32C of "123456789" is E3069283: RFC 3720, B.4, has more.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var one in data)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
            }
        }

        return ~crc;
    }

    private static uint Masked(ReadOnlySpan<byte> data)
    {
        var crc = Crc32C(data);
        return unchecked((crc >> 15 | crc << 17) + 0xa282ead8);
    }
}

public sealed class TheReaderOfEventFiles
{
    [Fact]
    public void KnowsTheChecksum() => Assert.Equal(0xe3069283, EventReader.Crc32C("123456789"u8));
}
