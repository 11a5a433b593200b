using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace ContainerTrain.Outcome;

/// <summary>
/// HTML as a tree of elements, so that text cannot become markup wherever it comes from. The result is well-formed XML too.
/// </summary>
internal static class Html
{
    private static readonly HashSet<string> Void = new(StringComparer.Ordinal) { "meta", "input", "br", "hr", "link" };

    public static XElement Element(string name, params object?[] content) => new(name, content);

    public static XElement Classed(string name, string classes, params object?[] content) => new(name, new XAttribute("class", classes), content);

    /// <summary>A whole page. It loads nothing and runs nothing, and says so to the browser.</summary>
    public static string Page(string title, params object?[] body)
    {
        var html = Element("html", new XAttribute("lang", "en"),
            Element("head",
                Element("meta", new XAttribute("charset", "utf-8")),
                Element("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width, initial-scale=1")),
                Element("meta", new XAttribute("name", "color-scheme"), new XAttribute("content", "light dark")),
                Element("meta", new XAttribute("http-equiv", "Content-Security-Policy"), new XAttribute("content", "default-src 'none'; style-src 'unsafe-inline'")),
                Element("title", title),
                Element("style", ReportStyle.Css)),
            Element("body", body));
        Clean(html);
        return "<!DOCTYPE html>\n" + html.ToString(SaveOptions.DisableFormatting) + "\n";
    }

    /// <summary>A table that scrolls by itself where the window is narrow.</summary>
    public static XElement Table(IEnumerable<string> heads, IEnumerable<object?[]> rows)
    {
        var cells = rows.Select(row => row.Select(Cell).ToArray()).ToArray();
        return Classed("div", "scroll", Element("table",
            Element("thead", Element("tr", heads.Select((head, column) => IsRight(column) ? Classed("th", "right", head) : Element("th", head)).ToArray<object?>())),
            Element("tbody", cells.Select(row => Element("tr", row.ToArray<object?>())).ToArray<object?>())));

        bool IsRight(int column) => cells.Any(row => row[column].Attribute("class") is not null);
    }

    /// <summary>Names and values below each other.</summary>
    public static XElement Facts(IEnumerable<(string Name, object? Value)> facts) => Element("dl",
        facts.Where(fact => fact.Value is not (null or "")).Select(fact => Element("div", Element("dt", fact.Name), Element("dd", fact.Value))).ToArray<object?>());

    /// <summary>A number to read, with all its digits where the pointer rests on it.</summary>
    public static XElement Number(double? value, string unit = "") => value is not { } number
        ? Element("span", "–")
        : !double.IsFinite(number)
            ? Classed("span", "number bad", "not finite")
            : Classed("span", "number", new XAttribute("title", number.ToString("R", CultureInfo.InvariantCulture)),
                number.ToString("G6", CultureInfo.InvariantCulture), unit.Length > 0 ? Classed("span", "unit", " " + unit) : null);

    /// <summary>The text without characters that XML does not have.</summary>
    public static string Allowed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!XmlConvert.IsXmlChar(text[i]))
                return string.Concat(text.EnumerateRunes().Select(rune => rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? "\ufffd" : rune.ToString()));
        }
        return text;
    }

    private static XElement Cell(object? content) =>
        content is XElement { Name.LocalName: "span" } number && number.Attribute("class")?.Value.StartsWith("number", StringComparison.Ordinal) == true
            ? Classed("td", "right", number)
            : Element("td", content);

    /// <summary>Characters that no page may have become �, and elements without content get an end tag.</summary>
    private static void Clean(XElement html)
    {
        foreach (var element in html.DescendantsAndSelf())
        {
            foreach (var text in element.Nodes().OfType<XText>())
                text.Value = Allowed(text.Value);
            foreach (var attribute in element.Attributes())
                attribute.Value = Allowed(attribute.Value);
            if (element.IsEmpty && !Void.Contains(element.Name.LocalName))
                element.Value = "";
        }
    }
}
