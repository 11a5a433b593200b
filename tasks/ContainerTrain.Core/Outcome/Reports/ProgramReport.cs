using System.Collections.Immutable;
using System.Text.Json;

namespace ContainerTrain.Outcome;

/// <summary>A figure that the program ended with; NaN for one that was not finite.</summary>
internal sealed record ReportedMetric(string Name, double Value, string Unit);

/// <summary>A coefficient, and the exact one where the program knew it.</summary>
internal sealed record ReportedCoefficient(string Name, double Fitted, double? Exact, string Unit);

/// <summary>What is so and what the model predicts, for a sample of a set's rows.</summary>
/// <param name="Rows">How many rows the set has.</param>
internal sealed record ReportedPredictions(string Set, long Rows, ImmutableArray<MetricPoint> Pairs);

/// <summary>
/// What the program handed in (<c>report.json</c>). It may be anything, as any program may write it: what cannot be
/// read is left out, and <see cref="Damage"/> says so.
/// </summary>
internal sealed record ProgramReport
{
    private const int Schema = 1;
    private const long LargestFile = 16 << 20;
    private const int Most = 2_000;

    public string Target { get; init; } = "";

    public string TargetUnit { get; init; } = "";

    public ImmutableArray<ReportedMetric> Metrics { get; init; } = [];

    public ImmutableArray<ReportedCoefficient> Coefficients { get; init; } = [];

    public ImmutableArray<ReportedPredictions> Predictions { get; init; } = [];

    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>Why there is nothing; empty if the file was read or is not there.</summary>
    public string Damage { get; init; } = "";

    public static ProgramReport Read(string file)
    {
        var info = new FileInfo(file);
        if (!info.Exists)
            return new ProgramReport();
        if (info.Length > LargestFile)
            return new ProgramReport { Damage = $"it is larger than {LargestFile >> 20} MiB" };
        try
        {
            using var document = JsonDocument.Parse(PlainFile.ReadAllBytes(file));
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or IOException or UnauthorizedAccessException)
        {
            return new ProgramReport { Damage = e.Message };
        }
    }

    private static ProgramReport Read(JsonElement root)
    {
        if (Number(root, "schema") is not (>= 1 and <= Schema))
            return new ProgramReport { Damage = $"its schema is not {Schema}, which is what this version of the SDK knows" };
        return new ProgramReport
        {
            Target = Text(root, "target"),
            TargetUnit = Text(root, "targetUnit"),
            Metrics = List(root, "metrics", item => new ReportedMetric(Text(item, "name"), Number(item, "value") ?? double.NaN, Text(item, "unit"))),
            Coefficients = List(root, "coefficients", item =>
                new ReportedCoefficient(Text(item, "name"), Number(item, "fitted") ?? double.NaN, Number(item, "exact"), Text(item, "unit"))),
            Predictions = List(root, "predictions", item =>
                new ReportedPredictions(Text(item, "set"), (long)(Number(item, "rows") ?? 0), Pairs(item))),
            Notes = List(root, "notes", item => item.GetString() ?? ""),
        };
    }

    private static ImmutableArray<T> List<T>(JsonElement parent, string name, Func<JsonElement, T> read) =>
        parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Take(Most).Select(read)] : [];

    /// <summary>Pairs in which one number is missing are left out.</summary>
    private static ImmutableArray<MetricPoint> Pairs(JsonElement set)
    {
        var actual = List(set, "actual", Finite);
        var predicted = List(set, "predicted", Finite);
        return [.. actual.Zip(predicted).Where(pair => pair.First is not null && pair.Second is not null)
            .Select(pair => new MetricPoint(pair.First!.Value, pair.Second!.Value))];

        static double? Finite(JsonElement item) => item.ValueKind == JsonValueKind.Number && Math.Abs(item.GetDouble()) <= 1e150 ? item.GetDouble() : null;
    }

    private static string Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static double? Number(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
