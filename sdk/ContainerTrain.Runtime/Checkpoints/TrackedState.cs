using System.Text.Json;
using TorchSharp;
using TorchSharp.Modules;

namespace ContainerTrain.Runtime;

/// <summary>Something tracked, as a checkpoint sees it.</summary>
internal abstract class TrackedState
{
    /// <summary>What the checkpoint has to hold for this to be read from it.</summary>
    public abstract CheckpointPart Describe();

    public abstract void Save(Stream stream);

    public abstract void Load(Stream stream);

    protected static CheckpointTensor Describe(string name, torch.Tensor tensor) =>
        new(name, tensor.dtype.ToString().ToLowerInvariant(), tensor.shape);
}

internal sealed class TrackedModule(torch.nn.Module module) : TrackedState
{
    public override CheckpointPart Describe()
    {
        using var scope = torch.NewDisposeScope();
        return new("module", [.. module.state_dict().Select(pair => Describe(pair.Key, pair.Value))]);
    }

    public override void Save(Stream stream)
    {
        using var scope = torch.NewDisposeScope();
        module.save(stream);
    }

    public override void Load(Stream stream)
    {
        using var scope = torch.NewDisposeScope();
        module.load(stream);
    }
}

internal sealed class TrackedTensor(torch.Tensor tensor) : TrackedState
{
    public override CheckpointPart Describe() => new("tensor", [Describe("", tensor)]);

    public override void Save(Stream stream)
    {
        // A view may have its elements far apart: what is written is the values in order.
        using var scope = torch.NewDisposeScope();
        using var writer = new BinaryWriter(stream);
        tensor.detach().contiguous().Save(writer);
    }

    public override void Load(Stream stream)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        using var reader = new BinaryReader(stream);
        tensor.copy_(torch.Tensor.Load(reader));
    }
}

internal sealed class TrackedOptimizer(OptimizerHelper optimizer) : TrackedState
{
    public override CheckpointPart Describe() =>
        new(optimizer.GetType().Name, [.. optimizer.parameters().Select((parameter, index) => Describe($"parameter {index}", parameter))]);

    public override void Save(Stream stream)
    {
        using var scope = torch.NewDisposeScope();
        using var writer = new BinaryWriter(stream);
        optimizer.save_state_dict(writer);
    }

    public override void Load(Stream stream)
    {
        using var reader = new BinaryReader(stream);
        optimizer.load_state_dict(reader);
    }
}

internal sealed class TrackedProgramState(ICheckpointState state) : TrackedState
{
    public override CheckpointPart Describe() => new("state", []);

    public override void Save(Stream stream)
    {
        using var writer = new BinaryWriter(stream);
        state.Save(writer);
    }

    public override void Load(Stream stream)
    {
        using var reader = new BinaryReader(stream);
        state.Load(reader);
    }
}

internal sealed class TrackedValue<T>(Func<T> get, Action<T> set) : TrackedState
{
    public override CheckpointPart Describe() => new("value", []);

    public override void Save(Stream stream) => JsonSerializer.Serialize(stream, get(), Options);

    public override void Load(Stream stream) => set(JsonSerializer.Deserialize<T>(stream, Options)!);

    // The values of a tuple are fields.
    private static readonly JsonSerializerOptions Options = new()
    {
        IncludeFields = true,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>What is wrong with the value of now if it does not come back as it was; null if it does.</summary>
    public string? WhyLost()
    {
        var value = get();
        try
        {
            var saved = JsonSerializer.Serialize(value, Options);
            var again = JsonSerializer.Serialize(JsonSerializer.Deserialize<T>(saved, Options), Options);
            return saved != again ? $"{typeof(T)} is written as {Wording.Quote(saved)} and read back as {Wording.Quote(again)}"
                : saved == "{}" && value is not System.Collections.IEnumerable ? $"nothing of {typeof(T)} is written"
                : null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            return e.Message;
        }
    }
}

/// <summary>What torch's generator of the CPU draws next.</summary>
internal sealed class TorchRandom : TrackedState
{
    public override CheckpointPart Describe() => new("random", []);

    public override void Save(Stream stream)
    {
        using var state = torch.get_rng_state();
        using var writer = new BinaryWriter(stream);
        state.Save(writer);
    }

    public override void Load(Stream stream)
    {
        using var reader = new BinaryReader(stream);
        using var state = torch.Tensor.Load(reader);
        torch.set_rng_state(state);
    }
}
