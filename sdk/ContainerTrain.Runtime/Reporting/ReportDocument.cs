using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ContainerTrain.Runtime;

/// <summary>What <c>report.json</c> says. Numbers that are not finite are null.</summary>
/// <param name="Schema">A reader takes what it knows of a file with this number and refuses a higher one.</param>
internal sealed record ReportDocument(
    int Schema,
    string Target,
    string TargetUnit,
    IReadOnlyList<ReportMetric> Metrics,
    IReadOnlyList<ReportCoefficient> Coefficients,
    IReadOnlyList<ReportPredictions> Predictions,
    IReadOnlyList<string> Notes)
{
    public const int CurrentSchema = 1;
}

internal sealed record ReportMetric(string Name, double? Value, string Unit);

internal sealed record ReportCoefficient(string Name, double? Fitted, double? Exact, string Unit);

/// <param name="Rows">How many rows the set has, of which <paramref name="Actual"/> and <paramref name="Predicted"/> may be a sample.</param>
internal sealed record ReportPredictions(string Set, int Rows, IReadOnlyList<double?> Actual, IReadOnlyList<double?> Predicted);

[JsonSerializable(typeof(ReportDocument))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    public static string Write(ReportDocument document)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            // People read the file too; what makes a page of it escapes for the page.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        return JsonSerializer.Serialize(document, new ReportJson(options).ReportDocument) + "\n";
    }
}
