using System.Text.Json;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>What an engine says of itself.</summary>
/// <param name="Kind">By its own word: a Podman behind Docker's socket is a Podman.</param>
/// <param name="ApiVersion">The newest version of the API that it speaks.</param>
public sealed record EngineVersion(EngineKind Kind, string Version, string ApiVersion, string Platform)
{
    /// <summary>The oldest version of the API that it still speaks; empty where it does not say.</summary>
    public string MinApiVersion { get; init; } = "";

    /// <summary>The answer to <c>GET /version</c>.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    internal static EngineVersion Read(byte[] answer)
    {
        using var document = JsonDocument.Parse(answer);
        var version = document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement : throw new JsonException("the answer is no JSON object");
        var isPodman = version.TryGetProperty("Components", out var components) && HasPodman(components);
        return new EngineVersion(
            isPodman ? EngineKind.Podman : EngineKind.Docker,
            Text(version, "Version"), Text(version, "ApiVersion"), $"{Text(version, "Os")}/{Text(version, "Arch")}")
        {
            MinApiVersion = Text(version, "MinAPIVersion"),
        };
    }

    // A loop: queries over a structure are compiled anew in every process.
    private static bool HasPodman(JsonElement components)
    {
        foreach (var component in components.EnumerateArray())
        {
            if (Text(component, "Name").StartsWith("Podman", StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
