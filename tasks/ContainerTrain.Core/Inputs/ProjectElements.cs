using System.Collections.Immutable;
using System.Xml;
using ContainerTrain.Diagnostics;

namespace ContainerTrain.Inputs;

/// <summary>A property or item in a project file.</summary>
/// <param name="Name">The element's name, such as <c>TrainEngine</c> or <c>TrainData</c>.</param>
/// <param name="Value">Its Include attribute or, without one, its text.</param>
/// <param name="Location">Where the element begins.</param>
public sealed record SourceElement(string Name, string Value, SourceLocation Location);

/// <summary>
/// Finds the elements that problems can be about, Train* and Container* above all, with their lines. MSBuild hands values to tasks without saying where they
/// were written, and a problem is mended fastest on its line.
/// </summary>
public static class ProjectElements
{
    /// <summary>The elements of those files that exist and are XML, in the order of the files.</summary>
    public static ImmutableArray<SourceElement> Read(IEnumerable<string> files) =>
        [.. files.Where(File.Exists).SelectMany(ReadFile)];

    private static List<SourceElement> ReadFile(string file)
    {
        var found = new List<SourceElement>();
        try
        {
            using var reader = XmlReader.Create(file, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element && IsOurs(reader.LocalName))
                    found.Add(ReadElement(reader, file));
            }
        }
        catch (XmlException)
        {
            // MSBuild has read the file already and says what is wrong with it; without lines we still report values.
        }
        return found;
    }

    private static bool IsOurs(string name) =>
        name.StartsWith("Train", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Container", StringComparison.OrdinalIgnoreCase)
        || name is "OutputType" or "RuntimeIdentifier" or "PackageReference";

    private static SourceElement ReadElement(XmlReader reader, string file)
    {
        var line = (IXmlLineInfo)reader;
        var location = new SourceLocation(file, line.LineNumber, line.LinePosition);
        var name = reader.LocalName;
        if (reader.GetAttribute("Include") is { } include)
            return new SourceElement(name, include, location);
        var text = !reader.IsEmptyElement && reader.Read() && reader.NodeType == XmlNodeType.Text ? reader.Value.Trim() : "";
        return new SourceElement(name, text, location);
    }
}
