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
    [InlineData("/run/secrets")]
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

    [Fact]
    public void OfTypeBindAndTmpfsAreFoldersOfTheHostAndMemory()
    {
        using var project = new Project("cache/x");
        Assert.Equal(
            [
                new MountPlan(MountKind.Bind, project.At("cache"), "/cache", ReadOnly: false),
                new MountPlan(MountKind.Tmpfs, "", "/scratch", ReadOnly: false, 2L << 30),
                new MountPlan(MountKind.Tmpfs, "", "/train/data/more", ReadOnly: false),
            ],
            Given.Plan(project.With([], [
                Given.Item("cache", ("Type", "Bind"), ("TargetPath", "/cache")), Given.Item("scratch", ("Type", "tmpfs"), ("TargetPath", "/scratch"), ("Size", "2g")), Given.Item("more", ("Type", "tmpfs")),
            ])).Run.Mounts);
    }

    [Fact]
    public void OfAnotherTypeAreCT1001() => Assert.Equal(
        "Type of TrainVolume 'vv' is 'tmpf'. Allowed: volume, bind, tmpfs. Did you mean 'tmpfs'?",
        Given.OnlyProblem(Codes.UnknownValue, Given.Run(run => run with { Volumes = [Given.Item("vv", ("Type", "tmpf"), ("ReadOnly", "true"))] })).Message);

    [Fact]
    public void ThatAreNotWhatTheirTypeIsAreCT1056()
    {
        using var project = new Project("x");
        Assert.Equal(
            [
                "TrainVolume 'a' has a Size, which only a Type of tmpfs can have; its Type is volume.",
                "TrainVolume 'b' is of Type tmpfs and ReadOnly: nothing could ever be in it.",
                $"TrainVolume 'c' is of Type bind, and '{project.At("c")}' does not exist.",
            ],
            Given.Problems(project.With([], [Given.Item("a", ("Size", "1g")), Given.Item("b", ("Type", "tmpfs"), ("ReadOnly", "true")), Given.Item("c", ("Type", "bind"))]))
                .Where(problem => problem.Code == Codes.InvalidVolume).Select(problem => problem.Message));
    }

    [Fact]
    public void OfAWrongSizeAreCT1003() => Assert.Equal(
        "Size of TrainVolume 'vv' is 'big'. Expected a size such as 64m or 1g.",
        Given.OnlyProblem(Codes.InvalidNumber, Given.Run(run => run with { Volumes = [Given.Item("vv", ("Type", "tmpfs"), ("Size", "big"))] })).Message);

    [Theory]
    [InlineData("/run/docker.sock")]
    [InlineData("/var/run/docker.sock")]
    [InlineData("/run")]
    [InlineData("/run/podman/")]
    [InlineData("/var")]
    [InlineData("/")]
    public void WithAnEnginesSocketAreCT1052(string source)
    {
        var problems = Given.Problems(Given.Run(run => run with { Data = [Given.Item(source, ("TargetPath", "x"))], Volumes = [Given.Item(source, ("TargetPath", "y"), ("Type", "bind"))] }));
        Assert.Equal(["TrainData", "TrainVolume"], problems.Where(problem => problem.Code == Codes.EngineSocketMounted).Select(problem => problem.Message.Split(' ')[0]));
    }

    [Fact]
    public void ThatAreALinkToAnEnginesSocketAreCT1052()
    {
        using var project = new Project("x");
        Directory.CreateSymbolicLink(project.At("innocent"), "/run");
        Assert.Contains(Given.Problems(project.With([Given.Item("innocent")], [])), problem => problem.Code == Codes.EngineSocketMounted);
    }

    [Theory]
    [InlineData("/usr")]
    [InlineData("/run/systemd-of-mine")]
    [InlineData("/run/docker.socket")]
    public void WithoutAnEnginesSocketAreNot(string source) =>
        Assert.DoesNotContain(Given.Problems(Given.Run(run => run with { Data = [Given.Item(source, ("TargetPath", "x"))] })), problem => problem.Code == Codes.EngineSocketMounted);

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
