using System.Globalization;
using System.Text.RegularExpressions;

namespace ContainerTrain.Plan;

/// <summary>Parses sizes, durations and counts as people write them for Docker.</summary>
public static partial class Units
{
    /// <summary>Bytes from <c>512m</c>, <c>2g</c>, <c>1.5GiB</c> or a plain number; units are powers of 1024, as Docker's are.</summary>
    public static bool TryParseBytes(string text, out long bytes)
    {
        bytes = 0;
        var match = BytesPattern().Match(text.Trim());
        if (!match.Success || !TryNumber(match.Groups[1].Value, out var number))
            return false;
        var power = match.Groups[2].Value.ToLowerInvariant() switch { "k" => 1, "m" => 2, "g" => 3, "t" => 4, _ => 0 };
        var value = number * Math.Pow(1024, power);
        if (value is < 1 or > 1L << 60)
            return false;
        bytes = (long)value;
        return true;
    }

    /// <summary>A duration from seconds (<c>90</c>) or parts with units (<c>1h30m</c>, <c>45s</c>, <c>500ms</c>, <c>2d</c>), up to 49 days.</summary>
    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        duration = default;
        text = text.Trim();
        if (TryNumber(text, out var seconds))
            return TryFromSeconds(seconds, out duration);
        var match = DurationPattern().Match(text);
        if (!match.Success || text.Length == 0)
            return false;
        double[] inSeconds = [86_400, 3_600, 60, 1, 0.001];
        var total = 0.0;
        for (var unit = 0; unit < inSeconds.Length; unit++)
        {
            if (!match.Groups[unit + 1].Success)
                continue;
            if (!TryNumber(match.Groups[unit + 1].Value, out var count))
                return false;
            total += count * inSeconds[unit];
        }
        return TryFromSeconds(total, out duration);
    }

    /// <summary>A number of processors such as <c>2</c> or <c>1.5</c>, in billionths as the Engine API wants it.</summary>
    public static bool TryParseNanoCpus(string text, out long nanoCpus)
    {
        nanoCpus = 0;
        if (!TryNumber(text.Trim(), out var cpus) || cpus is < 0.01 or > 100_000)
            return false;
        nanoCpus = (long)Math.Round(cpus * 1e9);
        return true;
    }

    /// <summary>A duration for people: <c>850 ms</c>, <c>12.3 s</c>, <c>4 min 5 s</c>, <c>2 h 3 min</c>.</summary>
    public static string Show(TimeSpan time) =>
        time.TotalSeconds < 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms")
        : time.TotalMinutes < 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s")
        : time.TotalHours < 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds} s")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min");

    /// <summary>A size for people: <c>512 B</c>, <c>4.2 MB</c>; powers of 1000, as 'docker images' shows them.</summary>
    public static string Show(long bytes)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB"];
        double value = bytes;
        var unit = 0;
        for (; value >= 1000 && unit < units.Length - 1; unit++)
            value /= 1000;
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {units[unit]}");
    }

    private static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    /// <summary>A .NET timer counts up to 2³² milliseconds.</summary>
    private const double LongestSeconds = 49 * 86_400;

    private static bool TryFromSeconds(double seconds, out TimeSpan duration)
    {
        var valid = seconds is > 0 and <= LongestSeconds;
        duration = valid ? TimeSpan.FromSeconds(seconds) : default;
        return valid;
    }

    [GeneratedRegex(@"^([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)(?:i?b)?\z", RegexOptions.IgnoreCase)]
    private static partial Regex BytesPattern();

    [GeneratedRegex(@"^(?:([0-9]+(?:\.[0-9]+)?)d)?\s*(?:([0-9]+(?:\.[0-9]+)?)h)?\s*(?:([0-9]+(?:\.[0-9]+)?)m(?:in)?)?\s*(?:([0-9]+(?:\.[0-9]+)?)s)?\s*(?:([0-9]+(?:\.[0-9]+)?)ms)?\z", RegexOptions.IgnoreCase)]
    private static partial Regex DurationPattern();
}
