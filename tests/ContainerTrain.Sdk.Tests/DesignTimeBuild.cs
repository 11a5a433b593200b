namespace ContainerTrain.Sdk.Tests;

/// <summary>An editor's build, which only asks for the compiler's arguments.</summary>
public sealed class DesignTimeBuild(Packages packages)
{
    [Fact]
    public async Task DoesNothing()
    {
        var project = TrainProject.Dummy(packages);

        (await project.BuildAsync("-p:DesignTimeBuild=true")).Succeeded();

        Assert.False(Directory.Exists(Path.GetDirectoryName(project.PlanFile)));
    }
}
