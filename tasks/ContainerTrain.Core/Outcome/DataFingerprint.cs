using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using ContainerTrain.Plan;

namespace ContainerTrain.Outcome;

/// <summary>
/// Digests of a run's data, by which a later run sees whether it gets the same. Only what the program cannot write is
/// looked at, and only as much as does not keep the machine from training: beyond that the digest is unknown.
/// </summary>
internal static class DataFingerprint
{
    private const long MostBytes = 256L << 20;
    private const int MostFiles = 10_000;

    public static ImmutableArray<DataRecord> Of(RunPlan run, CancellationToken cancellation) =>
    [
        .. run.Mounts.Where(mount => mount.Kind == MountKind.Bind)
            .Select(mount => new DataRecord(mount.Target, mount.Source, mount.ReadOnly ? Digest(mount.Source, cancellation) : null)),
    ];

    /// <summary>
    /// Of a file its SHA-256. Of a folder the SHA-256 of the lines <c>digest  path</c> of its files, in the order of the
    /// paths' bytes: what <c>find -type f | LC_ALL=C sort | xargs sha256sum | sha256sum</c> prints, without the paths' "./".
    /// </summary>
    internal static string? Digest(string path, CancellationToken cancellation)
    {
        try
        {
            if (File.Exists(path))
                return new FileInfo(path).Length <= MostBytes ? DigestOfFile(path) : null;
            return DigestOfFolder(path, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // the run itself will say what it cannot read
        }
    }

    private static string? DigestOfFolder(string folder, CancellationToken cancellation)
    {
        var files = Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false })
            .Take(MostFiles + 1).Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal).ToArray();
        if (files.Length > MostFiles || files.Sum(file => new FileInfo(Path.Join(folder, file)).Length) > MostBytes)
            return null;
        var lines = new StringBuilder();
        foreach (var file in files)
        {
            if (cancellation.IsCancellationRequested)
                return null;
            lines.Append(DigestOfFile(Path.Join(folder, file))).Append("  ").Append(file).Append('\n');
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines.ToString())));
    }

    private static string DigestOfFile(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
