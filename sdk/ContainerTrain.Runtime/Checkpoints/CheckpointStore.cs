using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace ContainerTrain.Runtime;

/// <summary>
/// The checkpoints of one folder: <c>checkpoint-000007.zip</c>, stored without compression, and <c>checkpoint-000007.json</c>
/// (<see cref="CheckpointManifest"/>) beside it. The manifest is written last and deleted first: a checkpoint without one is
/// none.
/// </summary>
internal sealed class CheckpointStore(string directory)
{
    /// <summary>What all names of its files begin with.</summary>
    public const string Prefix = "checkpoint-";

    /// <summary>One of the folder's checkpoints, or what is left of it.</summary>
    /// <param name="Path">The manifest's path.</param>
    /// <param name="Manifest">Null if it cannot be read.</param>
    public sealed record Entry(int Sequence, string Path, CheckpointManifest? Manifest, string Damage)
    {
        public string ContentPath => System.IO.Path.Join(System.IO.Path.GetDirectoryName(Path), Manifest?.File);
    }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<Entry> List() => !Directory.Exists(directory) ? [] :
        [.. Directory.EnumerateFiles(directory, Prefix + "*.json").Select(Read).OfType<Entry>().OrderByDescending(entry => entry.Sequence)];

    /// <summary>Adds a checkpoint; the others are as they were if that fails.</summary>
    /// <exception cref="IOException">The disk is full, or the folder cannot be written.</exception>
    public CheckpointManifest Write(CheckpointManifest manifest, Action<ZipArchive> content)
    {
        Directory.CreateDirectory(directory);
        var name = Prefix + manifest.Sequence.ToString("D6", CultureInfo.InvariantCulture);
        var contentPath = Path.Join(directory, name + ".zip");
        try
        {
            var (bytes, sha256) = DurableFile.Write(contentPath, stream =>
            {
                using var archive = new ZipArchive(stream, ZipArchiveMode.Create);
                content(archive);
            });
            var complete = manifest with { File = name + ".zip", Bytes = bytes, Sha256 = sha256 };
            DurableFile.Write(Path.Join(directory, name + ".json"), stream => JsonSerializer.Serialize(stream, complete, CheckpointManifest.Json));
            return complete;
        }
        catch
        {
            DurableFile.TryDelete(contentPath);
            throw;
        }
    }

    /// <summary>Deletes all but the newest <paramref name="keep"/> and those that <paramref name="alsoKeep"/> names.</summary>
    public void Prune(int keep, IReadOnlySet<int> alsoKeep)
    {
        foreach (var entry in List().Skip(keep).Where(entry => !alsoKeep.Contains(entry.Sequence)))
        {
            DurableFile.TryDelete(entry.Path);
            DurableFile.TryDelete(Path.ChangeExtension(entry.Path, ".zip"));
        }
    }

    /// <summary>Why the checkpoint cannot be used, or null if it is as it was written.</summary>
    public static string? DamageOf(Entry entry)
    {
        if (entry.Manifest is not { } manifest)
        {
            return entry.Damage;
        }

        try
        {
            using var file = File.OpenRead(entry.ContentPath);
            return file.Length != manifest.Bytes ? $"'{manifest.File}' has {file.Length} bytes and was written with {manifest.Bytes}"
                : Convert.ToHexStringLower(SHA256.HashData(file)) != manifest.Sha256 ? $"the SHA-256 of '{manifest.File}' is not the one it was written with"
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private static Entry? Read(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path)[Prefix.Length..];
        if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
        {
            return null;
        }

        try
        {
            using var file = File.OpenRead(path);
            var manifest = JsonSerializer.Deserialize(file, CheckpointManifest.Json);
            return manifest is null ? new Entry(sequence, path, null, "its manifest is empty")
                : manifest.Format > CheckpointManifest.CurrentFormat
                    ? new Entry(sequence, path, null, $"its format is {manifest.Format}, and this version reads up to {CheckpointManifest.CurrentFormat}")
                : new Entry(sequence, path, manifest, "");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return new Entry(sequence, path, null, $"its manifest cannot be read: {e.Message}");
        }
    }
}
