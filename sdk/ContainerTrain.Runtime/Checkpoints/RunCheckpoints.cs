using TorchSharp;

namespace ContainerTrain.Runtime;

/// <summary>What a run saves to go on from, by name.</summary>
public sealed class RunCheckpoints
{
    private readonly Dictionary<string, object> _tracked = new(StringComparer.Ordinal);

    internal RunCheckpoints()
    {
    }

    /// <summary>Adds a module: its parameters and buffers.</summary>
    public void Track(string name, torch.nn.Module module) => Add(name, module);

    /// <summary>Adds a tensor, restored in place.</summary>
    public void Track(string name, torch.Tensor tensor) => Add(name, tensor);

    /// <summary>Adds an optimizer: its options, and the state it keeps of each parameter.</summary>
    public void Track(string name, torch.optim.Optimizer optimizer) => Add(name, optimizer);

    /// <summary>Adds state of the program's own.</summary>
    public void Track(string name, ICheckpointState state) => Add(name, state);

    private void Add(string name, object state)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(state);
        if (!_tracked.TryAdd(name, state))
        {
            throw new ArgumentException($"'{name}' is tracked already.", nameof(name));
        }
    }
}
