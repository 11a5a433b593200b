using ContainerTrain.Diagnostics;
using ContainerTrain.Outcome;

namespace ContainerTrain.Engine.Tests;

/// <summary>The contract in a process of the host.</summary>
public sealed class ProcessTrainRunner : TrainRunnerContract
{
    protected override ITrainRunner Runner { get; } = new ProcessRunner(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet");

    protected override Task<string?> ImageAsync() => Task.FromResult<string?>(null);

    protected override IReadOnlyDictionary<string, string> PathsOf(RunFolder folder) => new Dictionary<string, string>
    {
        ["TRAIN_DATA_DIR"] = Project.Path("data"),
        ["TRAIN_OUTPUT_DIR"] = folder.Path,
        ["TRAIN_CHECKPOINT_DIR"] = folder.Checkpoints,
        ["TRAIN_HP_FILE"] = folder.Hyperparameters,
    };

    protected override Task<Run> RunMissingProgramAsync() =>
        RunAsync(new ProcessRunner("/no/such/dotnet"), Plan(run => run), image: null, onLine: null, Cancellation);

    /// <summary>A process tells by its environment which run it belongs to; also one that its parent left behind.</summary>
    protected override Task<IReadOnlyList<string>> LeftoversAsync()
    {
        var mark = $"TRAIN_OUTPUT_DIR={Project.FullPath}/";
        return Task.FromResult<IReadOnlyList<string>>([.. Directory.EnumerateDirectories("/proc").Where(HasMark)]);

        bool HasMark(string process)
        {
            try
            {
                return File.ReadAllText(Path.Combine(process, "environ")).Contains(mark, StringComparison.Ordinal);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false; // no process, one of another user, or one that has just ended
            }
        }
    }

    [Fact]
    public async Task AMountInsideAnotherOneIsRefusedAndTheDataIsLeftAlone()
    {
        Project.Write("data/a/1.txt", "1");
        Project.Write("other/2.txt", "2");
        var refused = await Assert.ThrowsAsync<ProblemException>(() => RunAsync(
            run => run with { Data = [Data("data/a", ("TargetPath", "a")), Data("other", ("TargetPath", "a/b"))] }, "list-data"));

        Assert.Equal("CT3009", Assert.Single(refused.Problems).Code.Id);
        Assert.Equal([Project.Path("data/a/1.txt")], Directory.EnumerateFileSystemEntries(Project.Path("data/a")));
    }

    [Theory]
    [InlineData("/elsewhere")]
    [InlineData("/train/dataset")]
    public async Task AMountOutsideOfTheDataFolderIsRefused(string target)
    {
        Project.Write("data/1.txt", "1");
        var refused = await Assert.ThrowsAsync<ProblemException>(() => RunAsync(run => run with { Data = [Data("data", ("TargetPath", target))] }, "list-data"));

        Assert.Equal("CT3009", Assert.Single(refused.Problems).Code.Id);
    }

    [Fact]
    public async Task CancellationEndsTheChildrenOfAProgramThatDoesNotEnd()
    {
        var run = await RunAndCancelOnAsync("ready", run => run with { StopGrace = "1" }, "orphan=600", "ignore-sigterm", "out=ready", "sleep");

        Assert.Equal(RunReason.Canceled, run.Outcome.Reason);
    }
}
