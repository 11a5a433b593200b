namespace ContainerTrain.Sdk.Tests;

/// <summary>Values in the project file that cannot be right.</summary>
public sealed class BadInput(Packages packages, DockerEngine engine)
{
    private const string Project = """
        <Project Sdk="ContainerTrain.Sdk/VERSION">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <TrainReferenceRuntime>false</TrainReferenceRuntime>
            <TrainReferenceTorchSharp>false</TrainReferenceTorchSharp>
            <TrainEngine>dokcer</TrainEngine>
            <ContainerBaseImage>Not An Image</ContainerBaseImage>
            <TrainMemory>-1</TrainMemory>
            <TrainCpus>many</TrainCpus>
          </PropertyGroup>
          <ItemGroup>
            <TrainData Include="nowhere.csv" />
          </ItemGroup>
        </Project>
        """;

    [Fact]
    public async Task IsReportedAllAtOnceWhereItStandsAndNothingIsMade()
    {
        engine.Require();
        var project = Write(Project);

        var build = await project.TrainAsync();

        Assert.Equal(1, build.ExitCode);
        Assert.Equal(["CT1001", "CT1002", "CT1003", "CT1003", "CT1004"], build.Errors.Order(StringComparer.Ordinal));
        foreach (var (value, line) in new[] { ("dokcer", 7), ("Not An Image", 8), ("'-1'", 9), ("many", 10), ("nowhere.csv", 13) })
        {
            var problem = Assert.Single(build.Problems, problem => problem.Text.Contains(value, StringComparison.Ordinal));
            Assert.Equal((project.File, line), (problem.File, problem.Line));
        }
        Assert.Contains("docker, podman, process", build["CT1001"].Text, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'docker'?", build["CT1001"].Text, StringComparison.Ordinal);
        Assert.Contains(project.At("nowhere.csv"), build["CT1004"].Text, StringComparison.Ordinal);

        // Nothing half-built is left, and a second try says the same.
        Assert.Equal(build.Problems, (await project.TrainAsync()).Problems);
        Assert.Equal("", await DockerEngine.ImagesOfAsync(project));
        Assert.Empty(project.Runs);
        Assert.False(File.Exists(project.PlanFile));
    }

    [Fact]
    public async Task AMisspeltNameIsAWarningWithTheNameThatIsMeant()
    {
        var project = TrainProject.Dummy(packages, properties: "<TrainMemroy>1g</TrainMemroy>", items: """<TrainHyperparameters Include="x" Value="1" />""");

        var build = await project.BuildAsync("-p:TrainBuildImage=false");

        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Equal(["CT1008", "CT1008"], build.Warnings);
        Assert.Contains(build.Problems, problem => problem.Text.Contains("'TrainMemory'", StringComparison.Ordinal) && problem.Line > 0);
        Assert.Contains(build.Problems, problem => problem.Text.Contains("'TrainHyperparameter'", StringComparison.Ordinal) && problem.Line > 0);
    }

    private TrainProject Write(string text)
    {
        var project = new TrainProject(packages);
        project.Write("App.csproj", text.Replace("VERSION", packages.Version, StringComparison.Ordinal));
        project.Write("Program.cs", "System.Console.WriteLine(\"hello\");");
        return project;
    }
}
