using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ContainerTrain.Diagnostics;

namespace ContainerTrain.Plan;

/// <summary>Reads and writes <c>plan.json</c>.</summary>
public static class PlanJson
{
    // Paths and equations stay readable: the file is for people, and never embedded in HTML.
    private static readonly JsonSerializerOptions Options = new(PlanJsonContext.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        TypeInfoResolver = PlanJsonContext.Default.WithAddedModifier(RequireAll),
        RespectNullableAnnotations = true,
    };

    private static JsonTypeInfo<TrainPlan> Plan => (JsonTypeInfo<TrainPlan>)Options.GetTypeInfo(typeof(TrainPlan));

    /// <summary>The same plan gives the same text.</summary>
    public static string Write(TrainPlan plan) => JsonSerializer.Serialize(plan, Plan) + "\n";

    /// <summary>16 hexadecimal digits that are the same for the same image plan.</summary>
    internal static string KeyOf(ImagePlan image) => Convert.ToHexStringLower(SHA256.HashData(
        JsonSerializer.SerializeToUtf8Bytes(image, (JsonTypeInfo<ImagePlan>)Options.GetTypeInfo(typeof(ImagePlan)))))[..16];

    /// <exception cref="ProblemException">CT2005 if the file is missing or no plan.</exception>
    public static TrainPlan Read(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            return JsonSerializer.Deserialize(stream, Plan)
                ?? throw new JsonException("it is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ProblemException(Codes.PlanUnreadable.With(file, e.Message), e);
        }
    }

    /// <summary>
    /// What is missing in the file would not get its default but zero (dotnet/runtime#84484); only what can be null may be missing.
    /// </summary>
    internal static void RequireAll(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(property => property.Set is not null && !CanBeNull(property)))
            property.IsRequired = true;

        static bool CanBeNull(JsonPropertyInfo property) =>
            property.PropertyType.IsValueType ? Nullable.GetUnderlyingType(property.PropertyType) is not null : property.IsSetNullable;
    }
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TrainPlan))]
internal sealed partial class PlanJsonContext : JsonSerializerContext;
