using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace ContainerTrain.Plan;

/// <summary>
/// Finds what would let an instruction of the project swallow or break the lines after it. What it does is the
/// builder's to judge.
/// </summary>
internal static partial class InstructionChecker
{
    /// <summary>All that may stand inside a stage; FROM would begin another one.</summary>
    private static readonly ImmutableArray<string> Known =
    [
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL",
        "USER", "VOLUME", "WORKDIR",
    ];

    private static readonly ImmutableArray<string> WithHeredocs = ["ADD", "COPY", "RUN"];

    /// <summary>The end of a sentence that begins with the instruction; null if nothing is wrong.</summary>
    public static string? WhatIsWrong(string text)
    {
        var name = text.TrimStart().Split(' ', '\t', '\n', '\r')[0].ToUpperInvariant();
        if (!Known.Contains(name))
        {
            return $"begins with no instruction that may stand in a stage ({string.Join(", ", Known)}); "
                + "a ';' in an Include parts two items, so write it as %3B";
        }
        var lines = text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        // Spaces after the backslash do not keep a line from going on.
        if (lines[^1].TrimEnd().EndsWith('\\'))
            return "ends in a backslash, so that the next line of the Dockerfile would belong to it";
        var open = WithHeredocs.Contains(name) ? OpenHeredoc(lines) : null;
        if (open is not null)
            return $"begins a heredoc '{open}' and does not end it, so that it would take in the rest of the Dockerfile";
        return lines.Length > 1 && !GoesOn(lines, WithHeredocs.Contains(name))
            ? "has a line break; let the line before it end in a backslash"
            : null;
    }

    /// <summary>The name of the first heredoc that no line of its own ends.</summary>
    private static string? OpenHeredoc(string[] lines)
    {
        foreach (Match start in Heredoc().Matches(Unquoted(lines[0])))
        {
            var name = start.Groups["name"].Value;
            if (!lines.Skip(1).Any(line => (start.Groups["dash"].Success ? line.TrimStart('\t') : line) == name))
                return name;
        }
        return null;
    }

    private static bool GoesOn(string[] lines, bool takesHeredocs) =>
        (takesHeredocs && Heredoc().IsMatch(Unquoted(lines[0])))
        || lines[..^1].All(line => line.TrimEnd().EndsWith('\\') || line.TrimStart().StartsWith('#') || line.Trim().Length == 0);

    /// <summary>Without what is in quotes, except for the name of a heredoc itself.</summary>
    private static string Unquoted(string line) => Quoted().Replace(line, match => match.Value.StartsWith('<') ? match.Value : "");

    [GeneratedRegex(@"(?<![<\w])<<(?<dash>-)?[""']?(?<name>[A-Za-z_][A-Za-z0-9_]*)[""']?")]
    private static partial Regex Heredoc();

    [GeneratedRegex("""<<-?["'][A-Za-z0-9_]+["']|"(?:\\.|[^"\\])*"|'[^']*'""")]
    private static partial Regex Quoted();
}
