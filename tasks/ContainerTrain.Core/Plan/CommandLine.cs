using System.Collections.Immutable;
using System.Text;

namespace ContainerTrain.Plan;

/// <summary>Splits a command line as a POSIX shell does, without expanding anything.</summary>
internal static class CommandLine
{
    /// <summary>Words are separated by white space; quotes keep it, a backslash outside single quotes escapes. False if a quote is not closed.</summary>
    public static bool TrySplit(string text, out ImmutableArray<string> words)
    {
        var result = ImmutableArray.CreateBuilder<string>();
        var word = new StringBuilder();
        var inWord = false;
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && quote != '\'' && i + 1 < text.Length && (quote == '\0' || text[i + 1] is '"' or '\\'))
            {
                word.Append(text[++i]);
                inWord = true;
            }
            else if (c == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && c is '"' or '\'')
            {
                quote = c;
                inWord = true;
            }
            else if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (inWord)
                    result.Add(word.ToString());
                word.Clear();
                inWord = false;
            }
            else
            {
                word.Append(c);
                inWord = true;
            }
        }
        if (inWord)
            result.Add(word.ToString());
        words = result.ToImmutable();
        return quote == '\0';
    }
}
