using System.Collections.Immutable;
using System.Formats.Tar;
using System.Text.Json.Nodes;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;

namespace ContainerTrain.Registry;

/// <summary>
/// An OCI image layout (https://github.com/opencontainers/image-spec/blob/main/image-layout.md), put together in a folder.
/// As a tar it also has Docker's own list of contents, so that every engine loads it.
/// </summary>
internal sealed class ImageLayout : IDisposable
{
    private readonly string _folder;

    /// <param name="beside">What is to be written in the end: the folder is made next to it, on the same disk.</param>
    public ImageLayout(string beside)
    {
        _folder = $"{beside}.{Guid.NewGuid():n}";
        Directory.CreateDirectory(Path.Join(_folder, "blobs", "sha256"));
    }

    /// <summary>Adds a blob whose digest is known only when it is written.</summary>
    public async Task<T> AddAsync<T>(Func<Stream, Task<(T Result, string Digest)>> write)
    {
        var temporary = Path.Join(_folder, "blobs", Guid.NewGuid().ToString("n"));
        try
        {
            T result;
            string digest;
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 17))
                (result, digest) = await write(file);
            File.Move(temporary, PathOf(digest), overwrite: true);
            return result;
        }
        catch
        {
            File.Delete(temporary); // another try writes another file, and whatever lies here is packed
            throw;
        }
    }

    public void Add(byte[] bytes) => File.WriteAllBytes(PathOf(Sha256.Of(bytes)), bytes);

    /// <summary>Adds what names the rest.</summary>
    /// <param name="manifest">In the OCI's formats.</param>
    /// <param name="references">repository:tag, at least one.</param>
    /// <param name="layers">The digests of the layers, from the lowest up.</param>
    public void Describe(StoredManifest manifest, string config, ImmutableArray<string> references, IEnumerable<string> layers, string platform)
    {
        Add(manifest.Json);
        File.WriteAllText(Path.Join(_folder, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        var parts = platform.Split('/');
        var descriptors = references.Select(reference =>
        {
            var descriptor = new Descriptor(manifest.MediaType, manifest.Digest, manifest.Json.Length).ToJson();
            descriptor["platform"] = new JsonObject { ["architecture"] = parts[1], ["os"] = parts[0] };
            descriptor["annotations"] = new JsonObject
            {
                ["io.containerd.image.name"] = Familiar(reference),
                ["org.opencontainers.image.ref.name"] = reference[(reference.LastIndexOf(':') + 1)..],
            };
            return descriptor;
        });
        Write("index.json", new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.OciIndex, ["manifests"] = new JsonArray([.. descriptors]) });
        Write("manifest.json", new JsonArray(new JsonObject
        {
            ["Config"] = NameOf(config),
            ["RepoTags"] = new JsonArray([.. references.Select(reference => (JsonNode)reference)]),
            ["Layers"] = new JsonArray([.. layers.Select(layer => (JsonNode)NameOf(layer))]),
        }));
    }

    /// <summary>Moves the layout to where it belongs; replaces an older one and nothing else.</summary>
    public void MoveTo(string folder)
    {
        File.Delete(Path.Join(_folder, "manifest.json"));
        if (Directory.Exists(folder))
        {
            if (Directory.EnumerateFileSystemEntries(folder).Any() && !File.Exists(Path.Join(folder, "oci-layout")))
                throw new ProblemException(Codes.ArchiveUnwritable.With(folder, "the folder has other files, which would be lost"));
            Directory.Delete(folder, recursive: true);
        }
        Directory.Move(_folder, folder);
    }

    /// <summary>Packs the layout into one file, which is there as a whole or not at all.</summary>
    public void PackInto(string file, CancellationToken cancellation)
    {
        var temporary = _folder + ".tar";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 17))
            using (var tar = new TarWriter(stream, TarEntryFormat.Gnu))
            {
                foreach (var path in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
                {
                    using var content = new PieceStream(path, cancellation);
                    tar.WriteEntry(LayerTar.FileEntry(Path.GetRelativePath(_folder, path).Replace('\\', '/'), content));
                }
            }
            File.Move(temporary, file, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Spelt out, as containerd wants it.</summary>
    private static string Familiar(string reference) =>
        $"docker.io/{(reference.Contains('/', StringComparison.Ordinal) ? "" : "library/")}{reference}";

    private static string NameOf(string digest) => "blobs/" + digest.Replace(':', '/');

    private string PathOf(string digest) => Path.Join(_folder, NameOf(digest));

    private void Write(string name, JsonNode json) => File.WriteAllBytes(Path.Join(_folder, name), JsonBytes.Of(json));
}
