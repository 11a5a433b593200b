using System.Text.RegularExpressions;
using ContainerTrain.Diagnostics;
using ContainerTrain.Outcome;

namespace ContainerTrain.Tests;

public sealed partial class ARunFolder : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 17, 44, 9, TimeSpan.FromHours(2));

    private readonly TempFolder _project = new();

    private string Root => _project.At("runs");

    public void Dispose() => _project.Dispose();

    [Fact]
    public void IsNamedAfterUtcTimeAndFourLetters()
    {
        var folder = RunFolder.Create(Root, Now);
        Assert.Matches(IdPattern(), folder.Id);
        Assert.StartsWith("20261123-154409-", folder.Id, StringComparison.Ordinal);
        Assert.Equal(Path.Join(Root, folder.Id), folder.Path);
        Assert.True(Directory.Exists(folder.Checkpoints));
    }

    [Fact]
    public void IsAnotherOneInTheSameSecond() => Assert.NotEqual(RunFolder.Create(Root, Now).Path, RunFolder.Create(Root, Now).Path);

    [Fact]
    public void IsWhatLatestPointsTo()
    {
        RunFolder.Create(Root, Now);
        var second = RunFolder.Create(Root, Now);
        Assert.Equal(second.Id, LatestOf(Root));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(Root), entry => Path.GetFileName(entry).StartsWith('.'));
    }

    [Fact]
    public void ThatCannotBeWrittenIsCT4008()
    {
        _project.Write("runs", "a file is in the way");
        var problem = Assert.Single(Assert.Throws<ProblemException>(() => RunFolder.Create(Root, Now)).Problems);
        Assert.Equal("CT4008", problem.Code.Id);
        Assert.StartsWith($"The run folder '{Root}/20261123-", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BesideAFolderNamedLatestIsCT4008AndLeavesNothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There, latest is no link.");
        _project.Write("runs/latest/mine.txt", "x");
        Assert.Equal("CT4008", Assert.Single(Assert.Throws<ProblemException>(() => RunFolder.Create(Root, Now)).Problems).Code.Id);
        Assert.Equal([Path.Join(Root, "latest")], Directory.EnumerateFileSystemEntries(Root));
        Assert.True(File.Exists(Path.Join(Root, "latest/mine.txt")));
    }

    [Fact]
    public void HasTheArtifactsThatTheProgramLeft()
    {
        var folder = RunFolder.Create(Root, Now);
        foreach (var name in new[] { "run.json", "log.txt", "report.html", "model/weights.dat", "model/b/1.bin", "checkpoints/epoch-1.dat", "metrics.jsonl", ".hidden" })
            _project.Write($"runs/{folder.Id}/{name}", "x");
        Assert.Equal([".hidden", "checkpoints/epoch-1.dat", "metrics.jsonl", "model/b/1.bin", "model/weights.dat"], folder.Artifacts());
    }

    [Fact]
    public void ListsFilesWhereTheyLieAndNoLinks()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        var folder = RunFolder.Create(Root, Now);
        _project.Write($"runs/{folder.Id}/checkpoints/epoch-1/weights.dat", "x");
        File.CreateSymbolicLink(Path.Join(folder.Checkpoints, "latest"), "epoch-1");
        File.CreateSymbolicLink(Path.Join(folder.Path, "best.dat"), "checkpoints/epoch-1/weights.dat");
        File.CreateSymbolicLink(Path.Join(folder.Path, "gone.dat"), "/train/output/only/in/the/container");
        File.CreateSymbolicLink(Path.Join(folder.Path, "loop"), ".");
        Assert.Equal(["checkpoints/epoch-1/weights.dat"], folder.Artifacts());
    }

    private static string? LatestOf(string root) => OperatingSystem.IsWindows()
        ? File.ReadAllText(Path.Join(root, "latest.txt"))
        : new FileInfo(Path.Join(root, "latest")).LinkTarget;

    [GeneratedRegex("^[0-9]{8}-[0-9]{6}-[a-z]{4}$")]
    private static partial Regex IdPattern();
}
