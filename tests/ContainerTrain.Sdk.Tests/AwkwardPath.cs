namespace ContainerTrain.Sdk.Tests;

/// <summary>A project whose path has every character that MSBuild, Docker or a shell could misread.</summary>
public sealed class AwkwardPath(Packages packages, DockerEngine engine)
{
    private const string Folder = "my proj ünïcode $HOME 100% sure a;b 'quoted' #1";

    [Theory]
    [InlineData("docker")]
    [InlineData("process")]
    public async Task BuildsAndTrains(string kind)
    {
        if (kind == "docker")
            engine.Require();
        var project = TrainProject.Dummy(
            packages, Folder,
            "<TrainArguments>list-data write=model/x</TrainArguments>",
            """<TrainData Include="data/cars 100%.csv" /><TrainData Include="more data" TargetPath="more" />""");
        project.Write("data/cars 100%.csv", "x\n");
        project.Write("more data/ü.csv", "y\n");

        var trained = (await project.TrainAsync($"-p:TrainEngine={kind}")).Succeeded();

        Assert.Contains("cars 100%.csv: 2 bytes", trained.Output, StringComparison.Ordinal);
        Assert.Contains("more/ü.csv: 2 bytes", trained.Output, StringComparison.Ordinal);
        RunFolderChecks.AssertComplete(project, kind);
        Assert.Equal("", kind == "docker" ? await DockerEngine.ContainersOfAsync(project) : "");
    }
}
