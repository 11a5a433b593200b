using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ContainerTrain.Runtime;

/// <summary>
/// What stands beside the file of a checkpoint, as JSON: how to know that the file is whole, and what is in it.
/// </summary>
internal sealed record CheckpointManifest
{
    public const int CurrentFormat = 1;

    private static CheckpointJson Readable { get; } =
        new(new JsonSerializerOptions(CheckpointJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>How it is read and written.</summary>
    public static JsonTypeInfo<CheckpointManifest> Json => Readable.CheckpointManifest;

    /// <summary>The version of this text and of the file beside it.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Grows by one with each checkpoint of a folder. Order never comes from a clock, which may go back.</summary>
    public required int Sequence { get; init; }

    /// <summary>How many epochs are done.</summary>
    public required int Epoch { get; init; }

    public required string RunId { get; init; }

    /// <summary>Which start of a program wrote it: a folder may hold checkpoints of an earlier one.</summary>
    public required string Writer { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required long Seed { get; init; }

    public required IReadOnlyDictionary<string, string> Hyperparameters { get; init; }

    /// <summary>The last value of each metric that was logged in the last epoch.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>What was tracked, by name.</summary>
    public required IReadOnlyDictionary<string, CheckpointPart> Parts { get; init; }

    /// <summary>The file beside this one.</summary>
    public string File { get; init; } = "";

    public long Bytes { get; init; }

    /// <summary>Of the file, in lower-case hexadecimal digits.</summary>
    public string Sha256 { get; init; } = "";
}

/// <summary>One thing that was tracked.</summary>
/// <param name="Kind">The .NET type: what to read it back into.</param>
/// <param name="Tensors">Its tensors, in order.</param>
internal sealed record CheckpointPart(string Kind, IReadOnlyList<CheckpointTensor> Tensors);

/// <summary>A tensor without its values.</summary>
internal sealed record CheckpointTensor(string Name, string Dtype, IReadOnlyList<long> Shape)
{
    public override string ToString() => $"{Name} {Dtype}[{string.Join(", ", Shape)}]";
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(CheckpointManifest))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
