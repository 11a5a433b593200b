using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ContainerTrain.DummyTrainer;

/// <summary>What a training program can see of how it was started. The tests read it back.</summary>
public sealed record Report
{
    public required IReadOnlyList<string> Arguments { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required IReadOnlyList<MountPoint> Mounts { get; init; }

    public required string WorkingDirectory { get; init; }

    /// <summary>Lines of <c>/proc/self/status</c> by name: Uid, Gid, CapEff, NoNewPrivs and others.</summary>
    public required IReadOnlyDictionary<string, string> Status { get; init; }

    public required int Processors { get; init; }

    public required long SharedMemoryBytes { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, ReportContext.Readable.Report);

    public static Report Parse(string json) => JsonSerializer.Deserialize(json, ReportContext.Readable.Report)!;

    internal static Report OfThisProcess(string[] arguments) => new()
    {
        Arguments = arguments,
        Environment = System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!),
        Mounts = [.. File.ReadLines("/proc/self/mountinfo").Select(MountPoint.Parse)],
        WorkingDirectory = Directory.GetCurrentDirectory(),
        Status = File.ReadLines("/proc/self/status").Select(line => line.Split(':', 2))
            .ToDictionary(parts => parts[0], parts => parts[1].Trim()),
        Processors = System.Environment.ProcessorCount,
        SharedMemoryBytes = new DriveInfo("/dev/shm").TotalSize,
    };
}

/// <summary>A line of <c>/proc/self/mountinfo</c>.</summary>
public sealed record MountPoint(string Path, bool ReadOnly)
{
    internal static MountPoint Parse(string line)
    {
        var fields = line.Split(' ');
        return new MountPoint(fields[4].Replace("\\040", " ", StringComparison.Ordinal), fields[5].Split(',').Contains("ro"));
    }
}

[JsonSerializable(typeof(Report))]
internal sealed partial class ReportContext : JsonSerializerContext
{
    /// <summary>Nothing but quotes and control characters is escaped: what is compared is what the program saw.</summary>
    public static ReportContext Readable { get; } = new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
