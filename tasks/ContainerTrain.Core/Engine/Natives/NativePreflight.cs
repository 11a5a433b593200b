using System.Collections.Immutable;
using ContainerTrain.Diagnostics;

namespace ContainerTrain.Engine;

/// <summary>A library of a system, and the symbol versions that it defines.</summary>
internal sealed record LibraryOffer(string Path, ImmutableHashSet<string> Versions);

/// <summary>A need that a system does not meet.</summary>
/// <param name="Missing">The versions that its library does not define; empty if the system has no such library.</param>
/// <param name="Offer">The system's library; null if it has none.</param>
internal sealed record NativeGap(NativeNeed Need, ImmutableArray<string> Missing, LibraryOffer? Offer)
{
    /// <summary>What is needed, for a message: <c>GLIBCXX_3.4.32 of libstdc++.so.6</c>, or the library's name.</summary>
    public string Needed => Offer is null ? Need.Library : $"{string.Join(", ", Missing)} of {Need.Library}";

    /// <summary>What is offered instead, for a message.</summary>
    public string Newest => Offer is null ? "" : SymbolVersion.Newest(Offer.Versions, Missing[^1]) ?? $"no {SymbolVersion.Parse(Missing[^1]).Set}";
}

/// <summary>
/// Knows before the run whether the native libraries load: a too old libstdc++ otherwise shows as an exception about a
/// missing package.
/// </summary>
public static class NativePreflight
{
    /// <summary>
    /// For a run without a container: one CT3008 per file and library that does not fit, with the versions that are missing;
    /// CT3032 and CT3033 for files that no system loads.
    /// </summary>
    public static IReadOnlyList<Problem> Check(IEnumerable<string> natives, SystemLibraries system, string platform = "")
    {
        var set = NativeSet.Read(natives, platform);
        return
        [
            .. set.Problems,
            .. Gaps(set, Offer).Select(gap => Codes.MissingSymbol.With(
                gap.Need.File, gap.Needed, gap.Offer is null ? "this system has no such library" : $"'{gap.Offer.Path}' offers at most {gap.Newest}")),
        ];

        LibraryOffer? Offer(string soname) => system.Find(soname) is { } found ? new LibraryOffer(found.Path, found.File.VersionDefinitions) : null;
    }

    /// <summary>Every need that <paramref name="find"/> finds nothing for, in order of files.</summary>
    internal static IEnumerable<NativeGap> Gaps(NativeSet natives, Func<string, LibraryOffer?> find)
    {
        foreach (var need in natives.Needs)
        {
            var offer = find(need.Library);
            var missing = offer is null ? [] : need.Versions.Where(version => !offer.Versions.Contains(version)).ToImmutableArray();
            if (offer is null || !missing.IsEmpty)
                yield return new NativeGap(need, missing, offer);
        }
    }
}
