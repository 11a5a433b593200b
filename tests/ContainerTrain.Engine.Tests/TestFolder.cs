namespace ContainerTrain.Engine.Tests;

/// <summary>A folder of its own for each test, gone when the test ends.</summary>
public sealed class TestFolder : IDisposable
{
    public string FullPath { get; } = Directory.CreateTempSubdirectory("containertrain-").FullName;

    public string Path(string name) => System.IO.Path.Combine(FullPath, name);

    public string Write(string name, string text)
    {
        var path = Path(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}
