using System.Collections.Immutable;

namespace ContainerTrain.Engine.Tests;

/// <summary>Everything that was reported, in order; calls <paramref name="onLine"/> while it is being reported.</summary>
public sealed class Lines<T>(Action<T>? onLine = null) : IProgress<T>
{
    private readonly Lock _lock = new();
    private ImmutableList<T> _lines = [];

    public ImmutableList<T> All => _lines;

    public void Report(T value)
    {
        lock (_lock)
            _lines = _lines.Add(value);
        onLine?.Invoke(value);
    }
}
