namespace ContainerTrain.Runtime;

/// <summary>Which checkpoint is best by a metric.</summary>
internal sealed record BestCheckpoint(string Metric, bool HigherIsBetter)
{
    /// <summary>The sequence of the best of <paramref name="writer"/>'s checkpoints; empty if none has the metric.</summary>
    public IReadOnlySet<int> Among(IEnumerable<CheckpointStore.Entry> entries, string writer)
    {
        var candidates = entries.Where(entry => entry.Manifest is { } manifest && manifest.Writer == writer
            && manifest.Metrics.TryGetValue(Metric, out var value) && double.IsFinite(value));
        var best = HigherIsBetter
            ? candidates.MaxBy(entry => entry.Manifest!.Metrics[Metric])
            : candidates.MinBy(entry => entry.Manifest!.Metrics[Metric]);
        return best is null ? new HashSet<int>() : new HashSet<int> { best.Sequence };
    }
}
