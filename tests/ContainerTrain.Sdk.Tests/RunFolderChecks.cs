using System.Security.Cryptography;
using System.Text.Json;

namespace ContainerTrain.Sdk.Tests;

/// <summary>What a run folder has to be, whichever engine ran it.</summary>
internal static class RunFolderChecks
{
    /// <summary>The newest run of a project succeeded, and its record says so.</summary>
    public static JsonElement AssertComplete(TrainProject project, string engine)
    {
        var folder = project.Runs[^1];
        Assert.Matches(@"^\d{8}-\d{6}-[a-z]{4}$", Path.GetFileName(folder));
        Assert.Equal(Path.GetFileName(folder), new DirectoryInfo(project.At("runs/latest")).LinkTarget);

        var record = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "run.json"))).RootElement;
        Assert.Equal(Path.GetFileName(folder), record.GetProperty("id").GetString());
        Assert.Equal("succeeded", record.GetProperty("outcome").GetProperty("reason").GetString());
        Assert.Equal(engine, record.GetProperty("engine").GetProperty("kind").GetString());
        Assert.NotEmpty(File.ReadAllLines(Path.Combine(folder, "log.txt")));
        Assert.NotEmpty(Directory.EnumerateFiles(Path.Combine(folder, "model")));

        Assert.Contains(Path.GetFileName(folder), File.ReadAllText(Path.Combine(folder, "report.html")), StringComparison.Ordinal);

        // Every file that the program left is recorded with its content.
        var artifacts = record.GetProperty("artifacts").EnumerateArray().ToDictionary(
            artifact => artifact.GetProperty("path").GetString()!, artifact => artifact.GetProperty("sha256").GetString());
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) is not ("run.json" or "log.txt" or "report.html"))
            .ToDictionary(file => Path.GetRelativePath(folder, file), file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))));
        Assert.Equal(files.OrderBy(file => file.Key, StringComparer.Ordinal), artifacts.OrderBy(file => file.Key, StringComparer.Ordinal)!);
        return record;
    }
}
