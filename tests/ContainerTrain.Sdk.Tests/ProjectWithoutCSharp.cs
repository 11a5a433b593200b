namespace ContainerTrain.Sdk.Tests;

/// <summary>TrainCompile=false: an image and its training, and nothing of .NET but the build itself.</summary>
public sealed class ProjectWithoutCSharp(Packages packages, DockerEngine engine)
{
    [Fact]
    public async Task TrainsAndIsBuiltAnewWhenAFileChanges()
    {
        engine.Require();
        var project = Project();

        (await project.TrainAsync()).Succeeded();

        Assert.Equal("1\n", await ResultAsync(project));
        Assert.DoesNotContain("TorchSharp", await File.ReadAllTextAsync(project.At("obj/project.assets.json"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.False(Directory.Exists(project.At("bin")), "something was compiled");

        // A file that is new in a folder is seen, too.
        project.Write("data/more.txt", "x");
        (await project.TrainAsync()).Succeeded();

        Assert.Equal("2\n", await ResultAsync(project));
    }

    [Fact]
    public async Task NeedsAContainer()
    {
        var project = Project();

        (await project.TrainAsync("-p:TrainEngine=process")).FailedWith("CT1060");
    }

    private static Task<string> ResultAsync(TrainProject project) =>
        File.ReadAllTextAsync(Path.Combine(project.Runs[^1], "count.txt"), TestContext.Current.CancellationToken);

    private TrainProject Project()
    {
        var project = new TrainProject(packages);
        project.Write("App.csproj", $"""
            <Project Sdk="ContainerTrain.Sdk/{packages.Version}">
              <PropertyGroup>
                <TrainCompile>false</TrainCompile>
              </PropertyGroup>
              <ItemGroup>
                <TrainImageFile Include="train.sh;data" />
                <ContainerAppCommand Include="/bin/sh;train.sh" />
              </ItemGroup>
            </Project>
            """);
        project.Write("train.sh", "ls data | wc -l > \"$TRAIN_OUTPUT_DIR/count.txt\"\n");
        project.Write("data/one.txt", "x");
        return project;
    }
}
