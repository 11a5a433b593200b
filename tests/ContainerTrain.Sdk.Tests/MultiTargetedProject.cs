namespace ContainerTrain.Sdk.Tests;

/// <summary>A project with TargetFrameworks: an outer build that dispatches to inner ones.</summary>
public sealed class MultiTargetedProject(Packages packages)
{
    [Fact]
    public async Task BuildsAndTrainsForTheFrameworkThatIsNamed()
    {
        var project = TrainProject.Dummy(packages, properties: "<TargetFrameworks>net10.0</TargetFrameworks>");
        var text = await File.ReadAllTextAsync(project.File, TestContext.Current.CancellationToken);
        project.Write("App.csproj", text.Replace("<TargetFramework>net10.0</TargetFramework>", "", StringComparison.Ordinal));

        (await project.BuildAsync("-p:TrainEngine=process")).Succeeded();
        Assert.True(File.Exists(project.Dockerfile));

        (await project.TrainAsync("-p:TrainEngine=process")).FailedWith("CT2007");
        (await project.TrainAsync("-f", "net10.0", "-p:TrainEngine=process", "-p:TrainArguments=out=trained")).Succeeded();
        Assert.Single(project.Runs);
    }
}
