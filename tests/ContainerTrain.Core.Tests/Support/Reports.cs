namespace ContainerTrain.Tests;

/// <summary>Keeps what was reported, in order, from any thread.</summary>
internal sealed class Reports<T> : List<T>, IProgress<T>
{
    private readonly Lock _turn = new();

    public void Report(T value)
    {
        lock (_turn)
            Add(value);
    }
}
