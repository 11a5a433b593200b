using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ContainerTrain.Tests;

/// <summary>What the SDK's own MSBuild files read, set and call.</summary>
internal static partial class MSBuildFiles
{
    private const string Folder = "sdk/ContainerTrain.Sdk";

    public static string[] Paths { get; } =
        [.. Directory.EnumerateFiles(Repository.At(Folder + "/Sdk")).Concat(Directory.EnumerateFiles(Repository.At(Folder + "/targets")))
            .Where(file => file.EndsWith(".props", StringComparison.Ordinal) || file.EndsWith(".targets", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

    private static XElement[] Elements { get; } = [.. Paths.SelectMany(file => XDocument.Load(file).Descendants())];

    /// <summary>Every attribute, and every text that is not a comment.</summary>
    private static string[] Texts { get; } =
        [.. Elements.SelectMany(element => element.Attributes().Select(attribute => attribute.Value).Concat(element.Nodes().OfType<XText>().Select(text => text.Value)))];

    public static IEnumerable<XElement> Targets => Named("Target");

    public static IEnumerable<XElement> Tasks => Named("Target").Elements().Where(element => element.Name.LocalName is not ("PropertyGroup" or "ItemGroup"));

    /// <summary>Each task's full name, and the name of its assembly where it is not given by file.</summary>
    public static IEnumerable<(string Task, string? Assembly)> UsingTasks =>
        Named("UsingTask").Select(element => (element.Attribute("TaskName")!.Value, element.Attribute("AssemblyName")?.Value));

    public static string[] PropertiesSet { get; } = Sorted(
        Named("PropertyGroup").Elements().Select(element => element.Name.LocalName)
            .Concat(Named("Output").Attributes("PropertyName").Select(attribute => attribute.Value))
            // The package's own Sdk/Version.props is written when it is packed.
            .Concat(VersionProps().Matches(Repository.Read(Folder + "/ContainerTrain.Sdk.csproj").Split("<![CDATA[")[1].Split("]]>")[0]).Select(match => match.Groups[1].Value)));

    public static string[] PropertiesRead { get; } = PropertiesIn(Texts);

    public static string[] ItemsSet { get; } = Sorted(
        Named("ItemGroup").Elements().Select(element => element.Name.LocalName)
            .Concat(Named("Output").Attributes("ItemName").Select(attribute => attribute.Value)));

    public static string[] ItemsRead { get; } = ItemsIn(Texts);

    /// <summary>In the form <c>TrainData.Target</c>, from <c>@(TrainData->'%(Target)')</c> and <c>%(TrainData.Target)</c>.</summary>
    public static string[] MetadataRead { get; } = Sorted(
        Texts.SelectMany(text => Transform().Matches(text)).SelectMany(transform => Metadata().Matches(transform.Groups[2].Value).Select(match => $"{transform.Groups[1].Value}.{match.Groups[1].Value}"))
            .Concat(Texts.SelectMany(text => QualifiedMetadata().Matches(text)).Select(match => match.Groups[1].Value)));

    public static string[] PropertiesIn(IEnumerable<string> texts) => Sorted(texts.SelectMany(text => Property().Matches(text)).Select(match => match.Groups[1].Value));

    public static string[] ItemsIn(IEnumerable<string> texts) => Sorted(texts.SelectMany(text => Item().Matches(text)).Select(match => match.Groups[1].Value));

    private static IEnumerable<XElement> Named(string name) => Elements.Where(element => element.Name.LocalName == name);

    private static string[] Sorted(IEnumerable<string> names) => [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"\$\((\w+)")]
    private static partial Regex Property();

    [GeneratedRegex(@"@\((\w+)")]
    private static partial Regex Item();

    [GeneratedRegex(@"@\((\w+)\s*->\s*'([^']*)'")]
    private static partial Regex Transform();

    [GeneratedRegex(@"%\((\w+)\)")]
    private static partial Regex Metadata();

    [GeneratedRegex(@"%\((\w+\.\w+)\)")]
    private static partial Regex QualifiedMetadata();

    [GeneratedRegex(@"^    <(\w+)[ >].*</\1>$", RegexOptions.Multiline)]
    private static partial Regex VersionProps();
}
