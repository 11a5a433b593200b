using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace ContainerTrain.Runtime;

/// <summary>
/// An event file that TensorBoard reads: TFRecords (https://www.tensorflow.org/tutorials/load_data/tfrecord) of
/// <c>tensorflow.Event</c> messages (tensorboard/compat/proto/event.proto and summary.proto), of which four fields are
/// written. docs/architecture.md says why not with TorchSharp's own writer.
/// </summary>
internal sealed class EventFile : IDisposable
{
    private const int LengthBytes = 8;
    private const int ChecksumBytes = 4;

    private readonly RecordFile _file;
    private readonly RunClock _clock;
    private readonly ProtoBuffer _event = new(reserved: LengthBytes + ChecksumBytes);
    private readonly ProtoBuffer _values = new(reserved: 0);
    private readonly ProtoBuffer _value = new(reserved: 0);
    private readonly ProtoBuffer _pending = new(reserved: 0);
    private bool _continues;

    private EventFile(RecordFile file, RunClock clock, bool continues) => (_file, _clock, _continues) = (file, clock, continues);

    /// <summary>A new file in the folder; TensorBoard reads all of them as one run, in the order of their names.</summary>
    /// <exception cref="TrainingException">CT4110: it cannot be written.</exception>
    public static EventFile Create(string folder, RunClock clock)
    {
        var continues = Directory.Exists(folder) && Directory.EnumerateFiles(folder, "events.out.tfevents.*").Any();
        var name = string.Create(CultureInfo.InvariantCulture,
            $"events.out.tfevents.{clock.Started.ToUnixTimeSeconds():d10}.{Environment.MachineName}.{Environment.ProcessId}.{Stamp(clock):d6}");
        var file = new EventFile(RecordFile.Open(Path.Combine(folder, name)), clock, continues);
        file.WriteVersion();
        file.Flush();
        return file;
    }

    /// <summary>Begins the event of a step.</summary>
    public void Begin(long step, TimeSpan elapsed)
    {
        if (_continues)
        {
            _continues = false;
            WriteStart(step, elapsed);
        }

        Begin(elapsed);
        _event.Integer(Fields.Step, step);
        _values.Clear();
    }

    /// <summary>Adds a value, which TensorBoard holds in single precision; one that does not exist is left out.</summary>
    public void Add(Metric metric)
    {
        if (metric.Value is not { } value)
        {
            return;
        }

        _value.Clear();
        _value.Bytes(Fields.Tag, metric.Tag);
        _value.Single(Fields.SimpleValue, (float)value);
        _values.Bytes(Fields.Value, _value.Written);
    }

    /// <summary>Whether events wait for <see cref="Flush"/>.</summary>
    public bool HasPending => _pending.Written.Length > 0;

    /// <summary>Writes all events that wait.</summary>
    /// <exception cref="TrainingException">CT4110: they cannot be written.</exception>
    public void Flush()
    {
        if (HasPending)
        {
            _file.Append(_pending.Written);
            _pending.Clear();
        }
    }

    /// <summary>Completes the event, which waits for <see cref="Flush"/>.</summary>
    public void End()
    {
        _event.Bytes(Fields.Summary, _values.Written);
        Write();
    }

    public void Dispose() => _file.Dispose();

    private void WriteVersion()
    {
        Begin(TimeSpan.Zero);
        _event.Bytes(Fields.FileVersion, "brain.Event:2"u8);
        Write();
    }

    /// <summary>Says that the training begins again with this step: TensorBoard then drops what it has from there on.</summary>
    private void WriteStart(long step, TimeSpan elapsed)
    {
        Begin(elapsed);
        _event.Integer(Fields.Step, step);
        _value.Clear();
        _value.Integer(Fields.SessionStatus, Fields.SessionStart);
        _event.Bytes(Fields.SessionLog, _value.Written);
        Write();
    }

    /// <summary>The wall time is that of the start plus what has passed since, which no change of the clock turns back.</summary>
    private void Begin(TimeSpan elapsed)
    {
        _event.Clear();
        _event.Double(Fields.WallTime, (_clock.Started + elapsed - DateTimeOffset.UnixEpoch).TotalSeconds);
    }

    /// <summary>length, checksum of the length, event, checksum of the event.</summary>
    private void Write()
    {
        var head = _event.Reserved;
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)_event.Written.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[LengthBytes..], Checksum(head[..LengthBytes]));
        _event.Fixed32(Checksum(_event.Written));
        _pending.Raw(_event.All);
    }

    /// <summary>CRC-32C, rotated and shifted so that the checksum of data that holds checksums is not weak.</summary>
    private static uint Checksum(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        }

        foreach (var one in data)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8;
    }

    /// <summary>Tells two files apart that one process makes within a second, the later one by the greater name.</summary>
    private static int Stamp(RunClock clock) => (int)(clock.Started.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);

    private static class Fields
    {
        public const int WallTime = 1;
        public const int Step = 2;
        public const int FileVersion = 3;
        public const int Summary = 5;
        public const int SessionLog = 7;

        /// <summary>In Summary.</summary>
        public const int Value = 1;

        /// <summary>In Summary.Value.</summary>
        public const int Tag = 1;
        public const int SimpleValue = 2;

        /// <summary>In SessionLog.</summary>
        public const int SessionStatus = 1;
        public const int SessionStart = 1;
    }
}
