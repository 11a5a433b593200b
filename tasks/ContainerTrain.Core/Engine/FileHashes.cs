using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;

namespace ContainerTrain.Engine;

/// <summary>
/// SHA-256 of files, remembered by path, length and time of change, so that gigabytes are hashed once and not at every
/// build.
/// </summary>
public sealed class FileHashes
{
    private readonly string _store;
    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);
    private bool _changed;

    private FileHashes(string store) => _store = store;

    /// <summary>Loads what <paramref name="store"/> remembers; a missing or damaged store is an empty one.</summary>
    public static FileHashes Load(string store)
    {
        var hashes = new FileHashes(store);
        if (!File.Exists(store))
            return hashes;
        foreach (var line in File.ReadLines(store))
        {
            if (line.Split('\t') is [{ Length: 64 } hash, var key])
                hashes._known[key] = hash;
        }
        return hashes;
    }

    /// <summary>The lower-case hexadecimal SHA-256 of <paramref name="file"/>.</summary>
    public async ValueTask<string> HashAsync(string file, CancellationToken cancellation)
    {
        var info = new FileInfo(file);
        var key = string.Create(CultureInfo.InvariantCulture, $"{info.Length}:{info.LastWriteTimeUtc.Ticks}:{file}");
        if (_known.TryGetValue(key, out var hash))
            return hash;
        await using var stream = File.OpenRead(file);
        hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));
        _known[key] = hash;
        _changed = true;
        return hash;
    }

    /// <summary>Writes the store if anything was added; replaces it whole, so that a reader never sees half of it.</summary>
    public void Save()
    {
        if (!_changed)
            return;
        var temporary = $"{_store}.{Environment.ProcessId}";
        File.WriteAllLines(temporary, _known.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Value}\t{pair.Key}"));
        File.Move(temporary, _store, overwrite: true);
        _changed = false;
    }
}
