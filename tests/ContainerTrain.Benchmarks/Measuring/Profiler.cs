using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using ContainerTrain.Benchmarks.Machine;
using ContainerTrain.Benchmarks.Samples;

namespace ContainerTrain.Benchmarks.Measuring;

/// <summary>Where the time of a build goes by MSBuild's own account.</summary>
/// <param name="Case">no-op or edit.</param>
/// <param name="Seconds">Of the whole process, with the account being kept.</param>
/// <param name="Entries">Medians in milliseconds, most first.</param>
internal sealed record Profile(string Variant, string Case, double Seconds, ImmutableArray<ProfileEntry> Entries)
{
    public double Of(string kind, string name) => Entries.FirstOrDefault(entry => entry.Kind == kind && entry.Name == name)?.Milliseconds ?? 0;
}

/// <param name="Kind">evaluation, target or task; a target's time includes its tasks.</param>
internal sealed record ProfileEntry(string Kind, string Name, double Milliseconds, int Calls);

/// <summary>Runs extra builds with MSBuild's performance summary.</summary>
internal sealed partial class Profiler(Workspace workspace, Func<string> nextMarker, int runs)
{
    private static readonly ImmutableArray<string> Cases = ["no-op", "edit"];

    public ImmutableArray<Profile> Run(ImmutableArray<Variant> variants) =>
        [.. from variant in variants from name in Cases select Run(variant, name)];

    private Profile Run(Variant variant, string name)
    {
        if (!variant.Project.IsBuilt)
            variant.Build(workspace, "profile-start");
        variant.Build(workspace, "profile-start");
        var times = new List<double>();
        var accounts = new List<ImmutableArray<ProfileEntry>>();
        for (var run = 0; run < runs; run++)
        {
            if (name == "edit")
                variant.Project.Edit(nextMarker());
            var log = workspace.Log($"profile-{name}-{run + 1}-{variant.Name}");
            var step = variant.Steps[0];
            HostState.Settle(workspace.Folder);
            times.Add((step with { Arguments = step.Arguments.Add("-clp:PerformanceSummary") }).Run(log).TotalSeconds);
            variant.Project.IsBuilt = true;
            accounts.Add(Parse(File.ReadLines(log)));
        }
        var entries = accounts.SelectMany(account => account)
            .GroupBy(entry => (entry.Kind, entry.Name))
            .Select(group => new ProfileEntry(group.Key.Kind, group.Key.Name, Series.MedianOf(group.Select(entry => entry.Milliseconds)), group.Last().Calls))
            .Where(entry => entry.Milliseconds >= 1)
            .OrderBy(entry => entry.Kind, StringComparer.Ordinal).ThenByDescending(entry => entry.Milliseconds);
        return new Profile(variant.Name, name, Series.MedianOf(times), [.. entries]);
    }

    private static ImmutableArray<ProfileEntry> Parse(IEnumerable<string> lines)
    {
        var entries = ImmutableArray.CreateBuilder<ProfileEntry>();
        var kind = "";
        foreach (var line in lines)
        {
            if (Heading().Match(line) is { Success: true } heading)
                kind = heading.Groups[1].Value switch { "Project Evaluation" => "evaluation", "Target" => "target", "Task" => "task", _ => "" };
            else if (kind.Length > 0 && Entry().Match(line) is { Success: true } entry)
                entries.Add(new ProfileEntry(kind, Path.GetFileName(entry.Groups[2].Value), Number(entry.Groups[1]), (int)Number(entry.Groups[3])));
        }
        return entries.ToImmutable();
    }

    private static double Number(Group group) => double.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(Project Evaluation|Project|Target|Task) Performance Summary:")]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\s+(\d+) ms\s+(\S.*?)\s+(\d+) calls?\s*$")]
    private static partial Regex Entry();
}
