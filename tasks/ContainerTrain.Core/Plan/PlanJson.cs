using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ContainerTrain.Diagnostics;

namespace ContainerTrain.Plan;

/// <summary>Reads and writes <c>plan.json</c>.</summary>
public static class PlanJson
{
    // Paths and equations stay readable: the file is for people, and never embedded in HTML.
    private static readonly PlanJsonContext Context = new(new JsonSerializerOptions(PlanJsonContext.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    });

    /// <summary>The same plan gives the same text.</summary>
    public static string Write(TrainPlan plan) => JsonSerializer.Serialize(plan, Context.TrainPlan) + "\n";

    /// <exception cref="ProblemException">CT2005 if the file is missing or no plan.</exception>
    public static TrainPlan Read(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            return JsonSerializer.Deserialize(stream, Context.TrainPlan)
                ?? throw new JsonException("it is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ProblemException(Codes.PlanUnreadable.With(file, e.Message), e);
        }
    }
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TrainPlan))]
internal sealed partial class PlanJsonContext : JsonSerializerContext;
