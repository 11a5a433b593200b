using System.Text.Json;

namespace ContainerTrain.Sdk.Tests;

/// <summary>A machine without a container engine.</summary>
public sealed class NoEngine(NoEngine.SharedProject shared) : IClassFixture<NoEngine.SharedProject>
{
    private static readonly string[] LibraryFolders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private TrainProject Project => shared.Project;

    [Fact]
    public async Task BuildsWithOneWarningThatNamesTheDockerfile()
    {
        var build = await Project.BuildAsync();

        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Equal("CT3002", Assert.Single(build.Problems).Code);
        Assert.Contains(Project.Dockerfile, build["CT3002"].Text, StringComparison.Ordinal);
        Assert.Contains("FROM ", await File.ReadAllTextAsync(Project.Dockerfile, Cancellation), StringComparison.Ordinal);
        using var plan = JsonDocument.Parse(await File.ReadAllTextAsync(Project.PlanFile, Cancellation));
        Assert.Equal("App", plan.RootElement.GetProperty("project").GetString());
    }

    [Fact]
    public async Task IsSilentWhereNoImageIsWanted()
    {
        (await Project.BuildAsync("-p:TrainBuildImage=false")).Succeeded();

        Assert.True(File.Exists(Project.Dockerfile));
    }

    [Theory]
    [InlineData("-p:TrainEngine=docker")]
    [InlineData("-p:TrainBuildImage=true")]
    public async Task FailsWithCT3001WhereOneIsRequired(string required)
    {
        (await Project.BuildAsync(required)).FailedWith("CT3001");
    }

    [Fact]
    public async Task FailsToTrainWithCT3001WhereOneIsRequired()
    {
        var runs = Project.Runs;

        (await Project.TrainAsync("-p:TrainEngine=docker", "-p:TrainBuildImage=false")).FailedWith("CT3001");

        Assert.Equal(runs, Project.Runs);
    }

    [Fact]
    public async Task TrainsInTheHostProcessWithTheSameRunFolder()
    {

        var build = await Project.TrainAsync("-p:TrainArguments=out=hello write=model/weights.txt report");

        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Equal(["CT3002"], build.Problems.Select(problem => problem.Code));
        Assert.Contains("hello", build.Output, StringComparison.Ordinal);
        RunFolderChecks.AssertComplete(Project, engine: "process");
    }

    /// <summary>Whether torch's natives load is asked of the library itself, by its text.</summary>
    [Fact]
    public async Task FailsToTrainTorchWithCT3008OnASystemThatIsTooOld()
    {
        const string needed = "GLIBCXX_3.4.32";
        var library = LibraryFolders.Select(folder => Path.Combine(folder, "libstdc++.so.6")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(
            library is null || System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(library, Cancellation)).Contains(needed, StringComparison.Ordinal),
            $"this system has {needed}");
        var project = shared.NewTorchProject();

        var build = (await project.TrainAsync("-p:TrainBuildImage=false", "-p:TrainEngine=process")).FailedWith("CT3008");

        Assert.Contains(needed, build["CT3008"].Text, StringComparison.Ordinal);
        Assert.Contains("libLibTorchSharp.so", build["CT3008"].Text, StringComparison.Ordinal);
        Assert.Empty(project.Runs);
    }

    /// <summary>One project for all: what is claimed is claimed of every build, the first and later ones.</summary>
    public sealed class SharedProject(Packages packages)
    {
        public TrainProject Project { get; } = WithoutEngine(TrainProject.Dummy(packages, items: """<TrainHyperparameter Include="epochs" Value="3" />"""));

        /// <summary>The same with torch's natives.</summary>
        public TrainProject NewTorchProject()
        {
            var project = WithoutEngine(TrainProject.Dummy(packages));
            var text = File.ReadAllText(project.File);
            project.Write("App.csproj", text.Replace("<TrainReferenceTorchSharp>false<", "<TrainReferenceTorchSharp>true<", StringComparison.Ordinal));
            return project;
        }

        private static TrainProject WithoutEngine(TrainProject project)
        {
            project.Environment = project.Environment.SetItem("DOCKER_HOST", "unix:///nonexistent").SetItem("CONTAINER_HOST", "unix:///nonexistent");
            return project;
        }
    }
}
