using System.Text.Json;

namespace ContainerTrain.Registry;

/// <summary>The words of a registry's error answer: <c>{"errors":[{"code","message","detail"}]}</c>.</summary>
internal static class RegistryWords
{
    private const int Longest = 300;

    public static string Of(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array)
                return string.Join("; ", errors.EnumerateArray().Select(error => $"{Text(error, "code")}: {Text(error, "message")}"));
        }
        catch (JsonException)
        {
            // A proxy's page, or nothing at all.
        }
        var line = body.ReplaceLineEndings(" ").Trim();
        return line.Length == 0 ? "no words" : line.Length > Longest ? line[..Longest] + "…" : line;
    }

    private static string Text(JsonElement error, string name) =>
        error.ValueKind == JsonValueKind.Object && error.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";
}
