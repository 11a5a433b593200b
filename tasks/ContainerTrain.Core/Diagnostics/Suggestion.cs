namespace ContainerTrain.Diagnostics;

/// <summary>"Did you mean": the nearest of a set of names, if one is near enough to be meant.</summary>
public static class Suggestion
{
    /// <summary>The candidate with the smallest edit distance to <paramref name="value"/>, or null if none is close.</summary>
    public static string? For(string value, IEnumerable<string> candidates)
    {
        var limit = Math.Max(1, value.Length / 3);
        return candidates
            .Select(candidate => (candidate, distance: Distance(value.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .Where(c => c.distance <= limit)
            .OrderBy(c => c.distance).ThenBy(c => c.candidate, StringComparer.Ordinal)
            .Select(c => c.candidate)
            .FirstOrDefault();
    }

    /// <summary>The same, as the end of a sentence: <c> Did you mean 'docker'?</c>, or nothing.</summary>
    public static string Sentence(string value, IEnumerable<string> candidates) =>
        For(value, candidates) is { } near ? $" Did you mean '{near}'?" : "";

    /// <summary>Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours each cost one.</summary>
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }
        return d[a.Length, b.Length];
    }
}
