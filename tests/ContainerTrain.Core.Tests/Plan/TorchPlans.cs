using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

public sealed class ThePlanOfTorch
{
    [Fact]
    public void IsMissingWithoutTorchSharp()
    {
        Assert.Null(Given.DefaultPlan.Torch);
        Assert.Null(Given.Plan(With("CsvHelper/33.1.0")).Torch);
    }

    [Fact]
    public void OfTheCpuFlavourNeedsNoDriver()
    {
        var torch = Given.Plan(With("TorchSharp-cpu/0.107.0", "TorchSharp/0.107.0", "libtorch-cpu/2.10.0", "libtorch-cpu-linux-x64/2.10.0")).Torch!;
        Assert.Equal(("0.107.0", "2.10.0", TorchFlavour.Cpu, true), (torch.TorchSharp, torch.Libtorch, torch.Flavour, torch.IsKnown));
        Assert.Equal(("2.34", "3.4.32"), (torch.Glibc, torch.Glibcxx));
        Assert.Equal((null, null, null), (torch.Cuda, torch.MinDriver, torch.Cudnn));
        Assert.Empty(torch.Capabilities);
    }

    [Fact]
    public void OfTheCudaFlavourSaysWhatCudaNeeds()
    {
        var torch = Given.Plan(Cuda("all", "0.107.0", "2.10.0", "12.8")).Torch!;
        Assert.Equal((TorchFlavour.Cuda, "12.8", "525", "9"), (torch.Flavour, torch.Cuda, torch.MinDriver, torch.Cudnn));
        Assert.Equal(["7.0", "7.5", "8.0", "8.6", "9.0", "10.0", "12.0"], torch.Capabilities);
    }

    [Fact]
    public void OfTorchSharpAloneHasNoFlavour()
    {
        var torch = Given.Plan(With("TorchSharp/0.105.0")).Torch!;
        Assert.Equal((TorchFlavour.None, "2.5.1"), (torch.Flavour, torch.Libtorch));
    }

    [Fact]
    public void SurvivesItsFile()
    {
        using var folder = new TempFolder();
        var plan = Given.Plan(Cuda("all", "0.107.0", "2.10.0", "12.8"));
        Assert.Equal(PlanJson.Write(plan), PlanJson.Write(PlanJson.Read(folder.Write("plan.json", PlanJson.Write(plan)))));
    }

    [Fact]
    public void DoesNotChangeTheImage() =>
        Assert.Equal(Given.DefaultPlan.ImageKey, Given.Plan(With("TorchSharp-cpu/0.107.0", "TorchSharp/0.107.0", "libtorch-cpu/2.10.0")).ImageKey);

    [Fact]
    public void OfAVersionThatIsNotKnownIsTheNearestAndAWarning()
    {
        var result = PlanBuilder.Build(Cuda("all", "0.110.0", "2.12.0", "12.8"));
        var problem = Assert.Single(result.Problems);
        Assert.Equal((Codes.UnknownTorchSharp, false), (problem.Code, problem.IsError));
        Assert.Equal("TorchSharp 0.110.0 is not among the versions that this SDK knows, 0.99.0 to 0.107.0. It is taken to need what 0.107.0 needs.", problem.Message);
        var torch = result.Plan!.Torch!;
        Assert.Equal((false, "2.12.0", "12.8", "525"), (torch.IsKnown, torch.Libtorch, torch.Cuda, torch.MinDriver));
    }

    [Fact]
    public void OfAVersionThatIsTooOldIsTheOldest() =>
        Assert.EndsWith("what 0.99.0 needs.", Given.OnlyProblem(Codes.UnknownTorchSharp, With("TorchSharp/0.96.0")).Message, StringComparison.Ordinal);

    [Fact]
    public void OfAnotherCudaThanTheNearestVersionsClaimsNothingAboutIt()
    {
        var torch = PlanBuilder.Build(Cuda("all", "0.110.0", "2.12.0", "13.0")).Plan!.Torch!;
        Assert.Equal(("13.0", null, null), (torch.Cuda, torch.MinDriver, torch.Cudnn));
        Assert.Empty(torch.Capabilities);
    }

    [Theory]
    [InlineData("7.0", true)]
    [InlineData("8.9", true)]
    [InlineData("12.1", true)]
    [InlineData("6.1", false)]
    [InlineData("7.2", true)]
    [InlineData("11.0", false)]
    [InlineData("13.0", false)]
    [InlineData("?", null)]
    public void RunsOnDevicesOfAMajorCapabilityThatItHasCodeFor(string device, bool? runs) =>
        Assert.Equal(runs, Given.Plan(Cuda("all", "0.107.0", "2.10.0", "12.8")).Torch!.Runs(device));

    [Theory]
    [InlineData("525.60.13", true)]
    [InlineData("525", true)]
    [InlineData("580.65.06", true)]
    [InlineData("470.256.02", false)]
    [InlineData("52", false)]
    [InlineData("[N/A]", null)]
    public void TakesDriversThatAreNewEnough(string driver, bool? takes) =>
        Assert.Equal(takes, Given.Plan(Cuda("all", "0.107.0", "2.10.0", "12.8")).Torch!.Takes(driver));

    [Fact]
    public void OfTheCpuFlavourKnowsNothingAboutDevices()
    {
        var torch = Given.Plan(With("TorchSharp-cpu/0.107.0", "TorchSharp/0.107.0")).Torch!;
        Assert.Null(torch.Runs("8.0"));
        Assert.Null(torch.Takes("470.1"));
    }

    [Theory]
    [InlineData("needed")]
    [InlineData("all")]
    public void LeavesChecksumsOutOfTheImage(string natives)
    {
        var plan = Given.Plan(Given.Image(image => image with
        {
            Natives = natives,
            Files = [.. image.Files, Given.Native("/n/libtorch_cpu.so.sha", "libtorch_cpu.so.sha", "libtorch-cpu-linux-x64", "2.10.0"), Given.Own("/a/x.so.sha", "x.so.sha")],
        }));
        Assert.Equal(["x.so.sha"], plan.Image.Layers.SelectMany(layer => layer.Files).Select(file => file.Target).Where(target => target.EndsWith(".sha", StringComparison.Ordinal)));
    }

    internal static TrainInputs With(params string[] packages) => Given.Inputs with { Packages = Packages(packages) };

    internal static TrainInputs Cuda(string gpus, string torchSharp, string libtorch, string cuda) =>
        Given.Run(run => run with { Gpus = gpus }) with
        {
            Packages = Packages(
                $"TorchSharp-cuda-linux/{torchSharp}", $"TorchSharp/{torchSharp}", $"libtorch-cuda-{cuda}-linux-x64/{libtorch}",
                $"libtorch-cuda-{cuda}-linux-x64-part1/{libtorch}", $"libtorch-cuda-{cuda}-linux-x64-part2-primary/{libtorch}"),
        };

    internal static ImmutableArray<PackageInput> Packages(params string[] packages) =>
        [.. packages.Select(package => package.Split('/')).Select(parts => new PackageInput(parts[0], parts[1]))];
}

public sealed class PackagesOfTorchThatDoNotFit
{
    [Fact]
    public void AreBothFlavours() => Assert.Equal(
        "The project has both TorchSharp-cpu and TorchSharp-cuda-linux; a program can load only one libtorch.",
        Given.OnlyProblem(Codes.BothTorchFlavours, ThePlanOfTorch.With(
            "TorchSharp/0.107.0", "libtorch-cpu-linux-x64/2.10.0", "TorchSharp-cpu/0.107.0", "TorchSharp-cuda-linux/0.107.0", "libtorch-cuda-12.8-linux-x64/2.10.0")).Message);

    [Theory]
    [InlineData("TorchSharp-cuda-linux/0.107.0", "TorchSharp-cuda-linux")]
    [InlineData("libtorch-cuda-12.8-linux-x64/2.10.0", "libtorch-cuda-12.8-linux-x64")]
    public void AreTheCudaFlavourForArm64(string package, string named)
    {
        var inputs = ThePlanOfTorch.With(package, "TorchSharp/0.107.0") with { Project = Given.Inputs.Project with { RuntimeIdentifier = "linux-arm64" } };
        Assert.Equal($"{named} has no native libraries for linux-arm64. It has them for: linux-x64.", Given.OnlyProblem(Codes.NoTorchForPlatform, inputs).Message);
    }

    [Fact]
    public void AreTheCudaFlavourForWindows() => Assert.Equal(
        "TorchSharp-cuda-windows has no native libraries for linux-x64. It has them for: win-x64.",
        Given.OnlyProblem(Codes.NoTorchForPlatform, ThePlanOfTorch.With("TorchSharp/0.107.0", "TorchSharp-cuda-windows/0.107.0", "libtorch-cuda-12.8-win-x64/2.10.0")).Message);

    [Fact]
    public void AreTheCpuFlavourForArm64UnlessTheProjectBringsTheLibraries()
    {
        var inputs = ThePlanOfTorch.With("TorchSharp-cpu/0.107.0", "TorchSharp/0.107.0") with { Project = Given.Inputs.Project with { RuntimeIdentifier = "linux-arm64" } };
        Assert.Empty(Given.Problems(inputs));
        var without = inputs with { Image = inputs.Image with { Files = [.. inputs.Image.Files.Where(file => file.Target != "libLibTorchSharp.so")] } };
        Assert.StartsWith("TorchSharp 0.107.0 has no native libraries for linux-arm64.", Given.OnlyProblem(Codes.NoTorchForPlatform, without).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AreALibtorchOfAnotherVersionNamedOnce() => Assert.Equal(
        "TorchSharp 0.107.0 is made for libtorch 2.10.0; the project has libtorch-cpu 2.7.1.",
        Given.OnlyProblem(Codes.LibtorchMismatch, ThePlanOfTorch.With("TorchSharp/0.107.0", "libtorch-cpu-linux-x64/2.7.1", "libtorch-cpu/2.7.1", "libtorch-cpu-win-x64/2.7.1")).Message);

    [Theory]
    [InlineData("0.102.8", "2.2.1.1")]
    [InlineData("0.107.0", "2.10.0.0")]
    public void AreNotRepackagingsOfTheSameLibtorch(string torchSharp, string libtorch) =>
        Assert.Empty(Given.Problems(ThePlanOfTorch.With($"TorchSharp/{torchSharp}", $"libtorch-cpu/{libtorch}")));

    [Theory]
    [InlineData("all")]
    [InlineData("2")]
    [InlineData("device=0")]
    public void AreTheCpuFlavourWhereAGpuIsRequired(string gpus) => Assert.Equal(
        $"TrainGpus={gpus} requires a GPU, and TorchSharp-cpu computes on the CPU only.",
        Given.OnlyProblem(Codes.GpuWithoutCuda, Cpu(gpus)).Message);

    [Theory]
    [InlineData("none")]
    [InlineData("auto")]
    [InlineData("")]
    public void AreNotTheCpuFlavourWhereNoneIsRequired(string gpus) => Assert.Empty(Given.Problems(Cpu(gpus)));

    [Theory]
    [InlineData("none")]
    [InlineData("0")]
    public void AreTheCudaFlavourForTheCpuWhichWorksWithAWarning(string gpus)
    {
        var problem = Given.OnlyProblem(Codes.CudaUnused, ThePlanOfTorch.Cuda(gpus, "0.107.0", "2.10.0", "12.8"));
        Assert.False(problem.IsError);
        Assert.StartsWith($"TrainGpus={gpus} uses no GPU, and TorchSharp-cuda-linux", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AreNotTheCudaFlavourThatAutoFinds()
    {
        Assert.Empty(Given.Problems(ThePlanOfTorch.Cuda("auto", "0.107.0", "2.10.0", "12.8")));
        Assert.Equal(GpuRequest.All, Given.Plan(OnAHostWithGpu(ThePlanOfTorch.Cuda("auto", "0.107.0", "2.10.0", "12.8"))).Run.Gpus);
    }

    /// <summary>What the program is promised is what it can use; that it could have been more is said.</summary>
    [Fact]
    public void AreTheCpuFlavourOnAHostWithAGpuWhichWorksWithAWarning()
    {
        var result = PlanBuilder.Build(OnAHostWithGpu(Cpu("auto")));
        Assert.Equal(Codes.GpuUnused, Assert.Single(result.Problems).Code);
        Assert.Equal("cpu", result.Plan!.Run.Device);
    }

    [Fact]
    public void AreFoundTogetherOnTheirLines()
    {
        using var folder = new TempFolder();
        var inputs = ThePlanOfTorch.With("TorchSharp/0.107.0", "TorchSharp-cpu/0.107.0", "TorchSharp-cuda-windows/0.107.0", "libtorch-cpu/2.7.1").WithLinesOf(folder, """
            <Project><ItemGroup>
              <PackageReference Include="TorchSharp-cuda-windows" Version="0.107.0" />
              <PackageReference Include="libtorch-cpu" Version="2.7.1" />
            </ItemGroup></Project>
            """);
        Assert.Equal(
            [("CT1020", 2), ("CT1021", 2), ("CT1022", 3)],
            Given.Problems(inputs).Select(problem => (problem.Code.Id, problem.Location!.Line)));
    }

    private static TrainInputs Cpu(string gpus) =>
        Given.Run(run => run with { Gpus = gpus }) with { Packages = ThePlanOfTorch.Packages("TorchSharp-cpu/0.107.0", "TorchSharp/0.107.0", "libtorch-cpu/2.10.0") };

    private static TrainInputs OnAHostWithGpu(TrainInputs inputs) => inputs with { Run = inputs.Run with { HostHasGpu = true } };
}

public sealed class TheRestoredPackages
{
    private const string Assets = """
        {
          "version": 4,
          "targets": {
            "net10.0": { "A/1.0.0": { "type": "package" } },
            "net10.0/linux-x64": {
              "TorchSharp/0.107.0": { "type": "package", "dependencies": { "Google.Protobuf": "3.21.9", "net10.0/linux-arm64": "{}" } },
              "Lib/1.0.0": { "type": "project" }
            },
            "net11.0/linux-x64": { "B/2.0.0": {} }
          },
          "libraries": { "C/3.0.0": {} }
        }
        """;

    [Theory]
    [InlineData("net10.0", "linux-x64", "TorchSharp/0.107.0 Lib/1.0.0")]
    [InlineData("net10.0", "", "A/1.0.0")]
    [InlineData("net11.0", "linux-x64", "B/2.0.0")]
    [InlineData("net10.0", "linux-arm64", "")]
    public void AreThoseOfTheFrameworkAndThePlatform(string framework, string rid, string packages)
    {
        using var folder = new TempFolder();
        Assert.Equal(packages, string.Join(' ', RestoredPackages.Read(folder.Write("project.assets.json", Assets), framework, rid).Select(package => $"{package.Id}/{package.Version}")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"targets\": []}")]
    [InlineData("{\"targets\": {\"net10.0/linux-x64\": {\"A/1")]
    public void AreNoneInAFileThatIsNotOne(string text)
    {
        using var folder = new TempFolder();
        Assert.Empty(RestoredPackages.Read(folder.Write("project.assets.json", text), "net10.0", "linux-x64"));
        Assert.Empty(RestoredPackages.Read(folder.At("missing"), "net10.0", "linux-x64"));
    }
}
