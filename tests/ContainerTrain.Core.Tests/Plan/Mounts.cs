using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

public sealed class DataAndVolumes
{
    [Fact]
    public void LieUnderTheDataFolder()
    {
        using var project = new Project("data/cars.csv", "images/1.png");
        var mounts = Given.Plan(project.With(
            [Given.Item("data/cars.csv"), Given.Item("images/"), Given.Item("data/cars.csv", ("TargetPath", "again/cars.csv"))],
            [Given.Item("cache"), Given.Item("models", ("TargetPath", "/models/"), ("ReadOnly", "TRUE"))])).Run.Mounts;
        Assert.Equal(
            [
                new MountPlan(MountKind.Bind, project.At("data/cars.csv"), "/train/data/cars.csv", ReadOnly: true),
                new MountPlan(MountKind.Bind, project.At("images"), "/train/data/images", ReadOnly: true),
                new MountPlan(MountKind.Bind, project.At("data/cars.csv"), "/train/data/again/cars.csv", ReadOnly: true),
                new MountPlan(MountKind.Volume, "cache", "/train/data/cache", ReadOnly: false),
                new MountPlan(MountKind.Volume, "models", "/models", ReadOnly: true),
            ],
            mounts);
    }

    [Theory]
    [InlineData("/train/data", "/train/data")]
    [InlineData("/elsewhere/x", "/elsewhere/x")]
    [InlineData("a//b/./c/", "/train/data/a/b/c")]
    [InlineData("./x", "/train/data/x")]
    public void LieWhereTheyAreWanted(string target, string expected)
    {
        using var project = new Project("cars.csv");
        Assert.Equal(expected, Assert.Single(Given.Plan(project.With([Given.Item("cars.csv", ("TargetPath", target))], [])).Run.Mounts).Target);
    }

    [Fact]
    public void OfAnAbsolutePathNeedNoProject()
    {
        using var elsewhere = new Project("cars.csv");
        var mount = Assert.Single(Given.Plan(Given.Run(run => run with { Data = [Given.Item(elsewhere.At("cars.csv"))] })).Run.Mounts);
        Assert.Equal((elsewhere.At("cars.csv"), "/train/data/cars.csv"), (mount.Source, mount.Target));
    }

    [Fact]
    public void OfTypeVolumeAreVolumes()
    {
        var mount = Assert.Single(Given.Plan(Given.Run(run => run with { Data = [Given.Item("shared", ("Type", "Volume"))] })).Run.Mounts);
        Assert.Equal(new MountPlan(MountKind.Volume, "shared", "/train/data/shared", ReadOnly: true), mount);
    }

    [Fact]
    public void MayBeWritable()
    {
        using var project = new Project("cars.csv");
        Assert.False(Assert.Single(Given.Plan(project.With([Given.Item("cars.csv", ("ReadOnly", "false"))], [])).Run.Mounts).ReadOnly);
    }

    [Fact]
    public void ThatDoNotExistAreCT1004()
    {
        using var project = new Project("cars.csv");
        Assert.Equal(
            $"TrainData 'data/cras.csv' does not exist: looked at '{project.At("data/cras.csv")}'.",
            Given.OnlyProblem(Codes.MissingData, project.With([Given.Item("data/cras.csv")], [])).Message);
    }

    [Theory]
    [InlineData("/train")]
    [InlineData("/train/output")]
    [InlineData("/train/output/")]
    [InlineData("/train//output")]
    [InlineData("/train/./output")]
    [InlineData("../output/.")]
    [InlineData("/train/checkpoints")]
    [InlineData("/train/config")]
    [InlineData("/train/config/hyperparameters.json")]
    [InlineData("/tmp")]
    [InlineData("/proc")]
    [InlineData("/sys")]
    [InlineData("/dev")]
    public void OnAReservedPathAreCT1005(string target)
    {
        using var project = new Project("cars.csv");
        Assert.StartsWith("TrainData 'cars.csv' has TargetPath '/", Given.OnlyProblem(Codes.InvalidMount, project.With([Given.Item("cars.csv", ("TargetPath", target))], [])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", "/")]
    [InlineData("../secrets", "/train/data/../secrets")]
    [InlineData("/a/../b", "/a/../b")]
    [InlineData("/a\u0001", "/a\u0001")]
    public void OnNoPathBelowTheRootAreCT1005(string target, string shown)
    {
        using var project = new Project("cars.csv");
        Assert.Equal(
            $"TrainData 'cars.csv' has TargetPath '{shown}': that is no path below '/'.",
            Given.OnlyProblem(Codes.InvalidMount, project.With([Given.Item("cars.csv", ("TargetPath", target))], [])).Message);
    }

    [Theory]
    [InlineData("cars.csv")]
    [InlineData("./cars.csv")]
    [InlineData("/train/data//cars.csv/")]
    public void OnOnePathAreCT1005(string target)
    {
        using var project = new Project("cars.csv", "more/cars.csv");
        Assert.Equal(
            "TrainVolume 'cache' has TargetPath '/train/data/cars.csv': that path is taken already.",
            Given.OnlyProblem(Codes.InvalidMount, project.With([Given.Item("cars.csv")], [Given.Item("cache", ("TargetPath", target))])).Message);
    }

    private sealed class Project : IDisposable
    {
        private readonly TempFolder _folder = new();

        public Project(params IEnumerable<string> files)
        {
            foreach (var file in files)
                _folder.Write(file, "x\n1\n");
        }

        public string At(string name) => _folder.At(name);

        public TrainInputs With(InputItem[] data, InputItem[] volumes) => Given.Inputs with
        {
            Project = Given.Inputs.Project with { ProjectFile = _folder.At("Demo.csproj") },
            Run = Given.Inputs.Run with { Data = [.. data], Volumes = [.. volumes] },
        };

        public void Dispose() => _folder.Dispose();
    }
}
