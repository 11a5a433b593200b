using System.Collections.Immutable;
using ContainerTrain.Benchmarks.Machine;
using ContainerTrain.Benchmarks.Samples;

namespace ContainerTrain.Benchmarks.Measuring;

/// <summary>What happens between two builds.</summary>
/// <param name="Name">As in --cases.</param>
/// <param name="Title">In words.</param>
/// <param name="Change">Done before every timed build, untimed; gets the round.</param>
internal sealed record CaseDefinition(string Name, string Title, Action<Variant, int> Change)
{
    /// <summary>Whether every build has to result in another image.</summary>
    public bool ChangesImage { get; init; } = true;

    /// <summary>Whether everything has to be built, untimed, before the first round.</summary>
    public bool StartsBuilt { get; init; } = true;

    /// <summary>How often a round runs the fast variants.</summary>
    public required int Pairs { get; init; }
}

/// <summary>Runs the variants of a case in turn, round by round, so that what the machine does meanwhile hits them alike.</summary>
internal sealed class CaseRunner(Workspace workspace, int rounds, Action<string> report)
{
    public CaseResult Run(CaseDefinition definition, ImmutableArray<Variant> variants)
    {
        if (definition.StartsBuilt)
            WarmUp(definition, variants);
        var samples = variants.ToDictionary(variant => variant.Name, _ => new List<Sample>(), StringComparer.Ordinal);
        var fast = variants.Where(variant => variant.IsFast).ToImmutableArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var pair = 0; pair < definition.Pairs; pair++)
            {
                // In turn forwards and backwards: nobody always runs after the slowest one.
                var order = (round + pair) % 2 == 0 ? fast : [.. fast.Reverse()];
                foreach (var variant in order)
                    samples[variant.Name].Add(Measure(definition, variant, round, pair));
            }
            foreach (var variant in variants.Where(variant => !variant.IsFast))
                samples[variant.Name].Add(Measure(definition, variant, round, 0));
            report($"{definition.Name}, round {round + 1} of {rounds}: " + string.Join("  ", variants.Select(variant => $"{variant.Name} {Last(samples[variant.Name]):0.00} s")));
        }
        var series = variants.Select(variant => new Series(variant.Name, variant.Title, [.. samples[variant.Name]])).ToImmutableArray();
        return new CaseResult(definition.Name, definition.Title, [.. series.Select(one => one.ComparedTo(series[0]))]);
    }

    private void WarmUp(CaseDefinition definition, ImmutableArray<Variant> variants)
    {
        foreach (var variant in variants)
        {
            if (!variant.Project.IsBuilt)
                variant.Build(workspace, $"{definition.Name}-start");
            // The build after a change still has to see that all is done.
            if (variant.IsFast)
                variant.Build(workspace, $"{definition.Name}-start");
        }
    }

    private Sample Measure(CaseDefinition definition, Variant variant, int round, int pair)
    {
        definition.Change(variant, round);
        var label = $"{definition.Name}-{round + 1}-{pair + 1}";
        var before = IdOf(variant);
        HostState.Settle(workspace.Folder);
        var load = HostState.Load();
        var time = variant.Build(workspace, label);
        if (definition.ChangesImage && variant.Image.Length > 0 && IdOf(variant) == before)
            throw new BenchException($"{variant.Name}: the image is still {before ?? "not there"} ({definition.Name}, round {round + 1})");
        if ((round == 0 || round == rounds - 1) && pair == 0)
            variant.Check(workspace, label);
        return new Sample(round, pair, time.TotalSeconds, load);
    }

    private string? IdOf(Variant variant) => variant.Image.Length > 0 ? workspace.Engine.IdOf(variant.Image) : null;

    private static double Last(List<Sample> samples) => samples[^1].Seconds;
}
