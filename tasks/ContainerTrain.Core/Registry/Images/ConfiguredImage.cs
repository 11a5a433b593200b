using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ContainerTrain.Engine;

namespace ContainerTrain.Registry;

/// <summary>
/// An image's configuration as an engine that has the image would describe it, so that what is made on top is the same
/// image, byte for byte, with an engine and without.
/// </summary>
internal static class ConfiguredImage
{
    /// <summary>What an engine says of an image that does not say when it was made.</summary>
    private const string NoTime = "0001-01-01T00:00:00Z";

    /// <param name="id">The digest of the configuration, which engines call the image's id.</param>
    /// <param name="json">The configuration.</param>
    public static EngineImage Parse(string id, ReadOnlySpan<byte> json)
    {
        var image = JsonNode.Parse(json)!.AsObject();
        var config = image["config"]?.DeepClone() as JsonObject ?? [];
        // Fields that the engine always shows.
        config["User"] ??= "";
        config["WorkingDir"] ??= "";
        foreach (var map in (ReadOnlySpan<string>)["ExposedPorts", "Volumes", "Labels"])
        {
            if (config[map] is JsonObject pairs)
                config[map] = Sorted(pairs);
        }
        return new EngineImage(
            id, Text("architecture"), Text("os"), Text("variant"), Text("created") is { Length: > 0 } created ? created : NoTime,
            config, [.. image["rootfs"]!["diff_ids"]!.AsArray().Select(node => node!.GetValue<string>())], []);

        string Text(string name) => image[name]?.GetValue<string>() ?? "";
    }

    /// <summary>The engine keeps pairs without order and shows them in that of their names.</summary>
    private static JsonObject Sorted(JsonObject pairs) =>
        new(pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())).ToImmutableArray());
}
