namespace ContainerTrain.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("containertrain-test-").FullName;

    public string At(string name) => System.IO.Path.Join(Path, name);

    /// <summary>Writes a file, with the folders above it; returns its path.</summary>
    public string Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a file, with the folders above it; returns its path.</summary>
    public string Write(string name, byte[] bytes)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(At(name))!);
        File.WriteAllBytes(At(name), bytes);
        return At(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>What tests write into folders.</summary>
internal static class TempFiles
{
    public static string WriteTo(this Elf elf, TempFolder folder, string name) => folder.Write(name, elf.ToBytes());
}
