using System.Text.Encodings.Web;
using System.Text.Json;

namespace ContainerTrain.Dockerfile;

/// <summary>The only place where a value becomes Dockerfile text.</summary>
public static class Quote
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A word that the Dockerfile parser reads back as <paramref name="value"/>: in double quotes, nothing expanded.</summary>
    /// <exception cref="ArgumentException">The value has a line break, which no quoting of a Dockerfile can carry.</exception>
    public static string Word(string value)
    {
        if (HasLineBreak(value))
            throw new ArgumentException("A Dockerfile word cannot contain a line break.", nameof(value));
        return "\"" + Escape(value, "\\$\"") + "\"";
    }

    /// <summary>The exec form of ENTRYPOINT and CMD: a JSON array, in which nothing is expanded.</summary>
    public static string Exec(IEnumerable<string> words) =>
        "[" + string.Join(", ", words.Select(word => JsonSerializer.Serialize(word, Relaxed))) + "]";

    /// <summary>
    /// The JSON form of COPY, in which each path is then read as a word: variables are expanded and quotes removed, so that
    /// '$', '\' and quotes need an escape of their own.
    /// </summary>
    public static string Paths(params IEnumerable<string> paths) => Exec(paths.Select(path => Escape(path, "\\$\"'")));

    /// <summary>
    /// A word of a RUN instruction in shell form, for a POSIX shell: in single quotes, nothing expanded. The Dockerfile's own
    /// parser leaves such a line as it is, but for a backslash at its end.
    /// </summary>
    /// <exception cref="ArgumentException">The value has a line break.</exception>
    public static string Shell(string value)
    {
        if (HasLineBreak(value))
            throw new ArgumentException("A word of a RUN instruction cannot contain a line break.", nameof(value));
        return "'" + value.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
    }

    /// <summary>Whether <paramref name="value"/> has a character that ends a line, which a Dockerfile cannot quote.</summary>
    public static bool HasLineBreak(string value) => value.AsSpan().IndexOfAny('\n', '\r', '\0') >= 0;

    private static string Escape(string value, string meaningful) =>
        string.Concat(value.Select(c => meaningful.Contains(c, StringComparison.Ordinal) ? $"\\{c}" : c.ToString()));
}
