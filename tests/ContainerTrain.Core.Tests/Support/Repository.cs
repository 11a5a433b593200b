namespace ContainerTrain.Tests;

/// <summary>The files that the tests read as sources.</summary>
internal static class Repository
{
    /// <summary>The folder of the solution, found from where the test program lies.</summary>
    public static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    public static string At(string path) => Path.Join(Root, path);

    public static string Read(string path) => File.ReadAllText(At(path));

    /// <summary>The sources below a folder, without what the compiler wrote there.</summary>
    public static string[] Sources(string folder) =>
        [.. Directory.EnumerateFiles(At(folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(At(folder), file).Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"))
            .Order(StringComparer.Ordinal)];

    private static string Find(DirectoryInfo? folder) =>
        folder is null ? throw new InvalidOperationException($"There is no ContainerTrain.Sdk.sln above {AppContext.BaseDirectory}.")
        : File.Exists(Path.Join(folder.FullName, "ContainerTrain.Sdk.sln")) ? folder.FullName
        : Find(folder.Parent);
}
