using System.Collections.Concurrent;
using System.Globalization;
using ContainerTrain.Engine;
using ContainerTrain.Outcome;

namespace ContainerTrain.Registry;

/// <summary>
/// What the user's earlier pushes found out: the compressed form of each layer, so that one which the registry has costs
/// a question and no compression; and a repository of each registry that a blob can be mounted from.
/// </summary>
internal sealed class BlobMemory
{
    private readonly string _store;
    private readonly ConcurrentDictionary<string, string> _lines = new(StringComparer.Ordinal);
    private bool _changed;

    private BlobMemory(string store) => _store = store;

    /// <summary>A missing or damaged store is an empty one.</summary>
    public static BlobMemory Load(BuildCache cache)
    {
        var memory = new BlobMemory(Path.Join(cache.Directory, "blobs.tsv"));
        memory.Refresh();
        return memory;
    }

    /// <summary>The layer as it was compressed before, or null.</summary>
    public CompressedLayer? Find(string diffId) =>
        _lines.TryGetValue("layer " + diffId, out var value) && value.Split(' ') is [{ Length: 71 } digest, var size]
            && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? new CompressedLayer(diffId, digest, length)
            : null;

    public void Remember(CompressedLayer layer) =>
        Set("layer " + layer.DiffId, string.Create(CultureInfo.InvariantCulture, $"{layer.Digest} {layer.Size}"));

    /// <summary>A repository of the registry that had the blob, or null.</summary>
    public string? RepositoryWith(RegistryAddress registry, string digest) => _lines.GetValueOrDefault($"at {registry} {digest}");

    public void Remember(RegistryAddress registry, string digest, string repository) => Set($"at {registry} {digest}", repository);

    /// <summary>Writes the store if anything was added; replaces it whole, with what other builds added meanwhile.</summary>
    public void Save()
    {
        if (!_changed)
            return;
        Refresh();
        Directory.CreateDirectory(Path.GetDirectoryName(_store)!);
        AtomicFile.WriteAllLines(_store, _lines.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}\t{pair.Value}"));
        _changed = false;
    }

    private void Refresh()
    {
        if (!File.Exists(_store))
            return;
        foreach (var line in File.ReadLines(_store))
        {
            if (line.Split('\t') is [var key, var value])
                _lines.TryAdd(key, value);
        }
    }

    private void Set(string key, string value)
    {
        if (_lines.TryGetValue(key, out var known) && known == value)
            return;
        _lines[key] = value;
        _changed = true;
    }
}
