using System.Collections.Immutable;
using ContainerTrain.Diagnostics;

namespace ContainerTrain.Engine;

/// <summary>The C library of small distributions, on which libraries made for glibc do not load.</summary>
internal static class Musl
{
    public static string SonameOn(string platform) => platform == "linux/arm64" ? "ld-musl-aarch64.so.1" : "ld-musl-x86_64.so.1";
}

/// <summary>Words what an image lacks.</summary>
internal static class ImageProblems
{
    /// <summary>The soname of the C library that most native packages are made for.</summary>
    public const string Glibc = "libc.so.6";

    /// <summary>One problem per library, whose newest versions name the image that is needed; one in all for an image with another C library.</summary>
    /// <param name="natives">What is to be loaded.</param>
    /// <param name="libraries">What the image has, by soname.</param>
    /// <param name="image">The image's name for the messages, quoted.</param>
    /// <param name="platform">In the form <c>linux/amd64</c>.</param>
    public static IEnumerable<Problem> Of(NativeSet natives, IReadOnlyDictionary<string, LibraryOffer?> libraries, string image, string platform)
    {
        var gaps = NativePreflight.Gaps(natives, libraries.GetValueOrDefault).ToImmutableArray();
        var onGlibc = gaps.Where(gap => gap.Need.Library == Glibc && gap.Offer is null).Select(gap => gap.Need.File).Distinct().ToImmutableArray();
        if (!onGlibc.IsEmpty && libraries.GetValueOrDefault(Musl.SonameOn(platform)) is { } musl)
            return [Codes.ImageHasMusl.With(image, musl.Path, $"'{onGlibc[0]}'{Others(" and", onGlibc.Length - 1)}")];
        return gaps.GroupBy(gap => gap.Need.Library).Select(library => Of([.. library], image));
    }

    private static Problem Of(ImmutableArray<NativeGap> gaps, string image)
    {
        // The file that asks most is named: an image that satisfies it satisfies the others, too.
        var worst = gaps.MaxBy(gap => gap.Missing.LastOrDefault() ?? "", SymbolVersion.Order)!;
        var missing = gaps.SelectMany(gap => gap.Missing).Distinct().Order(SymbolVersion.Order).ToImmutableArray();
        var all = worst with { Missing = missing };
        return Codes.ImageLacksSymbol.With(worst.Need.File, all.Needed + Others(", as do", gaps.Length - 1), image, all.Offer is null ? NoLibrary(all.Need.Library) : OldLibrary(all));
    }

    private static string Others(string link, int count) => count switch
    {
        0 => "",
        1 => $"{link} one other file",
        _ => $"{link} {count} other files",
    };

    private static string NoLibrary(string soname) => KnownBases.PackageOf(soname) is { } package
        ? $"has no such library; the Debian package {package} has it"
        : "has no such library";

    private static string OldLibrary(NativeGap gap)
    {
        var bases = KnownBases.ThatOffer(gap.Missing);
        var advice = bases.IsEmpty ? "no image that is known here offers more" : $"images on {string.Join(", ", bases)} fit";
        return $"offers at most {gap.Newest}; {advice}";
    }
}
