using System.Collections.Immutable;

namespace ContainerTrain.Engine;

/// <summary>
/// What widely used base images offer at most, for the advice in a message; an image itself is always read. Sources: the
/// packages glibc and gcc of each distribution, and GCC's table of versions
/// (https://gcc.gnu.org/onlinedocs/libstdc++/manual/abi.html).
/// </summary>
internal static class KnownBases
{
    private static readonly ImmutableArray<(string Name, string Glibc, string Glibcxx, string Cxxabi, string Gcc)> Bases =
    [
        ("UBI 9", "2.34", "3.4.29", "1.3.13", "7.0.0"),
        ("Ubuntu 22.04", "2.35", "3.4.30", "1.3.13", "12.0.0"),
        ("Debian 12", "2.36", "3.4.30", "1.3.13", "12.0.0"),
        ("Azure Linux 3.0", "2.38", "3.4.32", "1.3.14", "13.0.0"),
        ("Ubuntu 24.04", "2.39", "3.4.33", "1.3.15", "14.0.0"),
        ("UBI 10", "2.39", "3.4.33", "1.3.15", "14.0.0"),
        ("Debian 13", "2.41", "3.4.33", "1.3.15", "14.0.0"),
    ];

    /// <summary>Debian's package of a library; what many native packages need and small images lack.</summary>
    private static readonly ImmutableSortedDictionary<string, string> Packages = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, new Dictionary<string, string>
    {
        ["libstdc++.so.6"] = "libstdc++6",
        ["libgcc_s.so.1"] = "libgcc-s1",
        ["libgomp.so.1"] = "libgomp1",
        ["libz.so.1"] = "zlib1g",
        ["libssl.so.3"] = "libssl3",
        ["libcrypto.so.3"] = "libssl3",
        ["libfontconfig.so.1"] = "libfontconfig1",
        ["libfreetype.so.6"] = "libfreetype6",
        ["libnuma.so.1"] = "libnuma1",
        ["libGL.so.1"] = "libgl1",
        ["libX11.so.6"] = "libx11-6",
    });

    /// <summary>The images that define all of <paramref name="versions"/>, from the oldest on.</summary>
    public static ImmutableArray<string> ThatOffer(IEnumerable<string> versions)
    {
        var needed = versions.Select(SymbolVersion.Parse).ToImmutableArray();
        return [.. Bases.Where(image => needed.All(version => HighestIn(image, version.Set) is { } highest && version.Number <= highest)).Select(image => image.Name)];
    }

    /// <summary>The Debian package with this library, or null if it is not a common one.</summary>
    public static string? PackageOf(string soname) => Packages.GetValueOrDefault(soname);

    private static Version? HighestIn((string Name, string Glibc, string Glibcxx, string Cxxabi, string Gcc) image, string set) => set switch
    {
        "GLIBC" => Version.Parse(image.Glibc),
        "GLIBCXX" => Version.Parse(image.Glibcxx),
        "CXXABI" => Version.Parse(image.Cxxabi),
        "GCC" => Version.Parse(image.Gcc),
        _ => null,
    };
}
