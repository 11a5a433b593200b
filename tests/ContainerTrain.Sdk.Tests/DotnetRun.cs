using System.Text.Json;

namespace ContainerTrain.Sdk.Tests;

/// <summary><c>dotnet run</c> trains as the target Train does, with the console attached.</summary>
public sealed class DotnetRun(Packages packages, DockerEngine docker)
{
    [Theory]
    [InlineData("docker")]
    [InlineData("process")]
    public async Task TrainsAndEndsAsTheProgramDoes(string engine)
    {
        SkipWithout(engine);
        var project = TrainProject.Dummy(packages, properties: $"<TrainEngine>{engine}</TrainEngine><TrainArguments>out=first</TrainArguments>");

        var result = await project.DotnetAsync("run", "--", "out=größer as given", "err=to stderr", "exit=3");

        Assert.True(result.ExitCode == 3, result.Output);
        var folder = Assert.Single(project.Runs);
        Assert.Equal("first\ngrößer as given\nto stderr\n", Sorted(File.ReadAllText(Path.Combine(folder, "log.txt"))));
        Assert.Contains("\nfirst\n", "\n" + result.Output, StringComparison.Ordinal);
        Assert.Contains("error CT4001: Training ended with exit code 3", result.Output, StringComparison.Ordinal);
        Assert.Equal("CT4001", Outcome(folder).GetProperty("code").GetString());
    }

    [Fact]
    public async Task HasTheProgramsOutputAloneOnStdout()
    {
        var project = TrainProject.Dummy(packages, properties: "<TrainEngine>process</TrainEngine>");
        (await project.BuildAsync()).Succeeded();

        var shell = new Command("/bin/sh", ["-c", "dotnet run --no-build -- out=a err=b out=c > stdout.txt"], project.Folder, project.Environment);
        var result = await shell.RunAsync();

        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Equal("a\nc\n", File.ReadAllText(project.At("stdout.txt")));
        Assert.Contains("b\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("run folder ", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("docker")]
    [InlineData("process")]
    public async Task SavesItsWorkWhenCtrlCIsPressed(string engine)
    {
        SkipWithout(engine);
        var project = TrainProject.Dummy(packages, properties: $"<TrainEngine>{engine}</TrainEngine><TrainArguments>save-on-sigterm=checkpoints/saved ignore-sigint out=it-trains sleep</TrainArguments>");
        (await project.BuildAsync()).Succeeded();

        var result = await PseudoTerminal.RunAsync(project, "dotnet run --no-build", (line, type) =>
        {
            if (line.Contains("it-trains", StringComparison.Ordinal))
                type(PseudoTerminal.CtrlC);
        });

        Assert.True(result.ExitCode == 130, result.Output);
        Assert.Contains("Stop requested", result.Output, StringComparison.Ordinal);
        var folder = Assert.Single(project.Runs);
        Assert.Equal("saved\n", File.ReadAllText(Path.Combine(folder, "checkpoints/saved")));
        Assert.Equal("canceled", Outcome(folder).GetProperty("reason").GetString(), ignoreCase: true);
        Assert.Contains("it-trains\n", File.ReadAllText(Path.Combine(folder, "log.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SaysWhatIsWrongUnderItsCode()
    {
        var project = TrainProject.Dummy(packages, properties: "<TrainEngine>process</TrainEngine>", items: """<TrainData Include="set.csv" />""");
        project.Write("set.csv", "1\n");
        (await project.BuildAsync()).Succeeded();
        File.Delete(project.At("set.csv"));

        var result = await project.DotnetAsync("run", "--no-build");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{project.File}: error CT1004: ", result.Output, StringComparison.Ordinal);
        Assert.Empty(project.Runs);
    }

    [Fact]
    public async Task StartsTheProgramItselfWhereTheProjectWantsThat()
    {
        var project = TrainProject.Dummy(packages, properties: "<TrainEngine>process</TrainEngine><TrainWithDotnetRun>false</TrainWithDotnetRun>");

        var result = await project.DotnetAsync("run", "--", "out=plain", "exit=7");

        Assert.True(result.ExitCode == 7, result.Output);
        Assert.Empty(project.Runs);
    }

    private void SkipWithout(string engine)
    {
        if (engine == "docker")
            docker.Require();
    }

    private static JsonElement Outcome(string folder) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "run.json"))).RootElement.GetProperty("outcome");

    private static string Sorted(string text) => string.Concat(text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).Select(line => line + "\n"));
}
