using System.Formats.Tar;

namespace ContainerTrain.Engine;

/// <summary>
/// Brings what a program wrote on another machine into a folder of this host. It may have left anything there: only files
/// and folders are taken, inside the folder, and through no link. They belong to whoever runs the build.
/// </summary>
/// <param name="folder">Where everything goes, absolute.</param>
/// <param name="kept">Files of the folder that are this host's own.</param>
internal sealed class ResultArchive(string folder, IReadOnlySet<string> kept)
{
    private const UnixFileMode Permissions = (UnixFileMode)0b111_111_111;

    private readonly byte[] _buffer = new byte[1 << 17];

    public int Files { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Entries that were neither files nor folders, or did not belong below the folder.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Whether an exception is about a file of this host, or about what an archive says, rather than about the engine.</summary>
    public static bool IsFailureHere(Exception e) => e is UnauthorizedAccessException or InvalidDataException or ArgumentException or FormatException;

    /// <summary>Reads an archive whose first entry is the folder itself.</summary>
    /// <param name="tar">Read once, from its beginning to its end.</param>
    /// <param name="isAlive">Called for each piece that came.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async Task ExtractAsync(Stream tar, Action isAlive, CancellationToken cancellation)
    {
        await using var reader = new TarReader(tar, leaveOpen: true);
        string? top = null;
        while (await reader.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
        {
            isAlive();
            // Docker calls it by its name, Podman '/'.
            if (top is null)
            {
                top = entry.Name.TrimEnd('/') + "/";
                continue;
            }
            if (PathOf(entry.Name, top) is not { } path || !await TryTakeAsync(entry, path, top, isAlive, cancellation))
                LeftOut++;
        }
    }

    private async Task<bool> TryTakeAsync(TarEntry entry, string path, string top, Action isAlive, CancellationToken cancellation)
    {
        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                if (kept.Contains(path) || IsBarred(path) || File.Exists(path))
                    return false;
                Directory.CreateDirectory(path);
                return true;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                if (kept.Contains(path))
                    return true;
                if (IsBarred(path) || Directory.Exists(path))
                    return false;
                await WriteAsync(entry, path, isAlive, cancellation);
                return true;
            // A second name of a file that came before.
            case TarEntryType.HardLink when PathOf(entry.LinkName, top) is { } first:
                if (kept.Contains(path) || IsBarred(path) || IsBarred(first) || Directory.Exists(path) || !File.Exists(first) || first == path)
                    return false;
                MakeRoom(path);
                File.Copy(first, path);
                Files++;
                return true;
            default:
                return false;
        }
    }

    private async Task WriteAsync(TarEntry entry, string path, Action isAlive, CancellationToken cancellation)
    {
        MakeRoom(path);
        await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0))
        {
            while (entry.DataStream is { } data && await data.ReadAsync(_buffer, cancellation) is var read and > 0)
            {
                isAlive();
                await file.WriteAsync(_buffer.AsMemory(0, read), cancellation);
                Bytes += read;
            }
        }
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, (entry.Mode & Permissions) | UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetLastWriteTimeUtc(path, entry.ModificationTime.UtcDateTime);
        Files++;
    }

    private static void MakeRoom(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
    }

    /// <summary>The place of an entry on this host; null if it is none below the folder.</summary>
    private string? PathOf(string name, string top)
    {
        if (!name.StartsWith(top, StringComparison.Ordinal))
            return null;
        var parts = name[top.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToArray();
        return parts.Length == 0 || parts.Any(part => part == ".." || part.AsSpan().ContainsAny(Path.GetInvalidFileNameChars()))
            ? null
            : Path.Join([folder, .. parts]);
    }

    /// <summary>Whether something below the folder, on the way to this path or at it, is a link, or on the way to it a file.</summary>
    private bool IsBarred(string path)
    {
        for (var at = path; at is not null && at.Length > folder.Length; at = Path.GetDirectoryName(at))
        {
            if (new FileInfo(at).LinkTarget is not null || (at != path && (kept.Contains(at) || File.Exists(at))))
                return true;
        }
        return false;
    }
}
