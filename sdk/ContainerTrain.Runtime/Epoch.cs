namespace ContainerTrain.Runtime;

/// <summary>One pass over the training data.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Total">The number of the last epoch.</param>
public readonly record struct Epoch(int Number, int Total)
{
    /// <summary>Whether no epoch follows this one, unless the run is stopped before.</summary>
    public bool IsLast => Number == Total;
}
