using System.Text;
using System.Text.Json;

namespace ContainerTrain.Outcome;

/// <summary>
/// The curves of a run, read from <c>metrics.jsonl</c> line by line: the memory it takes does not depend on the length
/// of the file. A line that is no JSON object is counted and skipped; a process that was killed may have left half a line.
/// </summary>
internal sealed class MetricCurves
{
    /// <summary>A program that makes up a name per step must not make the page as long as its file.</summary>
    private const int MostSeries = 40;

    private const int LongestName = 100;
    private const int LongestLine = 1 << 20;

    private readonly List<(MetricSeries Series, byte[] Name)> _series = [];
    private readonly List<(MetricSeries? Series, double Value)> _values = [];

    private MetricCurves()
    {
    }

    /// <summary>In the order in which their names first appear.</summary>
    public IEnumerable<MetricSeries> Series => _series.Select(pair => pair.Series).Where(series => series.Count > 0);

    /// <summary>What the curves run over: <c>step</c> or <c>epoch</c>.</summary>
    public string Axis { get; private set; } = "step";

    /// <summary>How many lines could not be read.</summary>
    public long Damaged { get; private set; }

    /// <summary>How many values belong to names that came after the first forty.</summary>
    public long NotShown { get; private set; }

    /// <summary>Reads a file; one that is not there has no curves, and one that cannot be read counts as a damaged line.</summary>
    public static MetricCurves Read(string file)
    {
        var curves = new MetricCurves();
        if (!File.Exists(file))
            return curves;
        try
        {
            using var stream = PlainFile.OpenRead(file);
            curves.ReadLines(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            curves.Damaged++;
        }
        return curves;
    }

    private void ReadLines(FileStream stream)
    {
        var buffer = new byte[LongestLine];
        var (filled, tooLong) = (0, false);
        for (int read; (read = stream.Read(buffer, filled, buffer.Length - filled)) > 0;)
        {
            filled += read;
            var rest = buffer.AsSpan(0, filled);
            for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
            {
                if (!tooLong)
                    AddLine(rest[..end]);
                tooLong = false;
            }
            if (rest.Length == buffer.Length)
            {
                Damaged += tooLong ? 0 : 1;
                tooLong = true;
                rest = [];
            }
            rest.CopyTo(buffer);
            filled = rest.Length;
        }
        if (filled > 0 && !tooLong)
            AddLine(buffer.AsSpan(0, filled));
    }

    private void AddLine(ReadOnlySpan<byte> line)
    {
        if (line.Trim(" \t\r"u8).IsEmpty)
            return;
        _values.Clear();
        try
        {
            if (ReadValues(line) is not { } at)
                return; // of another kind, such as one that names the format
            foreach (var (series, value) in _values)
                series?.Add(at, value);
            NotShown += _values.Count(pair => pair.Series is null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            Damaged++;
        }
    }

    /// <summary>Collects the line's numbers; returns the step, else the epoch, that they belong to, or null if it names none.</summary>
    private double? ReadValues(ReadOnlySpan<byte> line)
    {
        var json = new Utf8JsonReader(line);
        (double? step, double? epoch) = (null, null);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            throw new JsonException();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json; // a copy that stays where the name is
            json.Read();
            if (json.TokenType is not (JsonTokenType.Number or JsonTokenType.Null))
            {
                json.Skip();
                continue;
            }
            var number = json.TokenType == JsonTokenType.Number ? json.GetDouble() : double.NaN;
            if (name.ValueTextEquals("step"u8))
                step = number;
            else if (name.ValueTextEquals("epoch"u8))
                epoch = number;
            else if (!name.ValueTextEquals("time"u8) && !name.ValueTextEquals("elapsed"u8))
                _values.Add((Find(ref name), number));
        }
        if (json.TokenType != JsonTokenType.EndObject || json.Read())
            throw new JsonException();
        if (epoch is not null && step is null)
            Axis = "epoch";
        return step ?? epoch;
    }

    private MetricSeries? Find(ref Utf8JsonReader json)
    {
        foreach (var (known, name) in _series)
        {
            if (json.ValueTextEquals(name))
                return known;
        }
        var text = json.GetString()!;
        if (text.Length > LongestName)
            throw new FormatException("The name is too long to be one.");
        if (_series.Count == MostSeries)
            return null;
        var series = new MetricSeries(text);
        _series.Add((series, Encoding.UTF8.GetBytes(text)));
        return series;
    }
}
