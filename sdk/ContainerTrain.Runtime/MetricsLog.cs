using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace ContainerTrain.Runtime;

/// <summary>
/// Writes <c>metrics.jsonl</c>: one JSON object per line, <c>{"time":"2026-01-31T12:00:00.0000000Z","epoch":7,"train_mse":0.25}</c>.
/// Lines reach the file at least every half second while metrics are logged, so others can follow it. Safe for use from several threads.
/// </summary>
public sealed class MetricsLog : IDisposable
{
    private static readonly TimeSpan FlushInterval = TimeSpan.FromSeconds(0.5);

    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly Utf8JsonWriter _json;
    private readonly FileStream _file;
    private readonly TimeProvider _clock;
    private long _flushed;

    internal MetricsLog(string path, TimeProvider clock)
    {
        _clock = clock;
        _json = new Utf8JsonWriter(_line);
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 1 << 16);
        _flushed = long.MinValue;
    }

    /// <summary>Appends one line.</summary>
    /// <param name="epoch">The epoch the values belong to, from 1.</param>
    /// <param name="values">Names and values. JSON has no NaN and no infinity: those are written as null.</param>
    /// <exception cref="ArgumentException">A name is empty, <c>time</c> or <c>epoch</c>.</exception>
    public void Log(int epoch, params ReadOnlySpan<(string Name, double Value)> values)
    {
        foreach (var (name, _) in values)
        {
            if (name is null or "" or "time" or "epoch")
            {
                throw new ArgumentException($"A metric cannot be named '{name}'.", nameof(values));
            }
        }

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(!_file.CanWrite, this);
            Write(epoch, values);
            FlushIfDue();
        }
    }

    /// <summary>Writes what is still in memory and closes the file.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _json.Dispose();
            _file.Dispose();
        }
    }

    private void Write(int epoch, ReadOnlySpan<(string Name, double Value)> values)
    {
        _line.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteString("time", _clock.GetUtcNow().UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        _json.WriteNumber("epoch", epoch);
        foreach (var (name, value) in values)
        {
            if (double.IsFinite(value))
            {
                _json.WriteNumber(name, value);
            }
            else
            {
                _json.WriteNull(name);
            }
        }

        _json.WriteEndObject();
        _json.Flush();
        _file.Write(_line.WrittenSpan);
        _file.WriteByte((byte)'\n');
    }

    private void FlushIfDue()
    {
        var now = _clock.GetTimestamp();
        if (_flushed == long.MinValue || _clock.GetElapsedTime(_flushed, now) >= FlushInterval)
        {
            _file.Flush();
            _flushed = now;
        }
    }
}
