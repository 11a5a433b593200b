namespace ContainerTrain.Engine;

/// <summary>
/// The name of a symbol version, <c>GLIBCXX_3.4.32</c>, as a set and a number in it. A library that defines a number has
/// all lower ones of the set that were ever made.
/// </summary>
internal static class SymbolVersion
{
    /// <summary>By set, then by number; those without a number come first.</summary>
    public static Comparer<string> Order { get; } = Comparer<string>.Create((a, b) =>
    {
        var (x, y) = (Parse(a), Parse(b));
        var bySet = string.CompareOrdinal(x.Set, y.Set);
        if (bySet != 0)
            return bySet;
        var byNumber = Comparer<Version?>.Default.Compare(x.Number, y.Number);
        return byNumber != 0 ? byNumber : string.CompareOrdinal(a, b);
    });

    /// <summary><c>GLIBCXX</c> and 3.4.32; the whole text and null where there is no number at its end.</summary>
    public static (string Set, Version? Number) Parse(string text)
    {
        var at = text.LastIndexOf('_');
        var number = text[(at + 1)..];
        if (at > 0 && int.TryParse(number, out _))
            number += ".0";
        return at > 0 && Version.TryParse(number, out var version) ? (text[..at], version) : (text, null);
    }

    /// <summary>The highest version of the set that <paramref name="version"/> is from; null if there is none of it.</summary>
    public static string? Newest(IEnumerable<string> defined, string version)
    {
        var set = Parse(version).Set;
        return defined.Where(name => Parse(name).Set == set).Order(Order).LastOrDefault();
    }
}
