using System.Collections.Immutable;

namespace ContainerTrain.Engine;

/// <summary>A file, link or folder of an image.</summary>
/// <param name="Name">Its path from the folder that holds what was asked for: <c>ld.so.conf.d/libc.conf</c>.</param>
/// <param name="LinkTarget">Where a link leads; empty for anything else.</param>
/// <param name="Content">Empty for anything but a file.</param>
internal sealed record ImageEntry(string Name, string LinkTarget, byte[] Content);

/// <summary>Reads files of an image without running it.</summary>
internal interface IImageFiles
{
    /// <summary>What lies at an absolute path: a file, a link, or a folder with all below it; nothing if there is no such path.</summary>
    Task<ImmutableArray<ImageEntry>> ReadAsync(string path, CancellationToken cancellation);
}
