using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace ContainerTrain.Outcome;

/// <summary>
/// What a list says of one run. Read field by field: a list has runs of every version of the SDK, and half ones of
/// builds that were killed.
/// </summary>
internal sealed record RunSummary(string Id)
{
    public string Project { get; init; } = "";

    public DateTimeOffset? Started { get; init; }

    /// <summary>Null while the run is going on, and for ever if the build was killed.</summary>
    public RunReason? Reason { get; init; }

    public string Code { get; init; } = "";

    /// <summary>Of the training alone.</summary>
    public double? Seconds { get; init; }

    public string Device { get; init; } = "";

    public string Commit { get; init; } = "";

    public bool Dirty { get; init; }

    public string RerunOf { get; init; } = "";

    public ImmutableArray<MetricRecord> Metrics { get; init; } = [];

    /// <summary>The hyperparameters, and the program's arguments under the name <c>arguments</c>.</summary>
    public ImmutableSortedDictionary<string, string> Settings { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public bool HasReport { get; init; }

    /// <summary>Why nothing is known of the run; empty if its record can be read.</summary>
    public string Damage { get; init; } = "";

    public string Outcome => Damage.Length > 0 ? "damaged" : RunWords.Outcome(Reason);

    /// <summary>All runs below a folder, oldest first.</summary>
    public static ImmutableArray<RunSummary> ReadAll(string root) =>
        [.. RunFolder.All(root).Select(folder => Read(folder) with { HasReport = File.Exists(folder.Report) })];

    private static RunSummary Read(RunFolder folder)
    {
        try
        {
            using var document = JsonDocument.Parse(PlainFile.ReadAllBytes(folder.Record));
            return Read(folder.Id, document.RootElement);
        }
        catch (FileNotFoundException)
        {
            return new RunSummary(folder.Id) { Damage = "it has no run.json" };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or IOException or UnauthorizedAccessException)
        {
            return new RunSummary(folder.Id) { Damage = $"its run.json cannot be read: {e.Message}" };
        }
    }

    private static RunSummary Read(string id, JsonElement root)
    {
        var outcome = At(root, "outcome");
        var git = At(root, "git");
        var run = At(At(root, "plan"), "run");
        return new RunSummary(id)
        {
            Project = Text(root, "project"),
            Started = DateTimeOffset.TryParse(Text(root, "started"), CultureInfo.InvariantCulture, out var started) ? started : null,
            Reason = outcome is null ? null : Enum.TryParse<RunReason>(Text(outcome, "reason"), ignoreCase: true, out var reason) ? reason : RunReason.Failed,
            Code = Text(outcome, "code"),
            Seconds = Number(At(root, "seconds"), "train"),
            Device = Text(root, "device"),
            Commit = Text(git, "commit"),
            Dirty = At(git, "dirty")?.ValueKind == JsonValueKind.True,
            RerunOf = Text(root, "rerunOf"),
            Metrics = [.. Items(At(root, "metrics")).Select(metric => new MetricRecord(Text(metric, "name"), Number(metric, "value"), Text(metric, "unit")))],
            Settings = ReadSettings(run),
        };
    }

    private static ImmutableSortedDictionary<string, string> ReadSettings(JsonElement? run)
    {
        var settings = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (At(run, "hyperparameters") is { ValueKind: JsonValueKind.Object } values)
        {
            foreach (var value in values.EnumerateObject())
                settings[value.Name] = value.Value.ToString();
        }
        var arguments = string.Join(' ', Items(At(run, "arguments")).Select(item => item.ToString()));
        if (arguments.Length > 0)
            settings["arguments"] = arguments;
        return settings.ToImmutable();
    }

    private static JsonElement? At(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } item && item.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value
        : parent is { ValueKind: not JsonValueKind.Object } ? throw new JsonException($"'{name}' is looked for in what is no object.")
        : null;

    private static string Text(JsonElement? parent, string name) => At(parent, name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";

    private static double? Number(JsonElement? parent, string name) => At(parent, name) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    private static JsonElement[] Items(JsonElement? list) => list is { ValueKind: JsonValueKind.Array } array ? [.. array.EnumerateArray()] : [];
}
