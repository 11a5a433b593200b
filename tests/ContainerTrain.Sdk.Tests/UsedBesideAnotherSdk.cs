namespace ContainerTrain.Sdk.Tests;

/// <summary>An Sdk element in a project of another SDK, which has its own targets and item globs.</summary>
public sealed class UsedBesideAnotherSdk(Packages packages)
{
    [Theory]
    [InlineData("Microsoft.NET.Sdk")]
    [InlineData("Microsoft.NET.Sdk.Web")]
    public async Task BuildsAndTrains(string sdk)
    {
        var project = TrainProject.Dummy(packages);
        var text = await File.ReadAllTextAsync(project.File, TestContext.Current.CancellationToken);
        project.Write("App.csproj", text.Replace(
            $"""<Project Sdk="ContainerTrain.Sdk/{packages.Version}">""",
            $"""<Project Sdk="{sdk}"><Sdk Name="ContainerTrain.Sdk" Version="{packages.Version}" />""", StringComparison.Ordinal));
        project.Write("runs/older/model/weights.json", "{}");

        var trained = (await project.TrainAsync("-p:TrainEngine=process", "-p:TrainArguments=out=trained")).Succeeded();

        Assert.Contains("trained", trained.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(project.Dockerfile));
        Assert.DoesNotContain("weights.json", await File.ReadAllTextAsync(project.PlanFile, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
