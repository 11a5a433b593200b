using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain;

/// <summary>
/// What the last build of the image was made of (<c>image.json</c>): if nothing of it changed and the engine still has the
/// image, there is nothing to build.
/// </summary>
/// <param name="Key">Of the image plan and of the length and time of each of its files.</param>
/// <param name="Endpoint">The engine that has the image.</param>
public sealed record ImageStamp(string Key, string Endpoint, BuiltImage Image)
{
    private const int CurrentFormat = 1;

    /// <summary>Of this file; another version of the SDK may have another.</summary>
    public int Format { get; init; }

    /// <summary>The last build's stamp, or null if there is none that can be read.</summary>
    public static ImageStamp? Read(string file)
    {
        try
        {
            return File.Exists(file)
                && JsonSerializer.Deserialize(File.ReadAllBytes(file), ImageStampContext.Default.ImageStamp) is { Format: CurrentFormat } stamp
                    ? stamp
                    : null;
        }
        catch (JsonException)
        {
            return null; // written by another version, or cut off: the image is built again
        }
    }

    public void Write(string file) => File.WriteAllText(file, JsonSerializer.Serialize(this with { Format = CurrentFormat }, ImageStampContext.Default.ImageStamp) + "\n");

    /// <summary>The key of a plan as its files are now.</summary>
    public static string KeyOf(TrainPlan plan)
    {
        var text = new StringBuilder(PlanJson.Write(plan.Image));
        foreach (var file in plan.Image.Layers.SelectMany(layer => layer.Files))
        {
            var info = new FileInfo(file.Source);
            text.Append(file.Source).Append('\t').Append(info.Exists ? info.Length : -1).Append('\t').Append(info.LastWriteTimeUtc.Ticks).Append('\n');
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ImageStamp))]
internal sealed partial class ImageStampContext : JsonSerializerContext;
