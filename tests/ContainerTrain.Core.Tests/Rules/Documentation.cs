using System.Text.RegularExpressions;
using ContainerTrain.Diagnostics;

namespace ContainerTrain.Tests;

public sealed partial class TheTableOfDiagnostics
{
    private const string Pages = "docs/codes";

    [Fact]
    public void HasWellFormedCodes() => Assert.All(Codes.All, row =>
    {
        Assert.Matches("^CT[1-5][0-9]{3}$", row.Key);
        Assert.Equal(row.Key, row.Value.Id);
    });

    [Fact]
    public void HasEachCodeOnce()
    {
        // Reading the table fails on a code that is there twice; a field that is no row of it would be forgotten.
        Assert.Equal(typeof(Codes).GetFields().Count(field => field.FieldType == typeof(DiagnosticCode)), Codes.All.Count);
        Assert.Equal(Codes.All.Count, Codes.All.Values.Select(code => code.Title).Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void HasTitlesAndRemediesInSentences() => Assert.All(Codes.All.Values, code =>
    {
        Assert.Matches("^[A-Z].*[^.]$", code.Title);
        Assert.Matches(@"^[A-Z].*\.$", code.Fix);
    });

    [Fact]
    public void HasFormatsWhosePlaceholdersCountFromZero() => Assert.All(Codes.All.Values, code =>
    {
        var used = Placeholder().Matches(code.Format).Select(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).Distinct().Order().ToArray();
        Assert.Equal(Enumerable.Range(0, used.Length), used);
        var arguments = used.Select(number => (object)$"<{number} {{x}}>").ToArray();
        Assert.All(arguments, argument => Assert.Contains((string)argument, code.With(arguments).Message, StringComparison.Ordinal));
    });

    [Fact]
    public void HasAPageForEachCodeAndNoOther() => Assert.Equal(
        Codes.All.Keys,
        Directory.EnumerateFiles(Repository.At(Pages), "*.md").Select(Path.GetFileNameWithoutExtension).Where(name => name != "README").Order(StringComparer.Ordinal));

    [Fact]
    public void HasPagesThatSayWhatTheCodeIs() => Assert.All(Codes.All.Values, code =>
    {
        var lines = File.ReadAllLines(Repository.At($"{Pages}/{code.Id}.md"));
        Assert.Equal($"# {code.Id}: {code.Title}", lines[0]);
        Assert.Contains($"Severity: {code.Severity.ToString().ToLowerInvariant()}", lines);
        Assert.Contains(lines, line => line.StartsWith("## How to fix", StringComparison.Ordinal));
        Assert.InRange(lines.Length, 10, 50);
        Assert.Contains($"{code.Severity.ToString().ToLowerInvariant()} {code.Id}: ", string.Join('\n', lines), StringComparison.Ordinal);
    });

    [Fact]
    public void HasPagesThatSayHowToSuppressAWarning() => Assert.All(Codes.All.Values.Where(code => code.Severity == Severity.Warning), code =>
        Assert.Contains($"<NoWarn>$(NoWarn);{code.Id}</NoWarn>", Repository.Read($"{Pages}/{code.Id}.md"), StringComparison.Ordinal));

    /// <summary>The example on each page is the message that the format gives, with other values.</summary>
    [Fact]
    public void HasPagesWhoseExampleIsTheMessage() => Assert.All(Codes.All.Values.Where(code => !code.IsWordedByProgram), code =>
    {
        var pattern = string.Join(".*", Placeholder().Split(code.Format).Where((_, i) => i % 2 == 0).Select(Regex.Escape));
        Assert.Matches(new Regex($@"{code.Severity.ToString().ToLowerInvariant()} {code.Id}: {pattern}", RegexOptions.Singleline), Repository.Read($"{Pages}/{code.Id}.md"));
    });

    [Fact]
    public void HasAnIndex() => Assert.Equal(
        Codes.All.Values.Select(code => $"| [{code.Id}]({code.Id}.md) | {code.Severity.ToString().ToLowerInvariant()} | {code.Title} |"),
        File.ReadLines(Repository.At($"{Pages}/README.md")).Where(line => line.StartsWith("| [", StringComparison.Ordinal)));

    [Fact]
    public void HasEveryCodeOfTheRuntime() => Assert.Equal(
        Codes.All.Values.Where(code => code.IsWordedByProgram && code != Codes.ProgramProblem).Select(code => code.Id),
        Regex.Matches(Repository.Read("sdk/ContainerTrain.Runtime/Problems/ProblemCodes.cs"), "\"(CT[0-9]{4})\"").Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));

    [GeneratedRegex(@"\{([0-9]+)\}")]
    private static partial Regex Placeholder();
}
