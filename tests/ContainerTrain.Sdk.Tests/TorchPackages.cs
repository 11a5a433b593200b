using System.Text.Json;

namespace ContainerTrain.Sdk.Tests;

/// <summary>TorchSharp for CUDA, restored and joined by a real build; the packages are small stand-ins.</summary>
public sealed class CudaPackages(Packages packages, DockerEngine engine)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AreChosenByTrainGpusAndKnownToThePlan()
    {
        var (project, _) = Project();

        (await project.BuildAsync("-p:TrainGpus=all", "-p:TrainBuildImage=false")).Succeeded();

        using var plan = JsonDocument.Parse(await File.ReadAllTextAsync(project.PlanFile, Cancellation));
        var torch = plan.RootElement.GetProperty("torch");
        Assert.Equal(
            ("cuda", "0.107.0", "2.10.0", "12.8", "525"),
            (Text("flavour"), Text("torchSharp"), Text("libtorch"), Text("cuda"), Text("minDriver")));

        string? Text(string name) => torch.GetProperty(name).GetString();
    }

    [Fact]
    public async Task OfTheCpuAreKnownToThePlanToo()
    {
        var (project, _) = Project();

        (await project.BuildAsync("-p:TrainGpus=none", "-p:TrainBuildImage=false")).Succeeded();

        using var plan = JsonDocument.Parse(await File.ReadAllTextAsync(project.PlanFile, Cancellation));
        Assert.Equal("cpu", plan.RootElement.GetProperty("torch").GetProperty("flavour").GetString());
    }

    [Fact]
    public async Task GoIntoTheImageWholeAndWithoutTheirChecksums()
    {
        var (project, _) = Project(OwnCuda);

        var build = await project.BuildAsync("-t:EjectDockerfile", "-p:TrainGpus=none");

        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Equal(["CT1024"], build.Warnings);
        Assert.Contains("Checking 2 native libraries", build.Output, StringComparison.Ordinal);
        var ejected = Directory.EnumerateFiles(project.At("bin/Debug/net10.0/linux-x64/docker"), "lib*", SearchOption.AllDirectories).ToDictionary(file => Path.GetFileName(file));
        Assert.Equal(["libLibTorchSharp.so", "libc10.so", "libtorch_cpu.so", "libtorch_cuda.so"], ejected.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("cuda: first half, second half", await File.ReadAllTextAsync(ejected["libtorch_cuda.so"], Cancellation));
    }

    [Fact]
    public async Task ThatAreDamagedAreCT2010UntilTheyAreRestored()
    {
        engine.Require();
        var (project, feed) = Project(OwnCuda);
        feed.AddLibrary("part3", "libtorch_cuda.so", "cuda: first half, ", "second half", delivered: "second h");

        var damaged = (await project.BuildAsync("-p:TrainBuildImage=true")).FailedWith("CT2010");

        var text = damaged["CT2010"].Text;
        Assert.Contains("/native/libtorch_cuda.so' is not what its package says", text, StringComparison.Ordinal);
        Assert.Contains($"To be restored again: {StandInFeed.Cuda}-part3-primary 2.10.0, {StandInFeed.Cuda}-part3-fragment1 2.10.0.", text, StringComparison.Ordinal);
        Assert.Equal("", await DockerEngine.ImagesOfAsync(project));
        (await project.BuildAsync("-p:TrainBuildImage=true")).FailedWith("CT2010");
        (await project.TrainAsync("-p:TrainEngine=process", "-p:TrainBuildImage=false")).FailedWith("CT2010");
        Assert.Empty(project.Runs);

        // What the message says to do.
        feed.AddLibrary("part3", "libtorch_cuda.so", "cuda: first half, ", "second half");
        foreach (var package in new[] { "part3-primary", "part3-fragment1" })
            Directory.Delete(Path.Combine(project.Environment["NUGET_PACKAGES"]!, $"{StandInFeed.Cuda}-{package}"), recursive: true);
        (await project.BuildAsync("-p:TrainBuildImage=true")).Succeeded();
    }

    [Fact]
    public async Task BesideThoseOfTheCpuThatAProjectBringsAreCT1020()
    {
        var (project, _) = Project("""<ProjectReference Include="lib/Lib.csproj" />""");
        project.Write("lib/Lib.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup><PackageReference Include="TorchSharp-cpu" Version="0.107.0" /></ItemGroup>
            </Project>
            """);

        (await project.BuildAsync("-p:TrainGpus=all", "-p:TrainBuildImage=false")).FailedWith("CT1020");

        Assert.False(File.Exists(project.PlanFile));
    }

    private const string OwnCuda = """<PackageReference Include="TorchSharp-cuda-linux" Version="0.107.0" />""";

    /// <summary>With a NuGet cache of its own: packages of these names must never get into the user's.</summary>
    private (TrainProject Project, StandInFeed Feed) Project(string items = "")
    {
        var project = TorchReferenceErrors.Project(packages, items, out var sources);
        var feed = StandInFeed.Create(Path.Combine(Path.GetDirectoryName(project.Folder)!, "feed"));
        TorchReferenceErrors.WriteSources(project, [.. sources, feed.Folder]);
        return (project, feed);
    }
}

/// <summary>References that cannot work. No source has the packages: whoever tried to restore them would fail otherwise.</summary>
public sealed class TorchReferenceErrors(Packages packages)
{
    [Theory]
    [InlineData("CT1020", "auto", "linux-x64", """<PackageReference Include="TorchSharp-cuda-linux" Version="0.107.0" />""", """<PackageReference Include="TorchSharp-cpu" Version="0.107.0" />""")]
    [InlineData("CT1021", "auto", "linux-arm64", """<PackageReference Include="TorchSharp-cuda-linux" Version="0.107.0" />""", "")]
    [InlineData("CT1022", "none", "linux-x64", """<PackageReference Include="libtorch-cpu" Version="2.7.1" />""", """<PackageReference Include="TorchSharp" Version="0.107.0" />""")]
    [InlineData("CT1023", "all", "linux-x64", """<PackageReference Include="TorchSharp-cpu" Version="0.107.0" />""", "")]
    public async Task ComeBeforeTheRestore(string code, string gpus, string platform, string first, string second)
    {
        var project = Project(packages, $"{first}\n{second}", out var sources);
        WriteSources(project, sources);

        var build = (await project.BuildAsync($"-p:TrainGpus={gpus}", $"-p:RuntimeIdentifier={platform}", "-p:TrainBuildImage=false")).FailedWith(code);

        Assert.Equal(project.File, build[code].File);
        Assert.Equal(9, build[code].Line);
        Assert.False(File.Exists(project.At("obj/project.assets.json")));
    }

    [Fact]
    public async Task ComeForTheReferenceThatTrainGpusChoosesToo()
    {
        var project = Project(packages, "", out var sources);
        WriteSources(project, sources);

        (await project.BuildAsync("-p:TrainGpus=all", "-p:RuntimeIdentifier=linux-arm64", "-p:TrainBuildImage=false")).FailedWith("CT1021");
    }

    internal static TrainProject Project(Packages packages, string items, out string[] sources)
    {
        var project = new TrainProject(packages);
        sources = [packages.Feed];
        project.Environment = project.Environment.SetItem("NUGET_PACKAGES", Path.Combine(Path.GetDirectoryName(project.Folder)!, "nuget"));
        project.Write("Program.cs", "System.Console.WriteLine(\"hello\");");
        project.Write("App.csproj", $"""
            <Project Sdk="ContainerTrain.Sdk/{packages.Version}">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <TrainReferenceRuntime>false</TrainReferenceRuntime>
                <DefaultItemExcludes>$(DefaultItemExcludes);lib/**</DefaultItemExcludes>
              </PropertyGroup>
              <ItemGroup>
            {items}
              </ItemGroup>
            </Project>
            """);
        return project;
    }

    internal static void WriteSources(TrainProject project, string[] sources) => project.Write("nuget.config", $"""
        <configuration>
          <packageSources>
            <clear />
            {string.Concat(sources.Select((source, number) => $"""<add key="source{number}" value="{source}" />"""))}
          </packageSources>
        </configuration>
        """);
}
