using System.Text.Json.Nodes;

namespace ContainerTrain.Registry;

/// <summary>What a manifest says of a blob (https://github.com/opencontainers/image-spec/blob/main/descriptor.md).</summary>
/// <param name="Digest">Of the bytes as they are stored, <c>sha256:…</c>.</param>
internal sealed record Descriptor(string MediaType, string Digest, long Size)
{
    public static Descriptor Parse(JsonNode? node) => new(
        node?["mediaType"]?.GetValue<string>() ?? "", node!["digest"]!.GetValue<string>(), node["size"]!.GetValue<long>());

    public JsonObject ToJson() => new() { ["mediaType"] = MediaType, ["digest"] = Digest, ["size"] = Size };
}

/// <summary>The two families of formats, which differ in names only.</summary>
internal static class MediaTypes
{
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";
    public const string DockerLayer = "application/vnd.docker.image.rootfs.diff.tar.gzip";
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";
    public const string OciLayer = "application/vnd.oci.image.layer.v1.tar+gzip";

    public static bool IsList(string type) => type is DockerList or OciIndex;

    /// <summary>The name that the OCI has for a layer of Docker's.</summary>
    public static string ToOci(string layer) => layer == DockerLayer ? OciLayer : layer;
}
