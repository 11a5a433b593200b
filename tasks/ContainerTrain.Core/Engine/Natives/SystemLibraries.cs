using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace ContainerTrain.Engine;

/// <summary>The shared libraries of a system, as the dynamic loader finds them by soname.</summary>
/// <param name="directories">Where the loader looks, in order.</param>
public sealed class SystemLibraries(ImmutableArray<string> directories)
{
    private readonly ConcurrentDictionary<string, (string Path, ElfFile File)?> _found = new(StringComparer.Ordinal);

    /// <summary>The loader's directories of this host: <c>/etc/ld.so.conf</c> with what it includes, then the built-in ones.</summary>
    public static SystemLibraries OfThisHost() =>
        new([.. Configured(LoaderPaths.Configuration), "/lib64", "/usr/lib64", "/lib", "/usr/lib"]);

    /// <summary>The library with this soname, or null if the system has none.</summary>
    public (string Path, ElfFile File)? Find(string soname) => _found.GetOrAdd(soname, Search);

    private (string Path, ElfFile File)? Search(string soname)
    {
        foreach (var path in directories.Select(directory => Path.Join(directory, soname)).Where(File.Exists))
        {
            if (Read(path) is { } file)
                return (path, file);
        }
        return null;
    }

    private static ElfFile? Read(string path)
    {
        try
        {
            return ElfFile.Read(path);
        }
        catch (InvalidDataException)
        {
            return null; // damaged: the loader passes over it, too
        }
    }

    private static IEnumerable<string> Configured(string file)
    {
        if (!File.Exists(file))
            yield break;
        foreach (var line in LoaderPaths.Lines(File.ReadAllText(file)))
        {
            if (!line.StartsWith("include ", StringComparison.Ordinal))
            {
                yield return line;
                continue;
            }
            var pattern = Path.GetFullPath(line["include ".Length..].Trim(), Path.GetDirectoryName(file)!);
            var folder = Path.GetDirectoryName(pattern)!;
            if (!Directory.Exists(folder))
                continue;
            foreach (var directory in Directory.EnumerateFiles(folder, Path.GetFileName(pattern)).Order(StringComparer.Ordinal).SelectMany(Configured))
                yield return directory;
        }
    }
}
