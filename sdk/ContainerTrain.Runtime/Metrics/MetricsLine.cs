using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;

namespace ContainerTrain.Runtime;

/// <summary>Makes the lines of <c>metrics.jsonl</c>, version 1, in one buffer that is used again and again.</summary>
internal sealed class MetricsLine : IDisposable
{
    /// <summary>Raised when a reader of the old lines would misread the new ones.</summary>
    public const string Schema = "containertrain.metrics/1";

    private static readonly JsonEncodedText Step = JsonEncodedText.Encode("step");
    private static readonly JsonEncodedText Time = JsonEncodedText.Encode("time");
    private static readonly JsonEncodedText Elapsed = JsonEncodedText.Encode("elapsed");

    private readonly ArrayBufferWriter<byte> _buffer = new(512);
    private readonly Utf8JsonWriter _json;

    // A name given twice in one line is the program's to avoid; checking each line would cost more than writing it.
    public MetricsLine() => _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true });

    /// <summary>Names that a line, or the line that begins a run, has for itself.</summary>
    public static FrozenSet<string> Reserved { get; } = FrozenSet.Create(StringComparer.Ordinal, "step", "time", "elapsed", "schema", "run", "started");

    /// <summary>The line that begins a run's part of the file.</summary>
    public ReadOnlySpan<byte> Header(string runId, DateTimeOffset started)
    {
        Begin();
        _json.WriteString("schema", Schema);
        _json.WriteString("run", runId);
        _json.WriteString("started", started.UtcDateTime);
        return End();
    }

    public void Begin(long step, DateTimeOffset time, TimeSpan elapsed)
    {
        Begin();
        _json.WriteNumber(Step, step);
        _json.WriteString(Time, time.UtcDateTime);
        _json.WriteNumber(Elapsed, Math.Round(elapsed.TotalSeconds, 6));
    }

    /// <summary>JSON has no NaN and no infinity: they are null, as are values that do not exist.</summary>
    public void Add(Metric metric)
    {
        if (metric.Value is { } value && double.IsFinite(value))
        {
            _json.WriteNumber(metric.Key, value);
        }
        else
        {
            _json.WriteNull(metric.Key);
        }
    }

    /// <summary>The line with its end.</summary>
    public ReadOnlySpan<byte> End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _buffer.Write("\n"u8);
        return _buffer.WrittenSpan;
    }

    public void Dispose() => _json.Dispose();

    private void Begin()
    {
        _buffer.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
    }
}
