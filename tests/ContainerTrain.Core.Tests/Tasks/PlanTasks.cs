using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;
using ContainerTrain.Tasks;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ContainerTrain.Tests;

public sealed class ThePlanTask : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly BuildLog _log = new();

    private string PlanFile => _folder.At("obj/containertrain/plan.json");

    private string Dockerfile => _folder.At("obj/containertrain/Dockerfile");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WritesThePlanAndTheDockerfile()
    {
        using var task = Task();
        task.AptPackages = [new TaskItem("curl")];
        task.Memory = "2g";
        task.Hyperparameters = [Item("rate", ("Value", "0.1"))];
        Assert.True(task.Execute());
        Assert.Empty(_log.Errors);
        var plan = PlanJson.Read(PlanFile);
        Assert.Equal(("Demo", 2L << 30, "0.1"), (plan.Project, plan.Run.Memory, plan.Run.Hyperparameters["rate"]));
        Assert.Contains("install -y --no-install-recommends curl", File.ReadAllText(Dockerfile), StringComparison.Ordinal);
    }

    [Fact]
    public void KnowsWhatAFileOfTheOutputIs()
    {
        using var task = Task();
        task.PublishFiles =
        [
            Item("/n/libtorch.so", ("RelativePath", "libtorch.so"), ("NuGetPackageId", "libtorch"), ("NuGetPackageVersion", "2.10.0"), ("AssetType", "native")),
            Item("/n/TorchSharp.dll", ("RelativePath", "TorchSharp.dll"), ("NuGetPackageId", "TorchSharp"), ("NuGetPackageVersion", "0.107.0"), ("AssetType", "runtime")),
            Item("/p/Model.dll", ("RelativePath", "Model.dll"), ("ReferenceSourceTarget", "ProjectReference")),
            Item("/p/big.bin", ("RelativePath", "sub\\big.bin"), ("TrainLayer", "assets")),
            Item("/p/Demo.dll", ("RelativePath", "Demo.dll")),
        ];
        Assert.True(task.Execute());
        Assert.Equal(
            [
                (LayerKind.Natives, "natives/libtorch/2.10.0", "libtorch.so"), (LayerKind.Libraries, "libraries", "TorchSharp.dll"),
                (LayerKind.Custom, "custom/assets", "sub/big.bin"), (LayerKind.References, "references", "Model.dll"), (LayerKind.App, "app", "Demo.dll"),
            ],
            PlanJson.Read(PlanFile).Image.Layers.Select(layer => (layer.Kind, layer.Name, Assert.Single(layer.Files).Target)));
    }

    [Fact]
    public void LeavesTheFilesAsTheyAreWhereNothingChanges()
    {
        using (var first = Task())
            Assert.True(first.Execute());
        var before = (File.ReadAllText(PlanFile), File.ReadAllText(Dockerfile));
        using (var second = Task())
            Assert.True(second.Execute());
        Assert.Equal(before, (File.ReadAllText(PlanFile), File.ReadAllText(Dockerfile)));
    }

    [Fact]
    public void FailsWithEveryProblemAndWritesNothing()
    {
        using var task = Task();
        task.Engine = "dcoker";
        task.Memory = "much";
        Assert.False(task.Execute());
        Assert.Equal(["CT1001", "CT1003"], _log.Errors.Select(error => error.Code));
        Assert.False(File.Exists(PlanFile));
        Assert.False(File.Exists(Dockerfile));
    }

    [Fact]
    public void PointsToTheLineAndLinksToThePage()
    {
        var project = _folder.Write("Demo.csproj", "<Project>\n<PropertyGroup>\n  <TrainEngine>dcoker</TrainEngine>\n</PropertyGroup></Project>");
        using var task = Task();
        task.SourceFiles = [new TaskItem(project)];
        task.CodesFolder = "/sdk/docs/codes";
        task.Engine = "dcoker";
        Assert.False(task.Execute());
        var error = Assert.Single(_log.Errors);
        Assert.Equal((project, 3, 4), (error.File, error.LineNumber, error.ColumnNumber));
        Assert.Equal("file:///sdk/docs/codes/CT1001.md", error.HelpLink);
        Assert.Equal(
            "TrainEngine is 'dcoker'. Allowed: auto, docker, podman, process. Did you mean 'docker'? " + Codes.UnknownValue.Fix, error.Message);
    }

    [Fact]
    public void PointsToTheProjectWhereThereIsNoLine()
    {
        using var task = Task();
        task.Engine = "x{0}";
        Assert.False(task.Execute());
        Assert.Equal((task.ProjectFile, 0), (Assert.Single(_log.Errors).File, _log.Errors[0].LineNumber));
        Assert.StartsWith("TrainEngine is 'x{0}'.", _log.Errors[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WarnsOfAMisspeltNameAndGoesOn()
    {
        using var task = Task();
        task.SourceFiles = [new TaskItem(_folder.Write("Demo.csproj", "<Project><PropertyGroup><TrainMemroy>1g</TrainMemroy></PropertyGroup></Project>"))];
        Assert.True(task.Execute());
        Assert.Equal("CT1008", Assert.Single(_log.Warnings).Code);
        Assert.True(File.Exists(PlanFile));
    }

    private PlanTraining Task() => new()
    {
        BuildEngine = _log,
        PlanFile = PlanFile,
        DockerfilePath = Dockerfile,
        ProjectFile = _folder.At("Demo.csproj"),
        AssemblyName = "Demo",
        OutputAssembly = _folder.At("bin/Demo.dll"),
        OutputType = "Exe",
        TargetFramework = "net10.0",
        RuntimeIdentifier = "linux-x64",
        OutputRoot = _folder.At("runs/"),
    };

    private static TaskItem Item(string include, params (string Name, string Value)[] metadata) =>
        new(include, metadata.ToDictionary(pair => pair.Name, pair => pair.Value));
}

public sealed class EveryTask
{
    [Fact]
    public void ShowsItsProblemsUnderTheirCodes()
    {
        var (result, log) = Run(_ => throw new ProblemException(Codes.NoEngine.With("docker", "a; b"), Codes.ImageNotBuilt.With("/Dockerfile", "a")));
        Assert.False(result);
        Assert.Equal("CT3001", Assert.Single(log.Errors).Code);
        Assert.Equal("CT3002", Assert.Single(log.Warnings).Code);
        Assert.EndsWith(Codes.NoEngine.Fix, log.Errors[0].Message, StringComparison.Ordinal);
        Assert.Null(log.Errors[0].HelpLink);
    }

    [Fact]
    public void SaysWhatToDoOnALineOfItsOwnAfterSeveralLines()
    {
        var (_, log) = Run(_ => throw new ProblemException(Codes.TrainingFailed.With(1, "2 s", "/log", " Last lines:\n    a\n    b")));
        Assert.EndsWith($"\n    b\n  {Codes.TrainingFailed.Fix}", Assert.Single(log.Errors).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Column 'x' is text.", "Column 'x' is text.")]
    [InlineData("ends with {0}", "ends with {0}")]
    public void LeavesTheWordsOfAProgramAsTheyAre(string words, string message) =>
        Assert.Equal(message, Assert.Single(Run(_ => throw new ProblemException(Codes.CellNotNumeric.With(words))).Log.Errors).Message);

    [Fact]
    public void ThatIsCanceledHasFailed()
    {
        var (result, log) = Run(task =>
        {
            task.Cancel();
            task.Token.ThrowIfCancellationRequested();
        });
        Assert.False(result);
        Assert.Equal("CT3010", Assert.Single(log.Errors).Code);
    }

    [Fact]
    public void ThatIsCanceledHasFailedAlsoWhereItCameToItsEnd()
    {
        var (result, log) = Run(task => task.Cancel());
        Assert.False(result);
        Assert.Equal("CT3010", Assert.Single(log.Errors).Code);
    }

    [Fact]
    public void ThatIsCanceledSaysNoMoreThanWhyItFailed()
    {
        var (result, log) = Run(task =>
        {
            task.Cancel();
            task.Fail();
        });
        Assert.False(result);
        Assert.Equal("CT3001", Assert.Single(log.Errors).Code);
    }

    [Fact]
    public void LetsThroughWhatNobodyExpects()
    {
        Assert.Throws<InvalidOperationException>(() => Run(_ => throw new InvalidOperationException()));
        Assert.Throws<OperationCanceledException>(() => Run(_ => throw new OperationCanceledException()));
    }

    [Fact]
    public void SucceedsWithWarnings()
    {
        var (result, log) = Run(task => task.Warn());
        Assert.True(result);
        Assert.Single(log.Warnings);
    }

    private static (bool Result, BuildLog Log) Run(Action<TestTask> run)
    {
        var log = new BuildLog();
        using var task = new TestTask(run) { BuildEngine = log, ProjectFile = "/src/Demo.csproj" };
        return (task.Execute(), log);
    }

    private sealed class TestTask(Action<TestTask> run) : TrainTask
    {
        public CancellationToken Token => Cancellation;

        public void Warn() => Report([Codes.ImageNotBuilt.With("/Dockerfile", "a")]);

        public void Fail() => Report([Codes.NoEngine.With("docker", "a")]);

        protected override void Run() => run(this);
    }
}

public sealed class TheImageTask
{
    [Theory]
    [InlineData("maybe")]
    [InlineData("")]
    [InlineData("2")]
    public void TakesNoOtherWish(string wish)
    {
        var log = new BuildLog();
        using var task = new BuildTrainImage { BuildEngine = log, ProjectFile = "/p", PlanFile = "/none/plan.json", BuildImage = wish };
        Assert.False(task.Execute());
        Assert.StartsWith($"TrainBuildImage is '{wish}'. Allowed: auto, true, false.", Assert.Single(log.Errors).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("TRUE")]
    public void FailsWithoutAPlan(string wish)
    {
        var log = new BuildLog();
        using var task = new BuildTrainImage { BuildEngine = log, ProjectFile = "/p", PlanFile = "/none/plan.json", BuildImage = wish };
        Assert.False(task.Execute());
        Assert.Equal("CT2005", Assert.Single(log.Errors).Code);
    }

    [Fact]
    public void HasNothingToDoWithoutTheWish()
    {
        var log = new BuildLog();
        using var task = new BuildTrainImage { BuildEngine = log, ProjectFile = "/p", PlanFile = "/none/plan.json", BuildImage = "false" };
        Assert.True(task.Execute());
    }
}

public sealed class LiveLines
{
    [Fact]
    public void AreMessagesThatTheTerminalLoggerShowsAtOnce()
    {
        var log = new BuildLog();
        new LiveOutput(log).Report("epoch 1 {0}");
        var message = Assert.IsType<ExtendedBuildMessageEventArgs>(Assert.Single(log.Messages));
        Assert.Equal(("TLTESTOUTPUT", "epoch 1 {0}", MessageImportance.High), (message.ExtendedType, message.Message, message.Importance));
    }
}
