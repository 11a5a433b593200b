namespace ContainerTrain.Tasks;

/// <summary>Writes generated files.</summary>
internal static class GeneratedFile
{
    /// <summary>
    /// Writes the text. A file that has it already only gets a new time, which tells MSBuild that it is up to date.
    /// </summary>
    public static void Write(string path, string content)
    {
        if (File.Exists(path) && File.ReadAllText(path) == content)
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            return;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
