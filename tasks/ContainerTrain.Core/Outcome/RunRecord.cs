using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;

namespace ContainerTrain.Outcome;

/// <summary>What <c>run.json</c> says: everything that is needed to know what a run was and to do it again.</summary>
public sealed record RunRecord
{
    public required string Id { get; init; }

    public required string Project { get; init; }

    /// <summary>Null while the run is going on.</summary>
    public OutcomeRecord? Outcome { get; init; }

    public required EngineRecord Engine { get; init; }

    public ImageRecord? Image { get; init; }

    public GitRecord? Git { get; init; }

    public required HostRecord Host { get; init; }

    /// <summary><c>cpu</c> or <c>cuda</c>: what the program was promised.</summary>
    public required string Device { get; init; }

    public required long Seed { get; init; }

    public required DateTimeOffset Started { get; init; }

    /// <summary>Seconds per phase: <c>image</c> (the build's share), <c>prepare</c>, <c>train</c>, <c>collect</c>.</summary>
    public ImmutableSortedDictionary<string, double> Seconds { get; init; } = ImmutableSortedDictionary<string, double>.Empty;

    public ImmutableArray<ArtifactRecord> Artifacts { get; init; } = [];

    /// <summary>The final metrics that the program named, then the last value of each of its curves.</summary>
    public ImmutableArray<MetricRecord> Metrics { get; init; } = [];

    /// <summary>What the build said about the end.</summary>
    public ImmutableArray<ProblemRecord> Problems { get; init; } = [];

    /// <summary>What the program was given to read, as it was when the run began.</summary>
    public ImmutableArray<DataRecord> Data { get; init; } = [];

    /// <summary>The run whose image and settings these are; null for a run of its own.</summary>
    public string? RerunOf { get; init; }

    /// <summary>The run whose checkpoint this one went on from; null for a start from scratch.</summary>
    public string? ResumedFrom { get; init; }

    public required TrainPlan Plan { get; init; }

    private static RunRecordContext Readable { get; } = new(new JsonSerializerOptions(RunRecordContext.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    });

    private static JsonSerializerOptions Strict { get; } = new(RunRecordContext.Default.Options)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        TypeInfoResolver = RunRecordContext.Default.WithAddedModifier(PlanJson.RequireAll),
        RespectNullableAnnotations = true,
    };

    /// <summary>Reads a record in which nothing is missing, so that the run can be done again.</summary>
    /// <exception cref="ProblemException">CT1044 if it cannot be read, or was written by a version that recorded less.</exception>
    public static RunRecord Read(string file)
    {
        try
        {
            using var stream = PlainFile.OpenRead(file);
            return (RunRecord?)JsonSerializer.Deserialize(stream, Strict.GetTypeInfo(typeof(RunRecord))) ?? throw new JsonException("it is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ProblemException(Codes.RunUnreadable.With(file, e.Message), e);
        }
    }

    /// <summary>Compiles what writes a record of this plan, so that the first one is written at once.</summary>
    internal static void Prepare(TrainPlan plan)
    {
        var record = new RunRecord
        {
            Id = "",
            Project = plan.Project,
            Engine = new EngineRecord(plan.Run.Engine, "", null, null),
            Image = new ImageRecord("", plan.Image.References, "", "", ""),
            Host = new HostRecord("", "", "", 0, ""),
            Device = plan.Run.Device,
            Seed = plan.Run.Seed,
            Started = default,
            Plan = plan,
        };
        _ = JsonSerializer.Serialize(record, Readable.RunRecord);
    }

    /// <summary>Writes the record, replacing an earlier one in one step.</summary>
    public void Write(string file)
    {
        AtomicFile.WriteAllText(file, JsonSerializer.Serialize(this, Readable.RunRecord) + "\n");
    }
}

/// <summary>How the run ended.</summary>
/// <param name="Reason">A <see cref="RunReason"/>, in camel case in the file.</param>
/// <param name="Code">The diagnostic the build gave, null if the run succeeded.</param>
public sealed record OutcomeRecord(RunReason Reason, int ExitCode, int? Signal, string? Code, DateTimeOffset Finished, string? Detail);

/// <summary>What ran it; a process has no API and no address.</summary>
public sealed record EngineRecord(EngineKind Kind, string Version, string? ApiVersion, string? Endpoint);

/// <summary>What it ran in.</summary>
public sealed record ImageRecord(string Id, ImmutableArray<string> References, string DepsImage, string BaseImage, string BaseImageId)
{
    /// <summary>Where the image can be had, if it had been pushed when the run began.</summary>
    public PushedRecord? Pushed { get; init; }
}

/// <summary>An image in a registry.</summary>
/// <param name="Digest">Of its manifest, <c>sha256:…</c>.</param>
/// <param name="References">Its names, with registry and tag.</param>
public sealed record PushedRecord(string Digest, ImmutableArray<string> References);

/// <summary>Which sources it was made from.</summary>
/// <param name="Dirty">Whether tracked files differed from the commit, or untracked ones were there.</param>
public sealed record GitRecord(string Commit, bool Dirty);

/// <summary>Where it was built and started.</summary>
public sealed record HostRecord(string Name, string OperatingSystem, string Architecture, int Processors, string DotnetVersion);

/// <summary>A figure that the run ended with.</summary>
/// <param name="Value">Null if it was not finite.</param>
public sealed record MetricRecord(string Name, double? Value, string? Unit);

/// <summary>A problem that the build reported.</summary>
/// <param name="File">The file it is about, on the host; null if it is about none.</param>
/// <param name="Line">From 1; 0 if it is about no line.</param>
public sealed record ProblemRecord(string Code, string Message, string? File, int Line);

/// <summary>Data of the host that the program could see.</summary>
/// <param name="Target">Its path in the container.</param>
/// <param name="Sha256">Of a file, or of the list of a folder's files; null if there was too much of it to read.</param>
public sealed record DataRecord(string Target, string Source, string? Sha256);

/// <summary>A file that the run left.</summary>
/// <param name="Path">Below the run folder, parts separated by '/'.</param>
/// <param name="Sha256">Null if it could not be read; <paramref name="Unread"/> says why.</param>
public sealed record ArtifactRecord(string Path, long Bytes, string? Sha256, string? Unread = null)
{
    /// <summary>Looks at a file, which may be anything that a program can make; reads it only until <paramref name="cancellation"/> is requested.</summary>
    internal static ArtifactRecord Of(RunFolder folder, string path, CancellationToken cancellation)
    {
        try
        {
            using var stream = PlainFile.OpenRead(System.IO.Path.Join(folder.Path, path));
            return Digest(stream, cancellation) is { } digest ? new ArtifactRecord(path, stream.Length, digest) : new ArtifactRecord(path, stream.Length, null, "the build was canceled");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ArtifactRecord(path, 0, null, e.Message);
        }
    }

    private static string? Digest(FileStream stream, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 17];
        while (!cancellation.IsCancellationRequested)
        {
            if (stream.Read(buffer) is var read && read == 0)
                return Convert.ToHexStringLower(hash.GetHashAndReset());
            hash.AppendData(buffer.AsSpan(0, read));
        }
        return null;
    }
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunRecord))]
internal sealed partial class RunRecordContext : JsonSerializerContext;
