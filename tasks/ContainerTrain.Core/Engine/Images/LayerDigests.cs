using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>A layer and its digest.</summary>
/// <param name="DiffId">Of its tar, <c>sha256:…</c>.</param>
internal sealed record LayerDigest(LayerPlan Plan, string DiffId);

/// <summary>
/// The digests of layers (their diff ids: SHA-256 of the uncompressed tar), remembered by the path, length and time of
/// change of every file, so that gigabytes are hashed once per machine and not at every build.
/// </summary>
public sealed class LayerDigests
{
    private readonly string _store;
    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);
    private bool _changed;

    private LayerDigests(string store) => _store = store;

    /// <summary>Loads what <paramref name="store"/> remembers; a missing or damaged store is an empty one.</summary>
    /// <param name="store">A file that all projects of the user share.</param>
    public static LayerDigests Load(string store)
    {
        var digests = new LayerDigests(store);
        digests.Refresh();
        return digests;
    }

    /// <summary>Takes in what other builds have found out since.</summary>
    public void Refresh()
    {
        if (!File.Exists(_store))
            return;
        foreach (var line in File.ReadLines(_store))
        {
            if (line.Split('\t') is [{ Length: 64 } fingerprint, { Length: 71 } digest])
                _known.TryAdd(fingerprint, digest);
        }
    }

    /// <summary>Whether all digests of these layers are remembered.</summary>
    public bool Know(ImmutableArray<LayerPlan> layers, string root) => UnknownLength(layers, root) == 0;

    /// <summary>How many bytes the digests of these layers are still to be computed of.</summary>
    public long UnknownLength(ImmutableArray<LayerPlan> layers, string root)
    {
        long length = 0;
        foreach (var layer in layers)
        {
            if (!_known.ContainsKey(FingerprintOf(layer, root)))
                length += new LayerTar(layer, root).Length();
        }
        return length;
    }

    /// <summary>What tells a set of layers from others by the names and lengths of their files, in 16 hexadecimal digits; wherever they lie.</summary>
    public static string ContentOf(ImmutableArray<LayerPlan> layers, params ImmutableArray<string> circumstances)
    {
        var text = new StringBuilder().AppendJoin('\n', circumstances);
        foreach (var layer in layers)
        {
            text.Append('\n').Append(layer.Name);
            foreach (var file in layer.Files)
                text.Append(CultureInfo.InvariantCulture, $"\n{file.Target}\t{SourceFile.Of(file.Source).Length}");
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }

    /// <summary>The digest of the layer, computed only if its files are not the ones that are remembered.</summary>
    /// <param name="layer">The files.</param>
    /// <param name="root">The folder in the image that their targets are below.</param>
    /// <param name="verify">Whether to compute it even then: what is remembered may be wrong where a file changed without its time.</param>
    /// <param name="cancellation">Stops the hashing.</param>
    public string Digest(LayerPlan layer, string root, bool verify, CancellationToken cancellation)
    {
        var fingerprint = FingerprintOf(layer, root);
        if (!verify && _known.TryGetValue(fingerprint, out var digest))
            return digest;
        using var hash = new HashingStream();
        new LayerTar(layer, root).Write(hash, cancellation);
        digest = hash.Digest();
        Remember(fingerprint, digest);
        return digest;
    }

    /// <summary>The digest of the layer if it is remembered, else null.</summary>
    internal string? Find(LayerPlan layer, string root) => _known.GetValueOrDefault(FingerprintOf(layer, root));

    /// <summary>Takes in a digest that somebody else computed, who read the files anyway.</summary>
    internal void Remember(LayerPlan layer, string root, string digest) => Remember(FingerprintOf(layer, root), digest);

    /// <summary>Writes the store if anything was added; replaces it whole, so that a reader never sees half of it.</summary>
    public void Save()
    {
        if (!_changed)
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(_store)!);
        AtomicFile.WriteAllLines(_store, _known.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}\t{pair.Value}"));
        _changed = false;
    }

    /// <summary>What tells a layer from another without reading its files.</summary>
    private static string FingerprintOf(LayerPlan layer, string root)
    {
        var text = new StringBuilder(layer.Folder ?? root).Append('\n');
        if (layer.Owner is { } owner)
            text.Append(owner).Append('\n');
        foreach (var file in layer.Files)
        {
            var info = SourceFile.Of(file.Source);
            text.Append(CultureInfo.InvariantCulture, $"{file.Target}\t{LayerTar.ModeOf(file)}\t{info.Length}\t{info.LastWriteTimeUtc.Ticks}\t{file.Source}\n");
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private void Remember(string fingerprint, string digest)
    {
        if (_known.TryGetValue(fingerprint, out var known) && known == digest)
            return;
        _known[fingerprint] = digest;
        _changed = true;
    }
}
