using ContainerTrain.Dockerfile;
using ContainerTrain.Inputs;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

public sealed class AGeneratedDockerfile
{
    [Fact]
    public void OfDefaults() => Matches("Defaults", Given.Inputs);

    [Fact]
    public void WithPackagesAndInstructions() => Matches("PackagesAndInstructions", Given.Image(image => image with
    {
        BaseImage = "python:3.13-slim",
        RegistryMirror = "localhost:5000",
        AptPackages = [Given.Item("libgomp1"), Given.Item("curl=8.14.1-2")],
        PipPackages = [Given.Item("tensorboard>=2.20,<3"), Given.Item("numpy")],
        Instructions =
        [
            Given.Item("ARG TOKEN", ("Position", "before")),
            Given.Item("RUN echo system"),
            Given.Item("RUN echo app", ("Stage", "app"), ("Position", "before")),
            Given.Item("HEALTHCHECK NONE", ("Stage", "app")),
        ],
    }));

    [Fact]
    public void WithConfiguration() => Matches("Configuration", Given.Image(image => image with
    {
        User = "app:app",
        WorkingDirectory = "/opt/it's $HOME",
        Entrypoint = ["/usr/bin/env", "A=$B"],
        AppCommand = ["dotnet", "Demo.App.dll"],
        DefaultArgs = ["--say", "\"hi\" \\ é"],
        Ports = [Given.Item("9090", ("Type", "udp")), Given.Item("8080")],
        Environment = [Given.Item("GREETING", ("Value", "say \"hi\" to $USER \\o/")), Given.Item("EMPTY", ("Value", ""))],
        Labels = [Given.Item("org.example.say hi", ("Value", "it's #1"))],
    }));

    [Fact]
    public void ForGpus() => Matches("Gpu", Given.Inputs with
    {
        Run = Given.Inputs.Run with { Gpus = "all" },
        Image = Given.Inputs.Image with
        {
            Files =
            [
                Given.Native("/nuget/cudnn/libcudnn.so.9", "libcudnn.so.9", "libtorch-cuda-12.8-linux-x64-part1", "2.10.0"),
                Given.Native("/nuget/cublas/libcublas.so.12", "libcublas.so.12", "libtorch-cuda-12.8-linux-x64-part2", "2.10.0"),
                Given.Library("/nuget/torchsharp/TorchSharp.dll", "TorchSharp.dll", "TorchSharp", "0.107.0"),
                Given.Own("/src/Demo/obj/Demo.App.dll", "Demo.App.dll"),
            ],
        },
    });

    [Fact]
    public void HasUnixLineEnds() => Assert.DoesNotContain('\r', DockerfileComposer.Compose(Given.DefaultPlan.Image).Render());

    [Fact]
    public void IsTheSameAfterReadingThePlan()
    {
        using var folder = new TempFolder();
        var file = folder.Write("plan.json", PlanJson.Write(Given.DefaultPlan));
        Assert.Equal(DockerfileComposer.Compose(Given.DefaultPlan.Image).Render(), DockerfileComposer.Compose(PlanJson.Read(file).Image).Render());
    }

    private static void Matches(string name, TrainInputs inputs) =>
        Snapshot.Matches(DockerfileComposer.Compose(Given.Plan(inputs).Image).Render(), name, "Dockerfile");
}

public sealed class TheTwoHalvesOfADockerfile
{
    private static readonly ImagePlan Image = Given.Plan(Given.Image(image => image with
    {
        AptPackages = [Given.Item("curl")], Environment = [Given.Item("A", ("Value", "1"))],
    })).Image;

    [Fact]
    public void AreTheStagesOfTheWhole()
    {
        var whole = DockerfileComposer.Compose(Image).Stages;
        Assert.Equal(["system", "natives", "libraries", "app"], whole.Select(stage => stage.Name));
        Assert.Equal(whole[..^1].Select(Text), DockerfileComposer.ComposeDependencies(Image, "system").Stages.Select(Text).Prepend(Text(whole[0])));
        Assert.Equal(Text(whole[0]), Text(Assert.Single(DockerfileComposer.ComposeSystem(Image, caches: false)!.Stages)));
        var app = Assert.Single(DockerfileComposer.ComposeApp(Image, "deps:1").Stages);
        Assert.Equal("deps:1", app.From);
        Assert.Equal(Text(whole[^1]), Text(app with { From = "libraries" }));
    }

    [Fact]
    public void AreApartSoThatAnEditLeavesTheFirstAsItIs()
    {
        var edited = Given.Plan(Given.Image(image => image with
        {
            AptPackages = [Given.Item("curl")], Environment = [Given.Item("A", ("Value", "2"))], User = "0", Ports = [Given.Item("1")],
            Labels = [Given.Item("x", ("Value", "y"))], WorkingDirectory = "/app", DefaultArgs = ["z"],
            Files = [.. image.Files, Given.Own("/src/Demo/new.json", "new.json")],
        })).Image;
        Assert.Equal(DockerfileComposer.ComposeDependencies(Image, "s").Render(), DockerfileComposer.ComposeDependencies(edited, "s").Render());
        Assert.NotEqual(DockerfileComposer.ComposeApp(Image, "deps").Render(), DockerfileComposer.ComposeApp(edited, "deps").Render());
    }

    private static string Text(Stage stage) => $"{stage.From} {stage.Name}\n{string.Join('\n', stage.Instructions)}";
}
