using System.Text;
using System.Text.Json;

namespace ContainerTrain.Runtime;

/// <summary>A metric's name in the forms in which it is written, made once, and its newest value.</summary>
internal sealed class Metric(string name)
{
    public string Name => name;

    /// <summary>The name as a key of JSON.</summary>
    public JsonEncodedText Key { get; } = JsonEncodedText.Encode(name);

    /// <summary>The name as TensorBoard's tag.</summary>
    public byte[] Tag { get; } = Encoding.UTF8.GetBytes(name);

    public double? Value { get; set; }

    /// <summary>The number of the line that has the newest value.</summary>
    public long Line { get; set; }

    public (long Step, double Value)? LastFinite { get; set; }
}
