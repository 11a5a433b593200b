using System.Text.Json.Nodes;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;
using ContainerTrain.Plan;
using CsCheck;

namespace ContainerTrain.Tests;

public sealed class APlanOfDefaults
{
    private static readonly TrainPlan Plan = Given.DefaultPlan;

    [Fact]
    public void NamesTheProject() => Assert.Equal(("Demo.App", Given.ProjectFile), (Plan.Project, Plan.ProjectFile));

    [Fact]
    public void TakesMicrosoftsRuntimeImageOfTheProjectsVersion()
    {
        Assert.Equal("mcr.microsoft.com/dotnet/runtime:10.0-noble", Plan.Image.BaseImage);
        Assert.Equal(Plan.Image.BaseImage, Plan.Image.PullReference);
    }

    [Fact]
    public void NamesTheImageAfterTheAssembly() => Assert.Equal(["demo.app:latest"], Plan.Image.References);

    [Fact]
    public void RunsTheAssemblyInAppAsTheUserOfMicrosoftsImages()
    {
        Assert.Equal("/app", Plan.Image.WorkingDirectory);
        Assert.Equal(["dotnet", "/app/Demo.App.dll"], Plan.Image.Entrypoint);
        Assert.Empty(Plan.Image.Command);
        Assert.Equal("1654", Plan.Image.User);
    }

    [Theory]
    [InlineData("linux-x64", "linux/amd64")]
    [InlineData("linux-arm64", "linux/arm64")]
    public void IsForThePlatformOfTheRuntimeIdentifier(string rid, string platform) =>
        Assert.Equal(platform, Given.Plan(Given.Project(p => p with { RuntimeIdentifier = rid })).Image.Platform);

    [Fact]
    public void RunsOnAnyEngineWithoutLimits()
    {
        Assert.Equal(EngineKind.Auto, Plan.Run.Engine);
        Assert.Equal("none", Plan.Run.Gpus.ToString());
        Assert.Equal((null, null, null, null, null), (Plan.Run.Memory, Plan.Run.NanoCpus, Plan.Run.PidsLimit, Plan.Run.ShmSize, Plan.Run.Timeout));
        Assert.Equal(TimeSpan.FromSeconds(120), Plan.Run.StopGrace);
        Assert.Equal(("", "", 42L), (Plan.Run.Network, Plan.Run.User, Plan.Run.Seed));
        Assert.True(Plan.Run.ReadOnlyRootfs);
        Assert.Empty(Plan.Run.Arguments);
    }

    [Fact]
    public void TakesAllGpusWhereTheHostHasThem() =>
        Assert.Equal("all", Given.Plan(Given.Run(run => run with { HostHasGpu = true })).Run.Gpus.ToString());
}

public sealed class APlanOfGivenValues
{
    [Fact]
    public void HasTheImageAsItIsGiven()
    {
        var image = Given.Plan(Given.Image(i => i with
        {
            BaseImage = "debian:trixie",
            Repository = "team/demo",
            Tags = "1.0; 1.0;latest",
            User = "app:app",
            WorkingDirectory = "/opt/demo/",
            DefaultArgs = ["--fast"],
            Ports = [Given.Item("9090", ("Type", "UDP")), Given.Item("8080")],
            Environment = [Given.Item("B", ("Value", "2")), Given.Item("A", ("Value", "")), Given.Item("B", ("Value", "3"))],
            Labels = [Given.Item("org.example", ("Value", "x"))],
        })).Image;
        Assert.Equal("debian:trixie", image.BaseImage);
        Assert.Equal(["team/demo:1.0", "team/demo:latest"], image.References);
        Assert.Equal("app:app", image.User);
        Assert.Equal(["dotnet", "/opt/demo/Demo.App.dll"], image.Entrypoint);
        Assert.Equal(["--fast"], image.Command);
        Assert.Equal(["8080/tcp", "9090/udp"], image.Ports);
        Assert.Equal(["A=", "B=3"], image.Environment.Select(pair => $"{pair.Key}={pair.Value}"));
        Assert.Equal("x", image.Labels["org.example"]);
    }

    [Fact]
    public void RunsTheCommandThatIsGiven()
    {
        var image = Given.Plan(Given.Image(i => i with { AppCommand = ["./Demo", "--fast"], DefaultArgs = ["--more"] })).Image;
        Assert.Equal(["./Demo", "--fast"], image.Entrypoint);
        Assert.Equal(["--more"], image.Command);
    }

    [Fact]
    public void HandsTheCommandToAnEntryPointOfItsOwn()
    {
        var image = Given.Plan(Given.Image(i => i with { Entrypoint = ["/init"], AppCommand = ["./Demo"], DefaultArgs = ["--more"] })).Image;
        Assert.Equal(["/init"], image.Entrypoint);
        Assert.Equal(["./Demo", "--more"], image.Command);
    }

    [Fact]
    public void TakesAFamilyForTheDefaultBase() =>
        Assert.Equal("mcr.microsoft.com/dotnet/runtime:10.0-trixie-slim", Given.Plan(Given.Image(i => i with { Family = "trixie-slim" })).Image.BaseImage);

    [Fact]
    public void PullsTheBaseThroughTheMirror()
    {
        var image = Given.Plan(Given.Image(i => i with { RegistryMirror = "localhost:5000" })).Image;
        Assert.Equal("mcr.microsoft.com/dotnet/runtime:10.0-noble", image.BaseImage);
        Assert.Equal("localhost:5000/dotnet/runtime:10.0-noble", image.PullReference);
    }

    [Fact]
    public void HasTheLimitsInTheEnginesUnits()
    {
        var run = Given.Plan(Given.Run(r => r with
        {
            Engine = "Podman", Gpus = "device=1", Memory = "2g", Cpus = "1.5", PidsLimit = "512", ShmSize = "64m",
            Timeout = "1h30m", StopGrace = "2m", Network = "host", ReadOnlyRootfs = "False", User = "1000:1000",
            Arguments = "--epochs 5 'a b'",
        })).Run;
        Assert.Equal(EngineKind.Podman, run.Engine);
        Assert.Equal("device=1", run.Gpus.ToString());
        Assert.Equal((2L << 30, 1_500_000_000L, 512L, 64L << 20), (run.Memory, run.NanoCpus, run.PidsLimit, run.ShmSize));
        Assert.Equal((TimeSpan.FromMinutes(90), TimeSpan.FromMinutes(2)), (run.Timeout, run.StopGrace));
        Assert.Equal(("host", false, "1000:1000"), (run.Network, run.ReadOnlyRootfs, run.User));
        Assert.Equal(["--epochs", "5", "a b"], run.Arguments);
    }

    [Theory]
    [InlineData("auto", EngineKind.Auto)]
    [InlineData("docker", EngineKind.Docker)]
    [InlineData("PROCESS", EngineKind.Process)]
    public void TakesTheEnginesName(string text, EngineKind engine) =>
        Assert.Equal(engine, Given.Plan(Given.Run(run => run with { Engine = text })).Run.Engine);

    [Fact]
    public void HasHyperparametersInOrderAndTheSeedAmongThem()
    {
        var run = Given.Plan(Given.Run(r => r with
        {
            Hyperparameters = [Given.Item("seed", ("Value", "7")), Given.Item("learning-rate", ("Value", "1e-3")), Given.Item("note", ("Value", ""))],
        })).Run;
        Assert.Equal(["learning-rate=1e-3", "note=", "seed=7"], run.Hyperparameters.Select(pair => $"{pair.Key}={pair.Value}"));
        Assert.Equal(7, run.Seed);
    }

    [Theory]
    [InlineData("Seed")]
    [InlineData("SEED")]
    public void KnowsTheSeedInAnyCase(string name) =>
        Assert.Equal(7, Given.Plan(Given.Run(r => r with { Hyperparameters = [Given.Item(name, ("Value", "7"))] })).Run.Seed);

    [Theory]
    [InlineData("app", "", false)]
    [InlineData("", "app", false)]
    [InlineData("", "", true)]
    public void PutsInstructionsWhereTheyAreWanted(string stage, string empty, bool usual)
    {
        var plan = Given.Plan(Given.Image(i => i with { Instructions = [Given.Item("RUN true", ("Stage", stage + empty), ("Position", usual ? "" : "Before"))] }));
        Assert.Equal(new InstructionPlan("RUN true", usual ? "system" : "app", usual ? "after" : "before"), Assert.Single(plan.Image.System.Instructions));
    }
}

public sealed class LayersOfAPlan
{
    [Fact]
    public void AreOnePerNativePackageThenTheLibrariesThenTheApplication() =>
        Assert.Equal(
            [
                ("natives/libtorch-cpu-linux-x64/2.10.0", LayerKind.Natives),
                ("natives/torchsharp/0.107.0", LayerKind.Natives),
                ("libraries", LayerKind.Libraries),
                ("app", LayerKind.App),
            ],
            Given.DefaultPlan.Image.Layers.Select(layer => (layer.Name, layer.Kind)));

    [Fact]
    public void HaveEachFileOnceInOrder()
    {
        Assert.Equal(["libc10.so", "libtorch_cpu.so"], Given.DefaultPlan.Image.Layers[0].Files.Select(file => file.Target));
        var twice = Given.Plan(Given.Image(image => image with { Files = [.. image.Files, .. image.Files] }));
        Assert.Equal(PlanJson.Write(Given.DefaultPlan), PlanJson.Write(twice));
    }

    [Fact]
    public void ChangeOnlyInTheApplicationWhenItsOwnFilesChange()
    {
        var edited = Given.Plan(Given.Image(image => image with { Files = [.. image.Files, Given.Own("/src/Demo/new.json", "new.json")] }));
        var (before, after) = (Given.DefaultPlan.Image.Layers, edited.Image.Layers);
        Assert.Equal(before[..^1].SelectMany(layer => layer.Files), after[..^1].SelectMany(layer => layer.Files));
        Assert.NotEqual(before[^1].Files.AsEnumerable(), after[^1].Files.AsEnumerable());
    }
}

public sealed class ThePlansText
{
    [Fact]
    public void DoesNotDependOnTheOrderOfTheInputs()
    {
        InputItem[] variables = [Given.Item("A", ("Value", "1")), Given.Item("B", ("Value", "2")), Given.Item("C", ("Value", "3"))];
        InputItem[] packages = [Given.Item("zlib1g"), Given.Item("curl"), Given.Item("git")];
        InputItem[] ports = [Given.Item("80"), Given.Item("9"), Given.Item("443", ("Type", "udp"))];
        var files = Given.Inputs.Image.Files.ToArray();
        var usual = Text(files, variables, packages, ports);
        Gen.Select(Gen.Shuffle(files), Gen.Shuffle(variables), Gen.Shuffle(packages), Gen.Shuffle(ports)).Sample((f, v, p, o) =>
            Text([.. f], [.. v], [.. p], [.. o]) == usual);

        static string Text(InputFile[] files, InputItem[] variables, InputItem[] packages, InputItem[] ports) =>
            PlanJson.Write(Given.Plan(Given.Inputs with
            {
                Image = new ImageInputs
                {
                    Files = [.. files], Environment = [.. variables], Labels = [.. variables],
                    AptPackages = [.. packages], PipPackages = [.. packages], Ports = [.. ports],
                },
                Run = Given.Inputs.Run with { Hyperparameters = [.. variables] },
            }));
    }

    [Fact]
    public void IsTheSameAfterReadingIt()
    {
        using var folder = new TempFolder();
        var data = folder.Write("data/cars.csv", "a,b\n1,2\n");
        var plan = Given.Plan(Given.Inputs with
        {
            Image = Given.Inputs.Image with
            {
                Environment = [Given.Item("Q", ("Value", "a \"b\" $c \\ <é> 日本 😀"))],
                Labels = [Given.Item("b", ("Value", "x")), Given.Item("B", ("Value", "y"))],
                AptPackages = [Given.Item("curl")],
                PipPackages = [Given.Item("pandas")],
                Instructions = [Given.Item("RUN true", ("Stage", "app"), ("Position", "before"))],
                Ports = [Given.Item("80")],
                Tags = "1;2",
                User = "8",
                WorkingDirectory = "/opt",
                RegistryMirror = "localhost:5000",
                StripNatives = "true",
                NativePreflight = "false",
                SourceDateEpoch = "1",
                DefaultArgs = ["--fast"],
            },
            Run = Given.Inputs.Run with
            {
                Gpus = "device=0,1", Memory = "1g", Timeout = "1h", Engine = "docker", Arguments = "a 'b c'",
                Data = [Given.Item(data)], Volumes = [Given.Item("cache")],
                Hyperparameters = [Given.Item("rate", ("Value", "1e-3"))],
            },
        });
        var file = folder.Write("plan.json", PlanJson.Write(plan));
        Assert.Equal(PlanJson.Write(plan), PlanJson.Write(PlanJson.Read(file)));

        // What an edit reads of it, by a reader of its own.
        var image = ImagePlanReader.Read(file);
        Assert.Equal(PlanJson.Write(plan), PlanJson.Write(plan with { Image = image.Image, ImageKey = image.Key, Run = plan.Run with { Engine = image.Engine } }));
        Assert.Equal(image.Key, PlanJson.KeyOf(image.Image));
    }

    [Fact]
    public void StaysReadable()
    {
        var text = PlanJson.Write(Given.Plan(Given.Image(image => image with { Environment = [Given.Item("Q", ("Value", "<é> 'x'"))] })));
        Assert.Contains("\"Q\": \"<é> 'x'\"", text, StringComparison.Ordinal);
        Assert.Contains("\"kind\": \"natives\"", text, StringComparison.Ordinal);
        Assert.Contains("\"stopGrace\": \"00:02:00\"", text, StringComparison.Ordinal);
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
    }
}

public sealed class APlanFileThatCannotBeRead
{
    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"project\":")]
    public void IsCT2005(string text)
    {
        using var folder = new TempFolder();
        var file = folder.Write("plan.json", text);
        var problem = Assert.Single(Assert.Throws<ProblemException>(() => PlanJson.Read(file)).Problems);
        Assert.Equal("CT2005", problem.Code.Id);
        Assert.Contains(file, problem.Message, StringComparison.Ordinal);
        Assert.Equal("CT2005", Assert.Single(Assert.Throws<ProblemException>(() => ImagePlanReader.Read(file)).Problems).Code.Id);
    }

    [Fact]
    public void IsCT2005IfItDoesNotExist()
    {
        using var folder = new TempFolder();
        Assert.Equal("CT2005", Assert.Single(Assert.Throws<ProblemException>(() => PlanJson.Read(folder.At("plan.json"))).Problems).Code.Id);
    }

    [Theory]
    [InlineData("project")]
    [InlineData("image/layers")]
    [InlineData("image/ports")]
    [InlineData("image/environment")]
    [InlineData("image/system")]
    [InlineData("image/system/instructions")]
    [InlineData("run/arguments")]
    [InlineData("run/stopGrace")]
    [InlineData("run/readOnlyRootfs")]
    [InlineData("run/gpus/devices")]
    public void IsCT2005IfItLacksSomething(string path) => IsRefused(path, (parent, name) => parent.Remove(name));

    [Theory]
    [InlineData("image")]
    [InlineData("image/ports")]
    [InlineData("image/user")]
    [InlineData("run/arguments")]
    [InlineData("run/hyperparameters")]
    public void IsCT2005IfSomethingIsNull(string path) => IsRefused(path, (parent, name) => parent[name] = null);

    [Theory]
    [InlineData("run/engine", "dcoker")]
    [InlineData("run/timeout", "soon")]
    [InlineData("run/memory", "1g")]
    public void IsCT2005IfSomethingHasNoSuchValue(string path, string value) => IsRefused(path, (parent, name) => parent[name] = value);

    private static void IsRefused(string path, Action<JsonObject, string> change)
    {
        using var folder = new TempFolder();
        var plan = JsonNode.Parse(PlanJson.Write(Given.DefaultPlan))!.AsObject();
        var names = path.Split('/');
        change(names[..^1].Aggregate(plan, (parent, name) => parent[name]!.AsObject()), names[^1]);
        var file = folder.Write("plan.json", plan.ToJsonString());
        Assert.Equal("CT2005", Assert.Single(Assert.Throws<ProblemException>(() => PlanJson.Read(file)).Problems).Code.Id);
        if (path.StartsWith("image", StringComparison.Ordinal) || path == "run/engine")
            Assert.Equal("CT2005", Assert.Single(Assert.Throws<ProblemException>(() => ImagePlanReader.Read(file)).Problems).Code.Id);
    }
}
