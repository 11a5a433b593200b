using System.Formats.Tar;
using System.Globalization;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>
/// A layer as a tar: parents first, files sorted, owner root, fixed modes, time zero. The same files give the same bytes
/// on any machine, for any user, umask and day.
/// </summary>
internal sealed class LayerTar
{
    private const int Block = 512;

    private const UnixFileMode RegularMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode ExecutableMode =
        RegularMode | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly string _root;
    private readonly LayerPlan _layer;
    private readonly int _user;
    private readonly int _group;

    /// <param name="layer">The files.</param>
    /// <param name="root">The folder in the image that their targets are below, absolute, unless the layer has one of its own.</param>
    public LayerTar(LayerPlan layer, string root)
    {
        _layer = layer;
        _root = (layer.Folder ?? root).Trim('/');
        if (layer.Owner is { } owner)
        {
            var colon = owner.IndexOf(':', StringComparison.Ordinal);
            (_user, _group) = (int.Parse(owner.AsSpan(0, colon), CultureInfo.InvariantCulture), int.Parse(owner.AsSpan(colon + 1), CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The tar's length in bytes, known without reading a file.</summary>
    public long Length()
    {
        using var headers = new CountingStream();
        using (var tar = new TarWriter(headers, TarEntryFormat.Gnu, leaveOpen: true))
        {
            foreach (var folder in Folders())
                tar.WriteEntry(Owned(FolderEntry(folder)));
            foreach (var file in _layer.Files)
                tar.WriteEntry(Owned(FileEntry(PathOf(file), Stream.Null, ModeOf(file))));
        }
        return headers.Length + _layer.Files.Sum(file => (SourceFile.Of(file.Source).Length + Block - 1) / Block * Block);
    }

    /// <param name="stream">Gets the tar.</param>
    /// <param name="cancellation">Stops between two pieces of a file.</param>
    public void Write(Stream stream, CancellationToken cancellation)
    {
        using var tar = new TarWriter(stream, TarEntryFormat.Gnu, leaveOpen: true);
        foreach (var folder in Folders())
            tar.WriteEntry(Owned(FolderEntry(folder)));
        foreach (var file in _layer.Files)
        {
            using var content = new PieceStream(file.Source, cancellation);
            tar.WriteEntry(Owned(FileEntry(PathOf(file), content, ModeOf(file))));
        }
    }

    /// <summary>Adds one file of a plan to a tar.</summary>
    public static async Task WriteFileAsync(TarWriter tar, string path, FilePlan file, CancellationToken cancellation)
    {
        await using var content = new FileStream(file.Source, new FileStreamOptions
        {
            Mode = FileMode.Open,
            Access = FileAccess.Read,
            Share = FileShare.Read | FileShare.Delete,
            Options = FileOptions.SequentialScan,
            BufferSize = 1 << 17,
        });
        await tar.WriteEntryAsync(FileEntry(path, content, ModeOf(file)), cancellation);
    }

    /// <summary>A file with contents made up on the spot, as the Dockerfile of a context is.</summary>
    public static GnuTarEntry FileEntry(string path, Stream content, UnixFileMode mode = RegularMode) =>
        new(TarEntryType.RegularFile, path) { DataStream = content, Mode = mode, ModificationTime = DateTimeOffset.UnixEpoch };

    public static GnuTarEntry FolderEntry(string path) =>
        new(TarEntryType.Directory, path + "/") { Mode = ExecutableMode, ModificationTime = DateTimeOffset.UnixEpoch };

    /// <summary>
    /// The executable bit of the source counts, and nothing else: NuGet extracts under the user's umask, and the image
    /// must not depend on it. Libraries never need it.
    /// </summary>
    public static UnixFileMode ModeOf(FilePlan file) =>
        file.Mode is { } mode ? (UnixFileMode)mode : IsExecutable(file) ? ExecutableMode : RegularMode;

    private static bool IsExecutable(FilePlan file) =>
        !OperatingSystem.IsWindows()
        && !file.Target.EndsWith(".so", StringComparison.Ordinal)
        && !file.Target.Contains(".so.", StringComparison.Ordinal)
        && !file.Target.EndsWith(".dll", StringComparison.Ordinal)
        && File.GetUnixFileMode(file.Source).HasFlag(UnixFileMode.UserExecute);

    /// <summary>The layer's owner, for what lies below its folder; that folder itself and those above it are root's.</summary>
    private GnuTarEntry Owned(GnuTarEntry entry)
    {
        if (_layer.Owner is not null && entry.Name.Length > _root.Length + 1)
            (entry.Uid, entry.Gid) = (_user, _group);
        return entry;
    }

    private string PathOf(FilePlan file) => _root.Length > 0 ? $"{_root}/{file.Target}" : file.Target;

    private IEnumerable<string> Folders() =>
        _layer.Files.Select(PathOf)
            .SelectMany(path => path.Split('/')[..^1].Index().Select(part => string.Join('/', path.Split('/')[..(part.Index + 1)])))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
}
