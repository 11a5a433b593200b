using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>An image as the engine describes it (<c>GET /images/{name}/json</c>).</summary>
/// <param name="Config">The run configuration: Env, Entrypoint, Labels and so on.</param>
/// <param name="DiffIds">The digests of its layers, from the lowest up.</param>
/// <param name="Tags">Its names.</param>
public sealed record EngineImage(
    string Id, string Architecture, string Os, string Variant, string Created, JsonObject Config,
    ImmutableArray<string> DiffIds, ImmutableArray<string> Tags)
{
    public static EngineImage Parse(ReadOnlySpan<byte> json)
    {
        var image = JsonNode.Parse(json)!.AsObject();
        var layers = image["RootFS"]?["Layers"]?.AsArray() ?? [];
        return new EngineImage(
            Text("Id"), Text("Architecture"), Text("Os"), Text("Variant"), Text("Created"),
            image[nameof(Config)]?.DeepClone() as JsonObject ?? [], Strings(layers), Strings(image["RepoTags"] as JsonArray ?? []).Select(Familiar).ToImmutableArray());

        static ImmutableArray<string> Strings(JsonArray array) => [.. array.Select(node => node!.GetValue<string>())];

        string Text(string name) => image[name]?.GetValue<string>() ?? "";
    }

    /// <summary>The value of a label, or null.</summary>
    public string? Label(string name) => (Config["Labels"] as JsonObject)?[name]?.GetValue<string>();

    /// <summary>A name as people write it: Podman spells Docker Hub out.</summary>
    private static string Familiar(string tag)
    {
        string[] prefixes = [ImageReference.DefaultRegistry + "/library/", ImageReference.DefaultRegistry + "/"];
        var prefix = prefixes.FirstOrDefault(prefix => tag.StartsWith(prefix, StringComparison.Ordinal));
        return prefix is null ? tag : tag[prefix.Length..];
    }
}
