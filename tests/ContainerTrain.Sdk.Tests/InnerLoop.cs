namespace ContainerTrain.Sdk.Tests;

/// <summary>What becomes of the image when something changes, and when nothing does.</summary>
public sealed class InnerLoop(Packages packages, DockerEngine engine)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnEditChangesTheLastLayerOnlyAndRemovesTheImageItReplaces()
    {
        engine.Require();
        var project = TrainProject.Dummy(packages, items: """<PackageReference Include="CsvHelper" Version="33.1.0" />""");
        (await project.BuildAsync()).Succeeded();
        var (before, layers) = (await DockerEngine.ImagesOfAsync(project), await DockerEngine.LayersOfAsync(project.Image));

        await EditAsync(project);
        project.Write("Wrong.cs", "no program");
        (await project.BuildAsync()).FailedWith("CS1002");
        Assert.Equal(before, await DockerEngine.ImagesOfAsync(project));

        project.Write("Wrong.cs", "// right");
        var edited = (await project.BuildAsync("-v:d")).Succeeded();
        Assert.Contains("The image was begun before the compiler.", edited.Output, StringComparison.Ordinal);

        var changed = await DockerEngine.LayersOfAsync(project.Image);
        Assert.Equal(layers[..^1], changed[..^1]);
        Assert.NotEqual(layers[^1], changed[^1]);
        Assert.False(await DockerEngine.ExistsAsync(before));
    }

    [Fact]
    public async Task AnImageThatTheUserNamedStays()
    {
        engine.Require();
        var project = TrainProject.Dummy(packages);
        (await project.BuildAsync()).Succeeded();
        var before = await DockerEngine.ImagesOfAsync(project);
        await DockerEngine.TagAsync(project.Image, project.Image + "-kept");

        await EditAsync(project);
        (await project.BuildAsync()).Succeeded();
        (await project.BuildAsync("-t:TrainClean")).Succeeded();

        Assert.True(await DockerEngine.ExistsAsync(before));
        Assert.Equal("", await DockerEngine.ImagesOfAsync(project));
    }

    [Fact]
    public async Task AReferencedProjectHasALayerOfItsOwn()
    {
        engine.Require();
        var project = TrainProject.Dummy(packages, items: """<ProjectReference Include="../Shared/Shared.csproj" />""");
        project.Write("../Shared/Shared.csproj", """<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>""");
        project.Write("../Shared/Shared.cs", "namespace Shared; public static class Text { public const string Value = \"one\"; }");
        (await project.BuildAsync()).Succeeded();
        var layers = await DockerEngine.LayersOfAsync(project.Image);

        await EditAsync(project);
        (await project.BuildAsync()).Succeeded();
        Assert.Equal(layers[..^1], (await DockerEngine.LayersOfAsync(project.Image))[..^1]);

        Assert.Contains("COPY --chown=0:0 [\"references/\"", await File.ReadAllTextAsync(project.Dockerfile, Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AChangedPropertyIsNoticedWithoutAnEdit()
    {
        engine.Require();
        var project = TrainProject.Dummy(packages);
        (await project.BuildAsync()).Succeeded();
        var before = await DockerEngine.ImagesOfAsync(project);

        (await project.BuildAsync("-p:ContainerUser=1000")).Succeeded();

        Assert.NotEqual(before, await DockerEngine.ImagesOfAsync(project));
    }

    [Fact]
    public async Task QuestionTellsWhetherTheImageIsUpToDate()
    {
        engine.Require();
        var project = TrainProject.Dummy(packages);
        (await project.BuildAsync()).Succeeded();

        (await project.BuildAsync("-question")).Succeeded();
        await DockerEngine.RemoveImageAsync(project);

        (await project.BuildAsync("-question")).FailedWith("CT3011");
        Assert.Equal("", await DockerEngine.ImagesOfAsync(project));
    }

    [Fact]
    public async Task TwoBuildsAtOnceBuildTheDepsImageOnce()
    {
        engine.Require();
        // A package that no other test uses, so that this deps image is new.
        const string package = """<PackageReference Include="CsvHelper" Version="33.1.0" /><PackageReference Include="SharpZipLib" Version="1.4.2" />""";
        var projects = new[] { TrainProject.Dummy(packages, items: package), TrainProject.Dummy(packages, items: package) };

        var builds = await Task.WhenAll(projects.Select(project => project.BuildAsync()));

        Assert.All(builds, build => build.Succeeded());
        Assert.Single(builds, build => build.Output.Contains("Building the deps image", StringComparison.Ordinal));
        Assert.Equal((await DockerEngine.LayersOfAsync(projects[0].Image))[..^1], (await DockerEngine.LayersOfAsync(projects[1].Image))[..^1]);
    }

    [Fact]
    public async Task TheSameInputsMakeTheSameImageInAnotherFolderUnderAnotherUmask()
    {
        engine.Require();
        // The compiler writes the sources' folder into its output unless it is told another name for it.
        const string properties = "<PathMap>$(MSBuildProjectDirectory)=/src</PathMap>";
        var (one, other) = (TrainProject.Dummy(packages, properties: properties), TrainProject.Dummy(packages, "Elsewhere", properties));
        other.Environment = other.Environment.SetItem("ContainerRepository", one.Image);

        (await one.BuildAsync()).Succeeded();
        var first = await DockerEngine.ImagesOfAsync(one);
        var build = await new Command("sh", ["-c", "umask 077; exec dotnet build -nologo -tl:off"], other.Folder, other.Environment).RunAsync();

        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Equal(first, await DockerEngine.ImagesOfAsync(one));
        Assert.Equal(
            (await File.ReadAllTextAsync(one.Dockerfile, Cancellation)),
            await File.ReadAllTextAsync(other.Dockerfile, Cancellation));
    }

    [Fact]
    public async Task ASolutionOfTrainingProjectsBuildsInParallel()
    {
        engine.Require();
        var project = TrainProject.Dummy(packages, properties: "<ContainerRepository>$(ContainerRepository)-one</ContainerRepository>");
        project.Write("../Other/Other.csproj", (await File.ReadAllTextAsync(project.File, Cancellation)).Replace("-one", "-two", StringComparison.Ordinal));
        foreach (var source in Directory.EnumerateFiles(project.Folder, "*.cs"))
            project.Write("../Other/" + Path.GetFileName(source), await File.ReadAllTextAsync(source, Cancellation));
        project.Write("../All.slnx", """<Solution><Project Path="App/App.csproj" /><Project Path="Other/Other.csproj" /></Solution>""");

        (await project.BuildAsync("../All.slnx", "-m")).Succeeded();

        foreach (var name in new[] { project.Image + "-one", project.Image + "-two" })
        {
            DockerEngine.NoteImages(name, "");
            Assert.True(await DockerEngine.ExistsAsync(name));
        }
    }

    [Fact]
    public async Task TheDepsImageBegunBeforeTheCompilerIsTheOneThatIsNeeded()
    {
        engine.Require();
        // A folder that no other test has, so that this deps image is new.
        var project = TrainProject.Dummy(packages, properties: $"<ContainerWorkingDirectory>/{Guid.NewGuid():n}</ContainerWorkingDirectory><TrainNatives>all</TrainNatives>",
            items: """<PackageReference Include="CsvHelper" Version="33.1.0" /><ContainerEnvironmentVariable Include="A" Value="b" />""");

        var early = (await project.BuildAsync("-v:d")).Succeeded();
        var (image, layers) = (await DockerEngine.ImagesOfAsync(project), await DockerEngine.LayersOfAsync(project.Image));
        Assert.Contains("Task \"PrepareTrainImage\"", early.Output, StringComparison.Ordinal);
        Assert.Single(early.Output.Split('\n'), line => line.Contains("Building the deps image", StringComparison.Ordinal));
        Assert.True(
            early.Output.IndexOf("Task \"PrepareTrainImage\"", StringComparison.Ordinal) < early.Output.IndexOf("Task \"Csc\"", StringComparison.Ordinal),
            early.Output);

        // The stamp is newer than the packages now: nothing is begun early.
        await DockerEngine.RemoveImageAsync(project);
        var late = (await project.BuildAsync("-v:d")).Succeeded();
        Assert.DoesNotContain("Task \"PrepareTrainImage\"", late.Output, StringComparison.Ordinal);
        Assert.Equal(image, await DockerEngine.ImagesOfAsync(project));
        Assert.Equal(layers, await DockerEngine.LayersOfAsync(project.Image));
    }

    [Fact]
    public async Task ABuildIsIdleAgainAfterOneThatChangedOnlyTheRunsOwnSettings()
    {
        engine.Require();
        var project = TrainProject.Dummy(packages, items: """<TrainHyperparameter Include="epochs" Value="3" />""");
        (await project.BuildAsync()).Succeeded();
        var stamp = Path.Combine(Path.GetDirectoryName(project.PlanFile)!, "image.stamp");

        project.Write("App.csproj", (await File.ReadAllTextAsync(project.File, Cancellation)).Replace("\"3\"", "\"4\"", StringComparison.Ordinal));
        (await project.BuildAsync("-p:TrainMemory=1g")).Succeeded();
        (await project.BuildAsync("-p:TrainMemory=2g")).Succeeded();
        Assert.True(File.GetLastWriteTimeUtc(stamp) >= File.GetLastWriteTimeUtc(project.PlanFile));
        Assert.True(File.GetLastWriteTimeUtc(stamp) >= File.GetLastWriteTimeUtc(project.File));

        var written = File.GetLastWriteTimeUtc(stamp);
        var idle = (await project.BuildAsync("-p:TrainMemory=2g", "-v:d")).Succeeded();
        Assert.DoesNotContain("Task \"PrepareTrainImage\"", idle.Output, StringComparison.Ordinal);
        Assert.Equal(written, File.GetLastWriteTimeUtc(stamp));
    }

    [Fact]
    public async Task ACompileThatFailsLeavesNothingThatTheNextBuildStumblesOver()
    {
        engine.Require();
        var project = TrainProject.Dummy(packages, properties: $"<ContainerWorkingDirectory>/{Guid.NewGuid():n}</ContainerWorkingDirectory>",
            items: """<PackageReference Include="CsvHelper" Version="33.1.0" />""");
        project.Write("Wrong.cs", "no program");

        (await project.BuildAsync()).FailedWith("CS1002");
        Assert.Equal("", await DockerEngine.ImagesOfAsync(project));
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(project.PlanFile)!, "image.stamp")));

        project.Write("Wrong.cs", "// right");
        (await project.BuildAsync()).Succeeded();
        Assert.NotEqual("", await DockerEngine.ImagesOfAsync(project));
    }

    private static async Task EditAsync(TrainProject project)
    {
        var source = await File.ReadAllTextAsync(project.At("Steps.cs"), Cancellation);
        project.Write("Steps.cs", source.Replace("SIGTERM ignored", "ignored", StringComparison.Ordinal));
    }
}
