namespace ContainerTrain.Runtime;

/// <summary>One pass over the training data.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Total">The number of the last epoch.</param>
public readonly record struct Epoch(int Number, int Total)
{
    /// <summary>Whether no epoch follows this one, unless the run is stopped before.</summary>
    public bool IsLast => Number == Total;

    /// <summary>The run's seed.</summary>
    internal long Seed { get; init; }

    /// <summary>
    /// A generator of .NET's kind for this epoch, made from the run's seed and the epoch's number: it gives the same numbers
    /// after a resume, which no <see cref="Random"/> that lives longer than an epoch does, for its state cannot be saved.
    /// </summary>
    public Random NewRandom() => new(unchecked((int)(Mix((ulong)Seed + Mix((ulong)Number)) >> 33)));

    /// <summary>
    /// What CUDA's generators are seeded with at the start of the epoch: TorchSharp reads the state of the CPU's generator
    /// alone.
    /// </summary>
    internal long DeviceSeed => (long)(Mix((ulong)Seed ^ Mix((ulong)Number)) >> 1);

    /// <summary>The finalizer of splitmix64 (Steele, Lea and Flood 2014, https://doi.org/10.1145/2660193.2660195).</summary>
    private static ulong Mix(ulong z)
    {
        unchecked
        {
            z += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
