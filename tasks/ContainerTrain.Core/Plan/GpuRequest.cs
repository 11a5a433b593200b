using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace ContainerTrain.Plan;

/// <summary>Which GPUs a run gets: none, all, a number of them, or named ones.</summary>
/// <param name="Count">0 for none, -1 for all, else how many; ignored where <paramref name="Devices"/> names some.</param>
/// <param name="Devices">Indices or UUIDs.</param>
public sealed partial record GpuRequest(int Count, ImmutableArray<string> Devices)
{
    public const string Allowed = "auto, none, all, a count such as 2, or device=0,1 (indices or UUIDs)";

    public static GpuRequest None { get; } = new(0, []);

    public static GpuRequest All { get; } = new(-1, []);

    [JsonIgnore]
    public bool IsNone => Count == 0 && Devices.IsEmpty;

    /// <summary>How many devices torch will see; null where that depends on the host.</summary>
    [JsonIgnore]
    public int? Promised =>
        // Of several parts of divided GPUs (MIG) CUDA shows a process one.
        Devices.Any(device => device.StartsWith("MIG-", StringComparison.Ordinal)) ? null
        : !Devices.IsEmpty ? Devices.Length
        : Count > 0 ? Count
        : null;

    /// <summary>Whether a value of <c>TrainGpus</c> leaves the choice to the host.</summary>
    public static bool IsAuto(string text) => text.Trim().ToLowerInvariant() is "" or "auto";

    /// <summary>Parses a value of <c>TrainGpus</c>; <c>auto</c> follows <paramref name="hostHasGpu"/>.</summary>
    public static bool TryParse(string text, bool hostHasGpu, out GpuRequest request)
    {
        text = text.Trim();
        request = None;
        switch (text.ToLowerInvariant())
        {
            case "" or "auto":
                request = hostHasGpu ? All : None;
                return true;
            case "none" or "0":
                return true;
            case "all":
                request = All;
                return true;
        }
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            request = new GpuRequest(count, []);
            return true;
        }
        if (!text.StartsWith("device=", StringComparison.OrdinalIgnoreCase))
            return false;
        var devices = text["device=".Length..].Split([',', ';'], StringSplitOptions.TrimEntries);
        request = new GpuRequest(0, [.. devices]);
        return devices.All(device => DevicePattern().IsMatch(device)) && devices.Distinct().Count() == devices.Length;
    }

    public override string ToString() =>
        !Devices.IsEmpty ? "device=" + string.Join(',', Devices)
        : Count < 0 ? "all"
        : Count == 0 ? "none"
        : Count.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^([0-9]+|(GPU|MIG)-[0-9a-zA-Z/-]+)\z")]
    private static partial Regex DevicePattern();
}
