using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ContainerTrain.Diagnostics;

namespace ContainerTrain.Outcome;

/// <summary>How a check of the doctor ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DoctorStatus>))]
public enum DoctorStatus
{
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>Could not be made, for a reason that another line gives or that is none to worry about.</summary>
    [JsonStringEnumMemberName("skipped")]
    Skipped,

    /// <summary>Training works, but not as well or not as surely as it could.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>Training does not work.</summary>
    [JsonStringEnumMemberName("error")]
    Error,
}

/// <summary>One check.</summary>
/// <param name="Check">Its name, a word or two.</param>
/// <param name="Finding">What was seen.</param>
/// <param name="Remedy">What to do about it; empty where nothing is to be done.</param>
/// <param name="Code">The diagnostic that a build would give for it; empty if there is none.</param>
public sealed record DoctorLine(string Check, DoctorStatus Status, string Finding, string Remedy = "", string Code = "")
{
    public static DoctorLine Ok(string check, string finding) => new(check, DoctorStatus.Ok, finding);

    public static DoctorLine Skipped(string check, string finding) => new(check, DoctorStatus.Skipped, finding);

    public static DoctorLine Warning(string check, string finding, string remedy) => new(check, DoctorStatus.Warning, finding, remedy);

    public static DoctorLine Error(string check, string finding, string remedy, string code = "") => new(check, DoctorStatus.Error, finding, remedy, code);
}

/// <summary>Everything that TrainDoctor found, as one screen or as JSON.</summary>
/// <param name="Project">The project file, absolute.</param>
/// <param name="Lines">In the order in which a user reads them: what others depend on comes first.</param>
public sealed record DoctorReport(string Project, ImmutableArray<DoctorLine> Lines)
{
    /// <summary>Of a line, so that a terminal of 100 columns shows it whole behind a logger's indent.</summary>
    private const int Width = 96;

    private static readonly JsonTypeInfo<DoctorReport> Json = (JsonTypeInfo<DoctorReport>)new JsonSerializerOptions(DoctorJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // for people and scripts, never embedded in HTML
        TypeInfoResolver = DoctorJson.Default,
    }.GetTypeInfo(typeof(DoctorReport));

    [JsonIgnore]
    public ImmutableArray<DoctorLine> Errors => [.. Lines.Where(line => line.Status == DoctorStatus.Error)];

    /// <summary>In a few words: how many checks failed, and which.</summary>
    [JsonIgnore]
    public string Summary => $"{Errors.Length} of {Lines.Length} checks found an error: {string.Join(", ", Errors.Select(line => line.Check))}";

    /// <summary>The screen, line by line; long texts are broken between words and indented.</summary>
    public ImmutableArray<string> Render()
    {
        var checks = Lines.Select(line => line.Check.Length).DefaultIfEmpty().Max();
        var text = ImmutableArray.CreateBuilder<string>();
        foreach (var line in Lines)
        {
            var start = $"{Word(line.Status),-8} {line.Check.PadRight(checks)}  ";
            text.AddRange(Wrap(start, line.Code.Length > 0 ? $"{line.Code}: {line.Finding}" : line.Finding));
            if (line.Remedy.Length > 0)
                text.AddRange(Wrap(new string(' ', start.Length) + "→ ", line.Remedy));
        }
        return text.ToImmutable();
    }

    /// <summary>Indented, with a line break at its end.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json) + "\n";

    /// <summary>Writes <see cref="ToJson"/>, with the folders above the file; returns a problem (CT3035) where that was not possible.</summary>
    public Problem? TryWriteJson(string file)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            AtomicFile.WriteAllText(file, ToJson());
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Codes.DoctorReportNotWritten.With(file, e.Message);
        }
    }

    private static string Word(DoctorStatus status) => status == DoctorStatus.Skipped ? "-" : status.ToString().ToLowerInvariant();

    private static IEnumerable<string> Wrap(string start, string text)
    {
        var line = new StringBuilder(start);
        var empty = true;
        foreach (var word in text.ReplaceLineEndings(" ").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!empty && line.Length + 1 + word.Length > Width)
            {
                yield return line.ToString();
                line.Clear().Append(' ', start.Length);
                empty = true;
            }
            line.Append(empty ? "" : " ").Append(word);
            empty = false;
        }
        yield return line.ToString();
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class DoctorJson : JsonSerializerContext;
