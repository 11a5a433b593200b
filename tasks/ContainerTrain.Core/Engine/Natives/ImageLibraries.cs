using System.Collections.Immutable;

namespace ContainerTrain.Engine;

/// <summary>The shared libraries of an image, as its dynamic loader would find them.</summary>
internal static class ImageLibraries
{
    private const int MostLinks = 16;

    /// <summary>Looks for each soname; null for those that the image does not have.</summary>
    public static async Task<ImmutableSortedDictionary<string, LibraryOffer?>> FindAsync(
        IImageFiles files, ImmutableArray<string> folders, string platform, IEnumerable<string> sonames, CancellationToken cancellation)
    {
        var found = ImmutableSortedDictionary.CreateBuilder<string, LibraryOffer?>(StringComparer.Ordinal);
        foreach (var soname in sonames)
            found[soname] = await FindAsync(files, folders, platform, soname, cancellation);
        return found.ToImmutable();
    }

    /// <summary>The file at a path, whatever links lead to it; null if there is none.</summary>
    public static async Task<ImageEntry?> FollowAsync(IImageFiles files, string path, CancellationToken cancellation)
    {
        for (var i = 0; i < MostLinks; i++)
        {
            if (await files.ReadAsync(path, cancellation) is not [var entry])
                return null; // none, or a folder
            if (entry.LinkTarget.Length == 0)
                return entry;
            path = entry.LinkTarget.StartsWith('/') ? entry.LinkTarget : $"{LoaderPaths.Parent(path)}/{entry.LinkTarget}";
        }
        return null;
    }

    private static async Task<LibraryOffer?> FindAsync(
        IImageFiles files, ImmutableArray<string> folders, string platform, string soname, CancellationToken cancellation)
    {
        foreach (var path in folders.Select(folder => $"{folder}/{soname}"))
        {
            // As the loader does, libraries of another machine and texts for the linker are passed over.
            if (await FollowAsync(files, path, cancellation) is { } file
                && ElfHeader.Parse(file.Content) is { } header && header.Fits(platform)
                && Read(file.Content, path) is { } elf)
                return new LibraryOffer(path, elf.VersionDefinitions);
        }
        return null;
    }

    private static ElfFile? Read(byte[] content, string path)
    {
        try
        {
            using var stream = new MemoryStream(content);
            return ElfFile.Read(stream, path);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
