using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using ContainerTrain.Diagnostics;
using ContainerTrain.Outcome;

namespace ContainerTrain.Tests;

/// <summary>The table of docs/outcomes.md is the mapping that the build uses.</summary>
public sealed partial class ThePageOfOutcomes : IDisposable
{
    private static readonly ImmutableDictionary<string, string[]> Rows = File.ReadLines(Repository.At("docs/outcomes.md"))
        .Select(line => Row().Match(line)).Where(match => match.Success)
        .ToImmutableDictionary(match => match.Groups["reason"].Value, match => Code().Matches(match.Groups["code"].Value).Select(code => code.Value).Distinct().ToArray());

    private readonly TempFolder _project = new();

    public void Dispose() => _project.Dispose();

    [Fact]
    public void HasARowForEachReasonAndNoOther() =>
        Assert.Equal(Enum.GetValues<RunReason>().Select(Name).Order(StringComparer.Ordinal), Rows.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void NamesCodesThatHavePages() => Assert.All(Rows, row =>
    {
        Assert.True(row.Value.Length > 0 || row.Key == Name(RunReason.Succeeded), row.Key);
        Assert.All(row.Value, code => Assert.True(Codes.All.ContainsKey(code), code));
        Assert.All(row.Value, code => Assert.True(File.Exists(Repository.At($"docs/codes/{code}.md")), code));
    });

    [Fact]
    public void NamesTheCodeThatTheBuildGives() => Assert.All(Enum.GetValues<RunReason>().Where(reason => reason != RunReason.Succeeded), reason =>
    {
        var folder = RunFolder.Create(_project.At("runs"), DateTimeOffset.UnixEpoch);
        var reported = reason switch { RunReason.NativeMissing => "CT4027", RunReason.DeviceLost => "CT4028", _ => "" };
        if (reported.Length > 0)
            File.WriteAllText(folder.Problems, $$"""[{"code":"{{reported}}","message":"x"}]""");
        if (reason == RunReason.Stopped)
            File.WriteAllText(Path.Join(folder.Checkpoints, "checkpoint-000012.json"), """{"epoch":12}""");
        var outcome = OutcomeProblems.Explained(new RunOutcome(reported.Length > 0 ? RunReason.Failed : reason, 1, default, default), Given.RunPlan, folder);
        Assert.Equal(reason, outcome.Reason);
        var code = OutcomeProblems.Of(outcome, Given.RunPlan, folder, [])[^1].Code.Id;
        Assert.True(Rows[Name(reason)].Contains(code) || (reason == RunReason.Stopped && code == "CT4001"), $"{reason} gives {code}");
    });

    private static string Name(RunReason reason) => JsonNamingPolicy.CamelCase.ConvertName(reason.ToString());

    [GeneratedRegex(@"^\| `(?<reason>\w+)` \| [^|]+ \|(?<code>[^|]*)\| [^|]+ \|$")]
    private static partial Regex Row();

    [GeneratedRegex("CT[0-9]{4}(?=\\])")]
    private static partial Regex Code();
}
