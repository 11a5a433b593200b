using ContainerTrain.Diagnostics;
using ContainerTrain.Dockerfile;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

public sealed class ADockerfileOfTheProjectsOwn : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("FROM python:3", OwnBase.None)]
    [InlineData("ARG TRAIN_BASE_IMAGE\nFROM $TRAIN_BASE_IMAGE", OwnBase.Base)]
    [InlineData("ARG TRAIN_SYSTEM_IMAGE\nFROM ${TRAIN_SYSTEM_IMAGE}", OwnBase.System)]
    [InlineData("ARG TRAIN_BASE_IMAGE\nARG TRAIN_DEPS_IMAGE\nFROM $TRAIN_DEPS_IMAGE", OwnBase.Dependencies)]
    [InlineData("ARG TRAIN_APP_IMAGE\nFROM $TRAIN_APP_IMAGE", OwnBase.App)]
    public void StandsOnWhatItNames(string text, OwnBase needs) => Assert.Equal(needs, OwnDockerfile.Needs(text));

    [Fact]
    public void IsWhatTheBuildWrites()
    {
        var plan = Plan("FROM scratch\nCOPY notes.txt /\n");
        Assert.Equal("FROM scratch\nCOPY notes.txt /\n", OwnDockerfile.TextOf(plan));
        Assert.Equal(
            [ContainerPaths.OwnDockerfile, "notes.txt"],
            Assert.Single(plan.Layers, layer => layer.Kind == LayerKind.Context).Files.Select(file => file.Target));
    }

    [Fact]
    public void HasTheSdksStagesInFrontWhereItStandsAlone()
    {
        var text = OwnDockerfile.Combine("# syntax=x\nARG TRAIN_APP_IMAGE\nARG V=1\nFROM $TRAIN_APP_IMAGE\nFROM python:$V\n", Given.DefaultPlan.Image);
        Assert.StartsWith(
            "# syntax=x\nARG V=1\nARG TRAIN_BASE_IMAGE=mcr.microsoft.com/dotnet/runtime:10.0-noble\nARG TRAIN_SYSTEM_IMAGE=system\nARG TRAIN_DEPS_IMAGE=libraries\nARG TRAIN_APP_IMAGE=app\n\n# Generated",
            text, StringComparison.Ordinal);
        Assert.EndsWith("CMD []\n\nFROM $TRAIN_APP_IMAGE\nFROM python:$V\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void StandsAloneAsItIsWhereItNamesNothing() =>
        Assert.Equal("# escape=`\nFROM scratch", OwnDockerfile.Combine("# escape=`\nFROM scratch", Given.DefaultPlan.Image));

    [Fact]
    public void CannotChangeTheEscapeOfTheSdksStages()
    {
        var problem = Assert.Single(Assert.Throws<ProblemException>(() =>
            OwnDockerfile.Combine("# escape = `\nARG TRAIN_APP_IMAGE\nFROM $TRAIN_APP_IMAGE", Given.DefaultPlan.Image)).Problems);
        Assert.Equal("CT2012", problem.Code.Id);
    }

    [Fact]
    public void IsEjectedWithItsFilesAndTheirs()
    {
        var target = _folder.At("out");
        var dll = _folder.Write("bin/App.dll", "app");
        var image = Plan("ARG TRAIN_APP_IMAGE\nFROM $TRAIN_APP_IMAGE\n");
        image = image with { Layers = image.Layers.Add(new LayerPlan("app", LayerKind.App, [new FilePlan(dll, "App.dll") { Mode = 0x1C0 }])) };
        EjectedContext.Write(image, target);
        Assert.Equal("app", File.ReadAllText(Path.Join(target, "containertrain/app/App.dll")));
        Assert.Equal("notes", File.ReadAllText(Path.Join(target, "notes.txt")));
        var text = File.ReadAllText(Path.Join(target, "Dockerfile"));
        Assert.Contains("COPY --chown=0:0 [\"containertrain/app/\", \"/app/\"]", text, StringComparison.Ordinal);
        Assert.Contains("FROM $TRAIN_APP_IMAGE", text, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Join(target, "containertrain/app/App.dll")));
        Assert.False(Path.Exists(Path.Join(target, ContainerPaths.OwnDockerfile)));
    }

    [Fact]
    public void HasToBeThere()
    {
        var problem = Given.OnlyProblem(Codes.ImageFileMissing, Given.Image(image => image with { Dockerfile = "/src/Demo/none" }));
        Assert.Contains("TrainDockerfile 'none'", problem.Message, StringComparison.Ordinal);
    }

    private ImagePlan Plan(string text) => Given.Plan(Given.Inputs with
    {
        Project = Given.Inputs.Project with { Compile = "false", ProjectFile = _folder.At("App.csproj") },
        Image = new Inputs.ImageInputs
        {
            Dockerfile = _folder.Write("My.Dockerfile", text),
            ExtraFiles = [Given.Item(_folder.Write("notes.txt", "notes"))],
        },
    }).Image;
}
