using System.Globalization;

namespace ContainerTrain.Runtime;

/// <summary>When checkpoints are written, and how many are kept.</summary>
/// <param name="Epochs">One after so many epochs; null for none by that rule.</param>
/// <param name="Time">One when so much time has passed since the last, at the end of the epoch; null for none by that rule.</param>
/// <param name="Keep">How many of the newest are kept.</param>
internal sealed record CheckpointSettings(int? Epochs, TimeSpan? Time, int Keep)
{
    public static CheckpointSettings Default { get; } = new(null, TimeSpan.FromMinutes(5), 3);

    /// <summary>
    /// <c>10</c> for every ten epochs, <c>90s</c>, <c>5m</c> or <c>1h</c> for a time, <c>never</c> for none but the one at
    /// the end.
    /// </summary>
    public static bool TryParseInterval(string text, out int? epochs, out TimeSpan? time)
    {
        (epochs, time) = (null, null);
        if (text == "never")
        {
            return true;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0)
        {
            epochs = count;
            return true;
        }

        var seconds = text.Length < 2 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
        if (seconds > 0 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var amount) && amount > 0)
        {
            time = TimeSpan.FromSeconds((double)amount * seconds);
            return true;
        }

        return false;
    }
}
