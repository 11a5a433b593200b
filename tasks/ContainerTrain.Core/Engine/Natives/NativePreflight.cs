using ContainerTrain.Diagnostics;

namespace ContainerTrain.Engine;

/// <summary>
/// Knows before the run whether the native libraries load: a too old libstdc++ otherwise shows as an exception about a
/// missing package.
/// </summary>
public static class NativePreflight
{
    /// <summary>One CT3008 per file and library that does not fit, with the highest version that is missing.</summary>
    public static IReadOnlyList<Problem> Check(IEnumerable<string> natives, SystemLibraries system)
    {
        var files = natives.Where(File.Exists).Distinct().ToDictionary(path => path, ElfFile.Read);
        var bundled = files.Keys.Select(Path.GetFileName).ToHashSet(StringComparer.Ordinal);
        var problems = new List<Problem>();
        foreach (var (path, elf) in files.Where(file => file.Value is not null).OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            foreach (var soname in elf!.Needed.Where(soname => !bundled.Contains(soname)))
            {
                if (system.Find(soname) is not { } library)
                    problems.Add(Codes.MissingSymbol.With(path, soname, "this system has no such library"));
                else if (Missing(elf, soname, library.File) is { Count: > 0 } missing)
                    problems.Add(Codes.MissingSymbol.With(path, $"{string.Join(", ", missing)} of {soname}", $"'{library.Path}' offers at most {Newest(library.File, missing[^1])}"));
            }
        }
        return problems;
    }

    private static List<string> Missing(ElfFile elf, string soname, ElfFile library) =>
        [.. elf.VersionNeeds.Where(need => need.Library == soname && !library.VersionDefinitions.Contains(need.Version))
            .Select(need => need.Version).Distinct().Order(VersionOrder)];

    /// <summary>The newest version that <paramref name="library"/> defines of the set that <paramref name="version"/> is from.</summary>
    private static string Newest(ElfFile library, string version)
    {
        var set = SetOf(version);
        return library.VersionDefinitions.Where(defined => SetOf(defined) == set).Order(VersionOrder).LastOrDefault() ?? $"no {set}";
    }

    private static string SetOf(string version) => version.Split('_')[0];

    private static Comparer<string> VersionOrder { get; } = Comparer<string>.Create((a, b) =>
        Version.TryParse(a.Split('_')[^1], out var x) && Version.TryParse(b.Split('_')[^1], out var y)
            ? x.CompareTo(y)
            : string.CompareOrdinal(a, b));
}
