using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ContainerTrain.Sdk.Tests;

/// <summary>An error or a warning, as the console shows it.</summary>
public sealed record BuildProblem(string File, int Line, int Column, string Severity, string Code, string Text);

/// <summary>A build that has ended.</summary>
public sealed partial record BuildResult(int ExitCode, string Output)
{
    /// <summary>In order; the console repeats the place and the code before each line of a message.</summary>
    public ImmutableArray<BuildProblem> Problems { get; } =
        [.. Problem().Matches(Output).Select(match => new BuildProblem(
            match.Groups["file"].Value, Number(match.Groups["line"]), Number(match.Groups["column"]),
            match.Groups["severity"].Value, match.Groups["code"].Value, match.Groups["text"].Value))
        .GroupBy(problem => problem with { Text = "" })
        .Select(lines => lines.Key with { Text = string.Join('\n', lines.Select(line => line.Text)) })];

    public IEnumerable<string> Errors => Problems.Where(problem => problem.Severity == "error").Select(problem => problem.Code);

    public IEnumerable<string> Warnings => Problems.Where(problem => problem.Severity == "warning").Select(problem => problem.Code);

    public BuildProblem this[string code] => Problems.Single(problem => problem.Code == code);

    public BuildResult Succeeded()
    {
        Assert.True(ExitCode == 0, Output);
        Assert.Empty(Problems);
        return this;
    }

    public BuildResult FailedWith(params string[] codes)
    {
        Assert.True(ExitCode == 1, $"exit code {ExitCode}\n{Output}");
        Assert.Equal(codes, Errors);
        return this;
    }

    private static int Number(Group group) => group.Success ? int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^(?<file>/.*?|[A-Za-z.]+)(\((?<line>\d+)(,(?<column>\d+))?\))?\s?: (?<severity>error|warning) (?<code>[A-Z]+\d+)\s?: (?<text>.*?)(\s\[[^\[]*\])?$", RegexOptions.Multiline)]
    private static partial Regex Problem();
}
