using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

public sealed class VolumesOfARemoteRun : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void StandForTheRunsOwnFolders()
    {
        var volumes = RemoteVolumes.Of(Own());
        Assert.Equal(["output", "checkpoints", "config"], volumes.Select(volume => volume.Part));
        var (output, checkpoints, config) = (volumes[0], volumes[1], volumes[2]);
        Assert.Equal(("/train/output", false, _folder.At("run"), 0), (Assert.Single(output.Targets), output.ReadOnly, output.Back, output.Content.Length));
        Assert.Equal(["checkpoints"], output.MountPoints);
        Assert.Equal(["/train/checkpoints", "/train/output/checkpoints"], checkpoints.Targets);
        Assert.Equal((false, _folder.At("run/checkpoints"), 0), (checkpoints.ReadOnly, checkpoints.Back, checkpoints.Content.Length));
        Assert.Equal(("/train/config", true, null), (Assert.Single(config.Targets), config.ReadOnly, config.Back));
        Assert.Equal([new CarriedFile(_folder.At("run/h.json"), "hyperparameters.json")], config.Content);
    }

    [Fact]
    public void AreSharedByFilesAndNotByFolders()
    {
        var (a, b) = (_folder.Write("a.csv", ""), _folder.Write("b.csv", ""));
        _folder.Write("images/x.png", "");
        var volumes = RemoteVolumes.Of(
        [
            Bind(a, "/train/data/a.csv"), Bind(_folder.At("images"), "/train/data/deep/images"), Bind(b, "/train/data/deep/b.csv"), Bind(_folder.At("images"), "/cache", readOnly: false),
            new MountPlan(MountKind.Volume, "named", "/train/data/named", ReadOnly: false),
        ]);
        Assert.Equal(["folder0", "folder1", "data"], volumes.Select(volume => volume.Part));
        Assert.Equal([new CarriedFile(a, "a.csv"), new CarriedFile(b, "deep/b.csv")], volumes[2].Content);
        Assert.Equal(["deep/images", "named"], volumes[2].MountPoints);
        Assert.Equal((true, null, true), (volumes[0].ReadOnly, volumes[0].Back, volumes[2].ReadOnly));
        Assert.Equal((false, _folder.At("images"), new CarriedFile(_folder.At("images"), "")), (volumes[1].ReadOnly, volumes[1].Back, Assert.Single(volumes[1].Content)));
    }

    [Fact]
    public void TakeFilesIntoAFolderThatBeginsAboveThem()
    {
        var file = _folder.Write("a.csv", "");
        _folder.Write("data/x.csv", "");
        var volume = Assert.Single(RemoteVolumes.Of([Bind(_folder.At("data"), "/train/data"), Bind(file, "/train/data/sub/a.csv")]));
        Assert.Equal([new CarriedFile(_folder.At("data"), ""), new CarriedFile(file, "sub/a.csv")], volume.Content);
    }

    [Fact]
    public void CannotBringEveryFile()
    {
        var file = _folder.Write("a.csv", "");
        _folder.Write("data/x.csv", "");
        ImmutableArray<MountPlan> mounts =
        [
            Bind(file, "/train/data/fine.csv"), Bind(file, "/usr/a.csv"), Bind(file, "/train/data/open.csv", readOnly: false),
            Bind(_folder.At("data"), "/train/data/open", readOnly: false), Bind(file, "/train/data/open/a.csv"),
        ];
        var problems = RemoteVolumes.Check(new RunPlan { OutputRoot = "/runs", HostAssembly = "/a.dll", Mounts = mounts });
        Assert.Equal(["/usr/a.csv", "/train/data/open.csv", "/train/data/open/a.csv"], problems.Select(problem => problem.Message.Split(["brought to '", "' there"], StringSplitOptions.None)[1]));
        Assert.All(problems, problem => Assert.Equal("CT3042", problem.Code.Id));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("auto", null)]
    [InlineData("True", true)]
    [InlineData("false", false)]
    public void AreMadeWhereTheProjectOrTheEngineSaysSo(string text, bool? expected) =>
        Assert.Equal(expected, Given.Plan(Given.Run(run => run with { EngineRemote = text })).Run.EngineRemote);

    [Fact]
    public void AreNotMadeForAWordThatIsNone()
    {
        var problem = Given.OnlyProblem(Codes.UnknownValue, Given.Run(run => run with { EngineRemote = "treu" }));
        Assert.Equal("TrainEngineRemote is 'treu'. Allowed: auto, true, false. Did you mean 'true'?", problem.Message);
    }

    private ImmutableArray<MountPlan> Own()
    {
        var hyperparameters = _folder.Write("run/h.json", "{}");
        return
        [
            Bind(_folder.At("run"), "/train/output", readOnly: false), Bind(_folder.At("run/checkpoints"), "/train/checkpoints", readOnly: false),
            Bind(hyperparameters, "/train/config/hyperparameters.json"),
        ];
    }

    private static MountPlan Bind(string source, string target, bool readOnly = true) => new(MountKind.Bind, source, target, readOnly);
}
