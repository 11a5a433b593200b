using System.Text.Json;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine.Tests.Faults;

/// <summary>What has to be true after every fault: nothing is left behind, and what there is to know is in the run folder.</summary>
internal static class FaultChecks
{
    public static async Task CheckAsync(FaultScene scene, Ending ending)
    {
        if (ending.Result is { } result && File.Exists(result.Folder.Record))
            CheckRunFolder(result, ending);
        Assert.Empty(ProcessesOf(scene));
        Assert.Empty(LinksInto(scene));
        Assert.Empty(HalfWritten(scene));
        if (scene.Kind != EngineKind.Process)
            await CheckEngineAsync(scene, ending);
    }

    /// <summary>The processes whose environment names a run folder of the scene.</summary>
    public static IReadOnlyList<int> ProcessesOf(FaultScene scene)
    {
        var mark = $"TRAIN_OUTPUT_DIR={scene.Project.FullPath}/";
        return [.. Directory.EnumerateDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), out var process) ? process : 0).Where(process => process > 0 && HasMark(process))];

        bool HasMark(int process)
        {
            try
            {
                return File.ReadAllText($"/proc/{process}/environ").Contains(mark, StringComparison.Ordinal);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false; // it has ended
            }
        }
    }

    /// <summary>The record is whole and says what the build said; the log ends with the last line that was shown.</summary>
    private static void CheckRunFolder(TrainResult result, Ending ending)
    {
        using var record = JsonDocument.Parse(File.ReadAllBytes(result.Folder.Record));
        var isRecorded = result.Problems.All(problem => problem.Code.Id != "CT4015");
        if (!isRecorded)
            return;
        var outcome = RunRecord.Read(result.Folder.Record).Outcome;
        Assert.NotNull(outcome);
        Assert.Equal((result.Outcome.Reason, result.Outcome.ExitCode), (outcome.Reason, outcome.ExitCode));
        Assert.Equal(result.Problems.LastOrDefault(problem => problem.IsError)?.Code.Id, outcome.Code);
        if (ending.Lines is [.., var last])
            Assert.Equal(last.Text, File.ReadLines(result.Folder.Log).Last());
        Assert.True(File.Exists(result.Folder.Report), "there is no report");
    }

    /// <summary>Data folders of processes, which are links in the temporary folder.</summary>
    private static IEnumerable<string> LinksInto(FaultScene scene) =>
        Directory.EnumerateDirectories(Path.GetTempPath(), "train-data-*")
            .SelectMany(folder => Directory.EnumerateFileSystemEntries(folder))
            .Where(link => new FileInfo(link).LinkTarget?.StartsWith(scene.Project.FullPath, StringComparison.Ordinal) == true);

    /// <summary>Files that are written under another name until they are whole, which is the name and 32 digits.</summary>
    private static IEnumerable<string> HalfWritten(FaultScene scene) =>
        Directory.EnumerateFiles(scene.Project.FullPath, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Where(file => Path.GetExtension(file) is { Length: 33 } extension && extension.Skip(1).All(char.IsAsciiHexDigit));

    private static async Task CheckEngineAsync(FaultScene scene, Ending ending)
    {
        if (scene.Daemon is not null)
            await scene.Daemon.StartAsync(liveRestore: false);
        var isBack = scene.Relay is { IsCut: true };
        if (isBack)
            scene.Relay!.Restore();
        // What an engine had no chance to remove is ended by the run's guard when the engine is back.
        for (var i = 0; i < 300 && (await ContainersAsync(scene)).Count > 0; i++)
            await Task.Delay(200);
        var left = await ContainersAsync(scene);
        Assert.True(left.Count == 0, $"{left.Count} containers were left after '{ending.Text}'");
        var volumes = await scene.WithEngineAsync(docker => docker.Volumes.ListAsync(new VolumesListParameters { Filters = OfProject(scene) }));
        Assert.Empty(volumes.Volumes ?? []);
        if (isBack || scene.Daemon is not null)
            Assert.Equal("success", (await scene.TrainAsync("out=again")).Text);
    }

    /// <summary>Without those that somebody is removing.</summary>
    private static async Task<IReadOnlyList<string>> ContainersAsync(FaultScene scene)
    {
        var containers = await scene.WithEngineAsync(docker => docker.Containers.ListContainersAsync(new ContainersListParameters { All = true, Filters = OfProject(scene) }));
        return [.. containers.Where(container => container.State != "removing").Select(container => container.ID)];
    }

    private static Dictionary<string, IDictionary<string, bool>> OfProject(FaultScene scene) =>
        new() { ["label"] = new Dictionary<string, bool> { [$"containertrain.project={scene.ProjectFile}"] = true } };
}
