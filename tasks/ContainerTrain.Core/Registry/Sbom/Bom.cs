using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ContainerTrain.Engine;

namespace ContainerTrain.Registry;

/// <summary>
/// A bill of materials in CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/): the image, its base, and the packages of
/// the restored graph. The same image gives the same text: there is no time in it, and its serial number is made of the
/// image's digest.
/// </summary>
internal static class Bom
{
    public const string MediaType = "application/vnd.cyclonedx+json";

    private const string ImageRef = "image";
    private const string BaseRef = "base-image";

    /// <param name="name">The image's repository.</param>
    /// <param name="imageId">The digest of its configuration.</param>
    /// <param name="baseImage">As the project names it.</param>
    public static byte[] Write(string name, string imageId, string baseImage, ImmutableArray<RestoredPackage> packages)
    {
        var known = packages.ToDictionary(package => package.Id, PurlOf, StringComparer.OrdinalIgnoreCase);
        var needed = packages.SelectMany(package => package.Dependencies).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var roots = packages.Where(package => !needed.Contains(package.Id)).Select(PurlOf);
        return JsonBytes.Of(new JsonObject
        {
            ["bomFormat"] = "CycloneDX",
            ["specVersion"] = "1.6",
            ["serialNumber"] = "urn:uuid:" + SerialOf(imageId),
            ["version"] = 1,
            ["metadata"] = new JsonObject
            {
                ["tools"] = new JsonObject { ["components"] = new JsonArray(new JsonObject { ["type"] = "application", ["name"] = "ContainerTrain.Sdk" }) },
                ["component"] = new JsonObject { ["type"] = "container", ["bom-ref"] = ImageRef, ["name"] = name, ["version"] = imageId },
            },
            ["components"] = new JsonArray([
                new JsonObject { ["type"] = "container", ["bom-ref"] = BaseRef, ["name"] = baseImage },
                .. packages.Select(Component),
            ]),
            ["dependencies"] = new JsonArray([
                Dependency(ImageRef, [BaseRef, .. roots]),
                .. packages.Select(package => Dependency(PurlOf(package), package.Dependencies.Where(known.ContainsKey).Select(id => known[id]))),
            ]),
        });
    }

    private static JsonObject Component(RestoredPackage package)
    {
        var component = new JsonObject { ["type"] = "library", ["bom-ref"] = PurlOf(package), ["name"] = package.Id, ["version"] = package.Version, ["purl"] = PurlOf(package) };
        if (package.Sha512.Length > 0)
            component["hashes"] = new JsonArray(new JsonObject { ["alg"] = "SHA-512", ["content"] = package.Sha512 });
        return component;
    }

    private static JsonObject Dependency(string from, IEnumerable<string> to) =>
        new() { ["ref"] = from, ["dependsOn"] = new JsonArray([.. to.Distinct().Select(purl => (JsonNode)purl)]) };

    /// <summary>https://github.com/package-url/purl-spec; '+' begins a version's build metadata and is escaped.</summary>
    private static string PurlOf(RestoredPackage package) => $"pkg:nuget/{Uri.EscapeDataString(package.Id)}@{Uri.EscapeDataString(package.Version)}";

    /// <summary>A version 8 UUID (RFC 9562, 5.8), of what the image is.</summary>
    private static string SerialOf(string imageId)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes("bill of materials of " + imageId))[..16];
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString("d");
    }
}
