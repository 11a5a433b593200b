namespace ContainerTrain.Tests;

/// <summary>Keeps what was reported, in order.</summary>
internal sealed class Reports<T> : List<T>, IProgress<T>
{
    public void Report(T value) => Add(value);
}
