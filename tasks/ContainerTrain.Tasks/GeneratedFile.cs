namespace ContainerTrain.Tasks;

/// <summary>Writes generated files so that one that did not change keeps its time.</summary>
internal static class GeneratedFile
{
    public static void Write(string path, string content)
    {
        if (File.Exists(path) && File.ReadAllText(path) == content)
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
