using System.Text.Json;

namespace ContainerTrain.Sdk.Tests;

/// <summary>Trainings that end in any way but success.</summary>
public sealed class FailingProgram(Packages packages, DockerEngine engine)
{
    [Fact]
    public async Task IsNeverASuccess()
    {
        engine.Require();
        // One project and one image for all of them.
        var project = TrainProject.Dummy(packages);

        var failed = (await project.TrainAsync("-p:TrainArguments=out=begin lines=5 err=why exit=3")).FailedWith("CT4001");
        Assert.Contains("exit code 3", failed["CT4001"].Text, StringComparison.Ordinal);
        Assert.Contains("why", failed["CT4001"].Text, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(project.Runs[^1], "log.txt"), failed["CT4001"].Text, StringComparison.Ordinal);
        Assert.Equal(("failed", "CT4001"), Outcome(project));

        (await project.TrainAsync("-p:TrainArguments=allocate=600", "-p:TrainMemory=128m")).FailedWith("CT4002");
        Assert.Equal(("outOfMemory", "CT4002"), Outcome(project));

        (await project.TrainAsync("-p:TrainArguments=save-on-sigterm=saved.txt sleep", "-p:TrainTimeout=8")).FailedWith("CT4003");
        Assert.Equal(("timedOut", "CT4003"), Outcome(project));
        Assert.True(File.Exists(Path.Combine(project.Runs[^1], "saved.txt")));

        (await project.TrainAsync("-p:TrainArguments=abort")).FailedWith("CT4005");
        Assert.Equal(("killed", "CT4005"), Outcome(project));
        Assert.Equal("", await DockerEngine.ContainersOfAsync(project));
    }

    [Theory]
    [InlineData("docker")]
    [InlineData("process")]
    public async Task ReportsItsOwnProblemsAtTheHostsFiles(string kind)
    {
        if (kind == "docker")
            engine.Require();
        const string problems = """[{"code":"CT4104","message":"x is no number","file":"TRAIN_DATA_DIR/cars.csv","line":2,"column":1}]""";
        var project = TrainProject.Dummy(
            packages, properties: $"<TrainArguments>'problems={problems}' exit=1</TrainArguments>", items: """<TrainData Include="cars.csv" />""");
        project.Write("cars.csv", "mpg\nx\n");

        var build = (await project.TrainAsync($"-p:TrainEngine={kind}")).FailedWith("CT4104", "CT4001");

        Assert.Equal((project.At("cars.csv"), 2, 1), (build["CT4104"].File, build["CT4104"].Line, build["CT4104"].Column));
    }

    [Fact]
    public async Task StopsWithTimeToSaveWhenTheBuildIsInterrupted()
    {
        engine.Require();
        var project = TrainProject.Dummy(packages, properties: "<TrainArguments>save-on-sigterm=saved.txt out=ready-to-stop sleep</TrainArguments>");

        var build = await project.BuildAsync(
            (process, line) =>
            {
                if (line.Contains("ready-to-stop", StringComparison.Ordinal))
                    Interrupt(process.Id);
            },
            ["-t:Train"]);

        Assert.NotEqual(0, build.ExitCode);
        Assert.Contains("CT4004", build.Errors);
        Assert.True(File.Exists(Path.Combine(project.Runs[^1], "saved.txt")), build.Output);
        Assert.Equal("", await DockerEngine.ContainersOfAsync(project));
    }

    private static void Interrupt(int process)
    {
        using var kill = System.Diagnostics.Process.Start("kill", ["-INT", $"{process}"]);
    }

    private static (string? Reason, string? Code) Outcome(TrainProject project)
    {
        var outcome = JsonDocument.Parse(File.ReadAllText(Path.Combine(project.Runs[^1], "run.json"))).RootElement.GetProperty("outcome");
        return (outcome.GetProperty("reason").GetString(), outcome.GetProperty("code").GetString());
    }
}
