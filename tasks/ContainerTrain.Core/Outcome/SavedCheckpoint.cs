using System.Text.Json;

namespace ContainerTrain.Outcome;

/// <summary>A checkpoint as the build sees it: there, and of the length that its manifest says. The program checks the rest.</summary>
internal sealed record SavedCheckpoint(int Sequence, int Epoch)
{
    /// <summary>The newest of a folder; null if it has none.</summary>
    public static SavedCheckpoint? NewestOf(string directory)
    {
        try
        {
            return Directory.Exists(directory)
                ? Directory.EnumerateFiles(directory, "checkpoint-*.json").Select(Read).OfType<SavedCheckpoint>().MaxBy(saved => saved.Sequence)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static SavedCheckpoint? Read(string manifest)
    {
        try
        {
            using var json = JsonDocument.Parse(PlainFile.ReadAllBytes(manifest));
            var content = new FileInfo(Path.Join(Path.GetDirectoryName(manifest), json.RootElement.GetProperty("file").GetString()));
            return content.Exists && content.Length == json.RootElement.GetProperty("bytes").GetInt64()
                ? new SavedCheckpoint(json.RootElement.GetProperty("sequence").GetInt32(), json.RootElement.GetProperty("epoch").GetInt32())
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or IOException or UnauthorizedAccessException)
        {
            return null; // damaged: the program will say so if it gets there
        }
    }
}
