using System.Collections.Immutable;
using System.Text.Json;

namespace ContainerTrain.Registry;

/// <summary>A package of a restore, with what it asks for and the hash that NuGet checked it by.</summary>
/// <param name="Sha512">Hexadecimal, empty where the restore does not say.</param>
/// <param name="Dependencies">Ids.</param>
internal sealed record RestoredPackage(string Id, string Version, string Sha512, ImmutableArray<string> Dependencies);

/// <summary>The restored graph (<c>project.assets.json</c>), as a bill of materials needs it.</summary>
internal static class PackageGraph
{
    /// <summary>The packages of the target for this framework and platform, sorted; none where there is no such file or target.</summary>
    public static ImmutableArray<RestoredPackage> Read(string file, string framework, string runtimeIdentifier)
    {
        if (!File.Exists(file))
            return [];
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        var root = document.RootElement;
        if (!root.TryGetProperty("targets", out var targets) || !targets.TryGetProperty($"{framework}/{runtimeIdentifier}", out var target))
            return [];
        var libraries = root.TryGetProperty("libraries", out var all) ? all : default;
        return
        [
            .. target.EnumerateObject()
                .Where(entry => entry.Value.TryGetProperty("type", out var type) && type.ValueEquals("package") && entry.Name.Contains('/', StringComparison.Ordinal))
                .Select(entry => new RestoredPackage(entry.Name.Split('/')[0], entry.Name.Split('/')[1], HashOf(libraries, entry.Name), DependenciesOf(entry.Value)))
                .OrderBy(package => package.Id, StringComparer.OrdinalIgnoreCase),
        ];
    }

    private static ImmutableArray<string> DependenciesOf(JsonElement package) =>
        package.TryGetProperty("dependencies", out var dependencies)
            ? [.. dependencies.EnumerateObject().Select(dependency => dependency.Name).Order(StringComparer.OrdinalIgnoreCase)]
            : [];

    private static string HashOf(JsonElement libraries, string name) =>
        libraries.ValueKind == JsonValueKind.Object && libraries.TryGetProperty(name, out var library) && library.TryGetProperty("sha512", out var hash)
            && hash.TryGetBytesFromBase64(out var bytes)
            ? Convert.ToHexStringLower(bytes)
            : "";
}
