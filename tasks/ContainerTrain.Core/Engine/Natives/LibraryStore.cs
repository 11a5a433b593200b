using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using ContainerTrain.Outcome;

namespace ContainerTrain.Engine;

/// <summary>What was read of an image's libraries, one file per image in the user's cache: an image never changes.</summary>
/// <param name="Image">The image's id.</param>
/// <param name="Folders">Where its loader looks.</param>
/// <param name="Libraries">By soname; null for one that the image does not have. Others were not looked for.</param>
internal sealed record KnownLibraries(string Image, ImmutableArray<string> Folders, ImmutableSortedDictionary<string, LibraryOffer?> Libraries)
{
    /// <summary>Null if there is no such file, or it is damaged or of another image.</summary>
    public static KnownLibraries? Read(string file, string image)
    {
        if (!File.Exists(file))
            return null;
        try
        {
            using var stream = File.OpenRead(file);
            return JsonSerializer.Deserialize(stream, LibraryJson.Default.KnownLibraries) is { Folders.IsDefault: false, Libraries: not null } known && known.Image == image ? known : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Write(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        AtomicFile.WriteAllText(file, JsonSerializer.Serialize(this, LibraryJson.Default.KnownLibraries));
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(KnownLibraries))]
internal sealed partial class LibraryJson : JsonSerializerContext;
