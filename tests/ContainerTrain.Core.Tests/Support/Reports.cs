namespace ContainerTrain.Tests;

/// <summary>Keeps what was reported, in order, from any thread.</summary>
internal sealed class Reports<T> : List<T>, IProgress<T>
{
    private readonly Lock _turn = new();

    /// <summary>Called with each, before whoever reports it goes on.</summary>
    public Action<T> Seen { get; set; } = _ => { };

    public void Report(T value)
    {
        lock (_turn)
            Add(value);
        Seen(value);
    }
}
