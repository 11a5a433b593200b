using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ContainerTrain.Engine;

/// <summary>One NVIDIA GPU of this host.</summary>
/// <param name="Index">As nvidia-smi and container engines count: by PCI bus.</param>
/// <param name="Uuid"><c>GPU-…</c>.</param>
/// <param name="Driver">The driver's version as it is written, such as <c>535.129.03</c>.</param>
/// <param name="Capability">The compute capability, such as <c>8.0</c>; empty where the driver is too old to tell it.</param>
/// <param name="MigDevices">The UUIDs (<c>MIG-…</c>) of the parts that it was divided into.</param>
public sealed record HostGpu(int Index, string Uuid, string Name, string Driver, string Capability, ImmutableArray<string> MigDevices)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index} ({Name}, {Uuid})");
}

/// <summary>The NVIDIA GPUs of this host, as far as they can be known.</summary>
/// <param name="IsKnown">Whether nvidia-smi was there to be asked.</param>
/// <param name="Devices">None where <paramref name="Failure"/> says why.</param>
/// <param name="Failure">An answer that is no list of devices; null if there is none.</param>
public sealed partial record HostGpus(bool IsKnown, ImmutableArray<HostGpu> Devices, ProgramAnswer? Failure)
{
    // The exit codes are in nvidia-smi's manual, under "RETURN VALUE".
    private const int InvalidArgument = 2;
    private const int NothingFound = 6;

    /// <summary>The name comes last: it alone could hold a comma.</summary>
    private const string Fields = "index,uuid,driver_version,compute_cap,mig.mode.current,name";

    /// <summary>Drivers before R510 know no compute_cap, those before R450 no MIG.</summary>
    private const string OldFields = "index,uuid,driver_version,name";

    /// <summary>Nobody could be asked.</summary>
    public static HostGpus Unknown { get; } = new(false, [], null);

    /// <summary>Asks nvidia-smi.</summary>
    public static async Task<HostGpus> ReadAsync(INvidiaSmi program, CancellationToken cancellation)
    {
        var fields = Fields;
        var answer = await QueryAsync(fields);
        if (answer?.ExitCode == InvalidArgument)
            answer = await QueryAsync(fields = OldFields);
        if (answer is null)
            return Unknown;
        if (answer.ExitCode == NothingFound)
            return new HostGpus(true, [], null);
        if (answer.ExitCode != 0 || !TryParse(answer.Output, fields.Split(','), out var rows))
            return new HostGpus(true, [], answer);
        var parts = rows.Exists(row => row.IsDivided) && await program.RunAsync(["-L"], cancellation) is { ExitCode: 0 } list
            ? MigDevices(list.Output)
            : ImmutableDictionary<string, ImmutableArray<string>>.Empty;
        return new HostGpus(true, [.. rows.Select(row => row.Gpu with { MigDevices = parts.GetValueOrDefault(row.Gpu.Uuid, []) })], null);

        Task<ProgramAnswer?> QueryAsync(string fields) => program.RunAsync(["--query-gpu=" + fields, "--format=csv,noheader"], cancellation);
    }

    /// <summary>Whether every line is a device. A driver that has no device may say so in a sentence and end with 0.</summary>
    private static bool TryParse(string output, string[] fields, out List<(HostGpu Gpu, bool IsDivided)> rows)
    {
        rows = [];
        foreach (var line in output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var cells = line.Split(',', fields.Length, StringSplitOptions.TrimEntries);
            if (cells.Length < fields.Length || !int.TryParse(cells[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                return false;
            rows.Add((new HostGpu(index, Cell("uuid"), Cell("name"), Cell("driver_version"), Cell("compute_cap"), []), Cell("mig.mode.current") == "Enabled"));

            string Cell(string field) => Array.IndexOf(fields, field) is var place and >= 0 ? cells[place] : "";
        }
        return true;
    }

    /// <summary>The parts by the UUID of their GPU, from a list in which each GPU's line is followed by those of its parts.</summary>
    private static ImmutableDictionary<string, ImmutableArray<string>> MigDevices(string list)
    {
        var parts = ImmutableDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        var gpu = "";
        foreach (Match match in Uuid().Matches(list))
        {
            var uuid = match.Groups[1].Value;
            if (uuid.StartsWith("GPU-", StringComparison.Ordinal))
                gpu = uuid;
            else
                parts[gpu] = parts.GetValueOrDefault(gpu, []).Add(uuid);
        }
        return parts.ToImmutable();
    }

    [GeneratedRegex(@"\(UUID: ((?:GPU|MIG)-[^)\s]+)\)")]
    private static partial Regex Uuid();
}
