using System.Text.Json;

namespace ContainerTrain.Sdk.Tests;

/// <summary>The target TrainDoctor, on this machine as it is.</summary>
public sealed class TrainDoctor(Packages packages, DockerEngine engine)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LooksAtTheEngineAndTheBaseImageAndBuildsNothing()
    {
        engine.Require();
        var project = TrainProject.Dummy(packages);

        var build = (await project.BuildAsync("-t:TrainDoctor", "-p:TrainDoctorJson=out/doctor.json")).Succeeded();

        var lines = await ReadAsync(project);
        Assert.Equal(
            ["engine", "user", "storage", "base image", "builder", "natives", "GPUs of engine", "engine's disk", "GPU driver", "results", "WSL", "project"],
            lines.Select(line => line.Check));
        Assert.Equal("ok", lines[0].Status);
        Assert.StartsWith("Docker ", lines[0].Finding, StringComparison.Ordinal);
        Assert.All(lines, line => Assert.Contains($"{line.Check}  ", build.Output, StringComparison.Ordinal));
        Assert.False(Directory.Exists(project.At("bin")));
        Assert.Equal("", await DockerEngine.ImagesOfAsync(project));
    }

    [Fact]
    public async Task FailsWithCT3034WhereARequiredEngineDoesNotAnswer()
    {
        var project = TrainProject.Dummy(packages);
        project.Environment = project.Environment.SetItem("DOCKER_HOST", "unix:///nonexistent").SetItem("CONTAINER_HOST", "unix:///nonexistent");

        var build = (await project.BuildAsync("-t:TrainDoctor", "-p:TrainEngine=docker", "-p:TrainDoctorJson=out/doctor.json")).FailedWith("CT3034");

        Assert.Contains("found an error: engine", build["CT3034"].Text, StringComparison.Ordinal);
        Assert.Equal(("error", "CT3001"), ((await ReadAsync(project))[0].Status, (await ReadAsync(project))[0].Code));
        // One that is only wished for is a warning, which fails nothing.
        (await project.BuildAsync("-t:TrainDoctor", "-p:TrainDoctorJson=out/doctor.json")).Succeeded();
        Assert.Equal("warning", (await ReadAsync(project))[0].Status);
    }

    [Fact]
    public async Task LooksAtAProjectThatIsNotRestoredAndNamesWhatIsWrongWithIt()
    {
        var project = TrainProject.Dummy(packages, properties: "<TrainGpus>many</TrainGpus><ContainerBaseImage>No Image</ContainerBaseImage>");

        (await project.BuildAsync("-t:TrainDoctor", "--no-restore", "-p:TrainEngine=process", "-p:TrainDoctorJson=out/doctor.json")).FailedWith("CT3034");

        var line = (await ReadAsync(project))[^1];
        Assert.Equal(("project", "error"), (line.Check, line.Status));
        Assert.All(["many", "No Image"], value => Assert.Contains($"'{value}'", line.Finding, StringComparison.Ordinal));
    }

    private sealed record Line(string Check, string Status, string Finding, string Remedy, string Code);

    private static async Task<Line[]> ReadAsync(TrainProject project)
    {
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(project.At("out/doctor.json"), Cancellation));
        return json.RootElement.GetProperty("lines").Deserialize<Line[]>(JsonSerializerOptions.Web)!;
    }
}
