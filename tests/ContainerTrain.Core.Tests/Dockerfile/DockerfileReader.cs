using System.Text;

namespace ContainerTrain.Tests;

/// <summary>
/// Reads values back as BuildKit does, written from its sources and not from <c>Quote</c>:
/// https://github.com/moby/buildkit/blob/master/frontend/dockerfile/shell/lex.go (ProcessWord) and parser/line_parsers.go.
/// </summary>
internal static class DockerfileReader
{
    private const char Escape = '\\';

    /// <summary>A word with its quotes removed. Throws on a variable or an open quote: a quoted value must have neither.</summary>
    public static string Word(string word)
    {
        var value = new StringBuilder();
        for (var at = 0; at < word.Length; at++)
        {
            switch (word[at])
            {
                case '\'':
                    at = SingleQuoted(word, at + 1, value);
                    break;
                case '"':
                    at = DoubleQuoted(word, at + 1, value);
                    break;
                case '$':
                    throw new FormatException($"A variable is expanded in {word}");
                case Escape:
                    if (++at < word.Length)
                        value.Append(word[at]);
                    break;
                default:
                    value.Append(word[at]);
                    break;
            }
        }
        return value.ToString();
    }

    /// <summary>The words of ENV and LABEL: blanks separate them, but not in quotes.</summary>
    public static List<string> Words(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var quote = '\0';
        for (var at = 0; at < line.Length; at++)
        {
            var c = line[at];
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                Flush();
                continue;
            }
            word.Append(c);
            if (c == Escape && quote != '\'' && at + 1 < line.Length)
                word.Append(line[++at]);
            else if (quote == '\0' && c is '"' or '\'')
                quote = c;
            else if (c == quote)
                quote = '\0';
        }
        Flush();
        return words;

        void Flush()
        {
            if (word.Length > 0)
                words.Add(word.ToString());
            word.Clear();
        }
    }

    /// <summary>Name and value of the only pair of an ENV or LABEL line: the first '=' parts them, whatever is in quotes.</summary>
    public static (string Name, string Value) Pair(string line)
    {
        var parts = Words(line).Single().Split('=', 2);
        return (Word(parts[0]), Word(parts[1]));
    }

    /// <summary>A JSON array of strings (RFC 8259), by hand.</summary>
    public static List<string> Json(string text)
    {
        var values = new List<string>();
        var at = 0;
        Expect('[');
        if (Next() == ']')
            return values;
        while (true)
        {
            Expect('"');
            values.Add(JsonString(text, ref at));
            if (Next() == ']')
                break;
            Expect(',');
        }
        Expect(']');
        return at == text.Length ? values : throw new FormatException($"More after the array in {text}");

        char Next()
        {
            while (text[at] == ' ')
                at++;
            return text[at];
        }

        void Expect(char c)
        {
            if (Next() != c)
                throw new FormatException($"'{c}' expected at {at} of {text}");
            at++;
        }
    }

    private static string JsonString(string text, ref int at)
    {
        var value = new StringBuilder();
        for (; text[at] != '"'; at++)
        {
            if (text[at] < ' ')
                throw new FormatException("A control character in a JSON string");
            if (text[at] != '\\')
            {
                value.Append(text[at]);
                continue;
            }
            at++;
            value.Append(text[at] switch
            {
                'n' => '\n', 'r' => '\r', 't' => '\t', 'b' => '\b', 'f' => '\f',
                'u' => (char)Convert.ToUInt16(text.Substring((at += 4) - 3, 4), 16),
                var c and ('"' or '\\' or '/') => c,
                var c => throw new FormatException($"\\{c} is no escape of JSON"),
            });
        }
        at++;
        return value.ToString();
    }

    private static int SingleQuoted(string word, int at, StringBuilder value)
    {
        for (; at < word.Length; at++)
        {
            if (word[at] == '\'')
                return at;
            value.Append(word[at]);
        }
        throw new FormatException($"An open single quote in {word}");
    }

    private static int DoubleQuoted(string word, int at, StringBuilder value)
    {
        for (; at < word.Length; at++)
        {
            switch (word[at])
            {
                case '"':
                    return at;
                case '$':
                    throw new FormatException($"A variable is expanded in {word}");
                case Escape when at + 1 < word.Length && word[at + 1] is '"' or '$' or Escape:
                    value.Append(word[++at]);
                    break;
                default:
                    value.Append(word[at]);
                    break;
            }
        }
        throw new FormatException($"An open double quote in {word}");
    }
}
