namespace ContainerTrain.Runtime;

/// <summary>How messages show what was seen and what would do.</summary>
internal static class Wording
{
    private const int LongestValue = 60;

    /// <summary>A value as seen, in quotes, on one line and not too long.</summary>
    public static string Quote(string value)
    {
        var line = value.ReplaceLineEndings("\\n");
        return line.Length <= LongestValue ? $"'{line}'" : $"'{line[..LongestValue]}…'";
    }

    /// <summary>Names in quotes, with commas; <paramref name="none"/> if there are none.</summary>
    public static string List(IEnumerable<string> names, string none = "none")
    {
        var quoted = names.Select(Quote).ToArray();
        return quoted.Length switch
        {
            0 => none,
            > LongestList => string.Join(", ", quoted.Take(LongestList)) + $" and {quoted.Length - LongestList} more",
            _ => string.Join(", ", quoted),
        };
    }

    private const int LongestList = 40;

    /// <summary><c>" Did you mean 'x'?"</c> for the nearest of <paramref name="known"/>, or nothing if none is near.</summary>
    public static string DidYouMean(string seen, IEnumerable<string> known)
    {
        var nearest = known
            .Select(name => (Name: name, Distance: EditDistance(seen.ToUpperInvariant(), name.ToUpperInvariant())))
            .Where(candidate => candidate.Distance <= Math.Max(2, seen.Length / 3) && candidate.Distance < candidate.Name.Length)
            .OrderBy(candidate => candidate.Distance)
            .ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        return nearest.Name is null ? "" : $" Did you mean '{nearest.Name}'?";
    }

    /// <summary>Levenshtein: insertions, deletions and replacements that turn one string into the other.</summary>
    private static int EditDistance(string from, string to)
    {
        var previous = Enumerable.Range(0, to.Length + 1).ToArray();
        foreach (var (row, character) in from.Index())
        {
            var current = new int[to.Length + 1];
            current[0] = row + 1;
            for (var column = 0; column < to.Length; column++)
            {
                var replaced = previous[column] + (to[column] == character ? 0 : 1);
                current[column + 1] = Math.Min(replaced, 1 + Math.Min(previous[column + 1], current[column]));
            }

            previous = current;
        }

        return previous[to.Length];
    }
}
