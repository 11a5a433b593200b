using System.Formats.Tar;
using System.Net;
using ContainerTrain.Outcome;

namespace ContainerTrain.Engine;

/// <summary>Whom the files of a volume belong to.</summary>
/// <param name="IsKnown">Else the program is a user that only the image knows by number, and everybody may read.</param>
internal sealed record VolumeOwner(int User, int Group, bool IsKnown);

/// <summary>What goes into a volume, as a stream: nothing of it is copied on this host first.</summary>
/// <param name="prefix">What the names of all entries begin with, '/' at the end; also the name of the volume's root.</param>
internal sealed class VolumeArchive(RemoteVolume volume, string prefix, VolumeOwner owner, CancellationToken cancellation) : HttpContent
{
    private const UnixFileMode ReadByAll = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode EnterByAll = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode WriteByAll = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);

    public int Files { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Which file of this host could not be read, and why; null as long as all could.</summary>
    public string? Failure { get; private set; }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await using var writer = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true);
        // A volume is the run's own: who the program is, and so who must write, may be known to the image alone.
        var mode = ReadByAll | EnterByAll | (volume.ReadOnly ? UnixFileMode.UserWrite : WriteByAll);
        await writer.WriteEntryAsync(Entry(TarEntryType.Directory, prefix, mode, DateTimeOffset.UtcNow), cancellation);
        foreach (var (source, path) in volume.Content)
            await AddAsync(writer, source, path);
        foreach (var path in volume.MountPoints)
            await AddFolderAsync(writer, path);
    }

    private async Task AddAsync(TarWriter writer, string source, string path)
    {
        if (File.Exists(source))
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
                await AddFolderAsync(writer, folder);
            await AddFileAsync(writer, new FileInfo(source), path);
            return;
        }
        foreach (var info in List(source))
        {
            cancellation.ThrowIfCancellationRequested();
            var name = path.Length == 0 ? info.Name : $"{path}/{info.Name}";
            if (info.LinkTarget is { } target)
                await writer.WriteEntryAsync(Link(info, name, target), cancellation);
            else if (info is FileInfo file)
                await AddFileAsync(writer, file, name);
            else
            {
                await writer.WriteEntryAsync(Entry(TarEntryType.Directory, prefix + name + "/", ModeOf(info) | (owner.IsKnown ? 0 : ReadByAll | EnterByAll), info.LastWriteTimeUtc), cancellation);
                await AddAsync(writer, info.FullName, name);
            }
        }
    }

    private FileSystemInfo[] List(string folder)
    {
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(info => info.Name, StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failure = $"'{folder}' cannot be read: {e.Message}";
            throw;
        }
    }

    private async Task AddFileAsync(TarWriter writer, FileInfo file, string name)
    {
        var entry = Entry(TarEntryType.RegularFile, prefix + name, ModeOf(file) | (owner.IsKnown ? 0 : ReadByAll), file.LastWriteTimeUtc);
        try
        {
            entry.DataStream = PlainFile.OpenRead(file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failure = $"'{file.FullName}' cannot be read: {e.Message}";
            throw;
        }
        await using (entry.DataStream)
        {
            (Files, Bytes) = (Files + 1, Bytes + entry.DataStream.Length);
            await writer.WriteEntryAsync(entry, cancellation);
        }
    }

    private async Task AddFolderAsync(TarWriter writer, string path)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } outer)
            await AddFolderAsync(writer, outer);
        if (_folders.Add(path))
            await writer.WriteEntryAsync(Entry(TarEntryType.Directory, prefix + path + "/", ReadByAll | EnterByAll | UnixFileMode.UserWrite, DateTimeOffset.UtcNow), cancellation);
    }

    private PaxTarEntry Link(FileSystemInfo info, string name, string target)
    {
        var entry = Entry(TarEntryType.SymbolicLink, prefix + name, ReadByAll | EnterByAll | WriteByAll, info.LastWriteTimeUtc);
        entry.LinkName = target;
        return entry;
    }

    private PaxTarEntry Entry(TarEntryType type, string name, UnixFileMode mode, DateTimeOffset time) =>
        new(type, name) { Mode = mode, Uid = owner.User, Gid = owner.Group, ModificationTime = time };

    private static UnixFileMode ModeOf(FileSystemInfo info) => OperatingSystem.IsWindows() ? ReadByAll | EnterByAll | UnixFileMode.UserWrite : info.UnixFileMode;
}
