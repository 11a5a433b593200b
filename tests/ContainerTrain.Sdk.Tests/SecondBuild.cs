namespace ContainerTrain.Sdk.Tests;

/// <summary>Builds and trainings of a project that was built before.</summary>
public sealed class SecondBuild(Packages packages, DockerEngine engine)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task BuildsNoImageUnlessTheProgramChanged()
    {
        engine.Require();
        var project = TrainProject.Dummy(packages, items: """<TrainHyperparameter Include="epochs" Value="3" />""");

        var first = (await project.BuildAsync()).Succeeded();
        var image = await DockerEngine.ImagesOfAsync(project);
        Assert.Contains("Built " + project.Image, first.Output, StringComparison.Ordinal);

        var second = (await project.BuildAsync()).Succeeded();
        Assert.DoesNotMatch("Buil(t|ding) ", second.Output);
        Assert.Equal(image, await DockerEngine.ImagesOfAsync(project));

        // A run's own settings are no part of the image. An edit of the project file makes the compiler run again, and
        // with it the builder, but the image comes out as it was.
        var limited = (await project.BuildAsync("-p:TrainMemory=1g")).Succeeded();
        Assert.DoesNotMatch("Buil(t|ding) ", limited.Output);
        project.Write("App.csproj", (await File.ReadAllTextAsync(project.File, Cancellation)).Replace("\"3\"", "\"4\"", StringComparison.Ordinal));
        (await project.BuildAsync()).Succeeded();
        Assert.Equal(image, await DockerEngine.ImagesOfAsync(project));

        project.Write("Steps.cs", (await File.ReadAllTextAsync(project.At("Steps.cs"), Cancellation)).Replace("SIGTERM ignored", "ignored", StringComparison.Ordinal));
        (await project.BuildAsync()).Succeeded();
        Assert.NotEqual(image, await DockerEngine.ImagesOfAsync(project));
    }

    [Fact]
    public async Task MakesTheImageAgainThatWasRemoved()
    {
        engine.Require();
        var project = TrainProject.Dummy(packages);
        (await project.BuildAsync()).Succeeded();
        await DockerEngine.RemoveImageAsync(project);
        Assert.Equal("", await DockerEngine.ImagesOfAsync(project));

        (await project.BuildAsync()).Succeeded();

        Assert.NotEqual("", await DockerEngine.ImagesOfAsync(project));
    }

    [Fact]
    public async Task TrainsAgainInAFolderOfItsOwn()
    {
        engine.Require();
        var project = TrainProject.Dummy(packages, properties: "<TrainArguments>out=trained write=model/x</TrainArguments>");

        (await project.TrainAsync()).Succeeded();
        RunFolderChecks.AssertComplete(project, engine: "docker");
        var second = (await project.TrainAsync()).Succeeded();

        Assert.DoesNotMatch("Buil(t|ding) ", second.Output);
        Assert.Equal(2, project.Runs.Length);
        var latest = new DirectoryInfo(project.At("runs/latest")).LinkTarget!;
        Assert.Contains(project.At("runs/" + latest), second.Output, StringComparison.Ordinal);
        Assert.Equal("", await DockerEngine.ContainersOfAsync(project));
    }
}
