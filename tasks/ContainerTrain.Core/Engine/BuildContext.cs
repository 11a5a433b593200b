using System.Collections.Immutable;
using System.Formats.Tar;
using System.Net;
using System.Text;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>
/// What <c>docker build</c> gets: a Dockerfile and the files of some layers, written as a tar stream straight from where
/// they lie. The same content gives the same bytes: sorted entries, fixed owner, mode and time.
/// </summary>
internal sealed class BuildContext(string dockerfile, ImmutableArray<LayerPlan> layers) : HttpContent
{
    private const UnixFileMode RegularMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode ExecutableMode =
        RegularMode | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var tar = new TarWriter(stream, TarEntryFormat.Gnu, leaveOpen: true);
        using var text = new MemoryStream(Encoding.UTF8.GetBytes(dockerfile));
        await tar.WriteEntryAsync(Entry("Dockerfile", text, RegularMode), cancellationToken);
        foreach (var layer in layers)
        {
            // The folder comes first, so that a COPY of it works even where an engine does not invent parents.
            await tar.WriteEntryAsync(
                new GnuTarEntry(TarEntryType.Directory, layer.Name + "/") { Mode = ExecutableMode, ModificationTime = DateTimeOffset.UnixEpoch },
                cancellationToken);
            foreach (var file in layer.Files)
            {
                await using var content = new FileStream(file.Source, ReadOptions());
                await tar.WriteEntryAsync(Entry($"{layer.Name}/{file.Target}", content, ModeOf(file)), cancellationToken);
            }
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private static GnuTarEntry Entry(string name, Stream content, UnixFileMode mode) =>
        new(TarEntryType.RegularFile, name) { DataStream = content, Mode = mode, ModificationTime = DateTimeOffset.UnixEpoch };

    private static FileStreamOptions ReadOptions() => new()
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        Share = FileShare.Read | FileShare.Delete,
        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
        BufferSize = 1 << 17,
    };

    /// <summary>
    /// The executable bit of the source counts, and nothing else: NuGet extracts under the user's umask, and the image
    /// must not depend on it. Libraries never need it.
    /// </summary>
    private static UnixFileMode ModeOf(FilePlan file) =>
        !OperatingSystem.IsWindows()
        && !file.Target.EndsWith(".so", StringComparison.Ordinal)
        && !file.Target.Contains(".so.", StringComparison.Ordinal)
        && !file.Target.EndsWith(".dll", StringComparison.Ordinal)
        && File.GetUnixFileMode(file.Source).HasFlag(UnixFileMode.UserExecute)
            ? ExecutableMode
            : RegularMode;
}
