namespace ContainerTrain.Engine.Tests;

/// <summary>A folder of its own for each test that asks for it, gone when the test ends. A test that skips leaves none.</summary>
public sealed class TestFolder : IDisposable
{
    private string? _path;

    public string FullPath => _path ??= Directory.CreateTempSubdirectory("containertrain-").FullName;

    public string Path(string name) => System.IO.Path.Combine(FullPath, name);

    public string Write(string name, string text)
    {
        var path = Path(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose()
    {
        if (_path is not null)
            Directory.Delete(_path, recursive: true);
    }
}
