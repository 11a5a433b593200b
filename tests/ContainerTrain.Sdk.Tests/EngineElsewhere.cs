using System.Text.Json;

namespace ContainerTrain.Sdk.Tests;

/// <summary>An engine that is not this machine's.</summary>
public sealed class EngineElsewhere(Packages packages, DockerEngine engine)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task BuildsAndTrainsBySshWithDataAndResultsInTheirPlaces()
    {
        engine.Require();
        var project = TrainProject.Dummy(
            packages,
            properties: "<TrainEngine>docker</TrainEngine><TrainEngineRemote>true</TrainEngineRemote><TrainArguments>list-data write=model/x write=checkpoints/1</TrainArguments>",
            items: """<TrainData Include="cars.csv" />""");
        project.Write("cars.csv", "mpg\n21\n");
        // Docker's own client at the other end, which here is this end. Its engine is that of the tests.
        var ssh = project.Write("bin-of-tests/ssh", $"""
            #!/bin/sh
            while [ "$1" != -- ]; do shift; done
            shift 2
            DOCKER_HOST='{Environment.GetEnvironmentVariable("DOCKER_HOST")}' exec sh -c "$*"

            """);
        File.SetUnixFileMode(ssh, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        project.Environment = project.Environment.SetItem("DOCKER_HOST", "ssh://me@there").SetItem("PATH", $"{Path.GetDirectoryName(ssh)}:{Environment.GetEnvironmentVariable("PATH")}");

        var build = (await project.TrainAsync()).Succeeded();

        Assert.Contains("cars.csv: 7 bytes", build.Output, StringComparison.Ordinal);
        Assert.Matches("Sent 2 files \\(.*\\) to ssh://me@there", build.Output);
        var folder = Assert.Single(project.Runs);
        Assert.True(File.Exists(Path.Combine(folder, "model/x")) && File.Exists(Path.Combine(folder, "checkpoints/1")), build.Output);
        using var record = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "run.json"), Cancellation));
        Assert.Equal("ssh://me@there", record.RootElement.GetProperty("engine").GetProperty("endpoint").GetString());
        // An idle build asks the engine over there, and finds its image.
        Assert.DoesNotMatch("Buil(t|ding) ", (await project.BuildAsync()).Succeeded().Output);
    }

    [Fact]
    public async Task IsCT3036WhereTheContextDoesNotExist()
    {
        var project = TrainProject.Dummy(packages);
        project.Environment = project.Environment.SetItem("DOCKER_CONTEXT", "no-such").SetItem("DOCKER_HOST", null).SetItem("DOCKER_CONFIG", project.At("none"));

        var build = (await project.BuildAsync()).FailedWith("CT3036");

        Assert.Contains($"DOCKER_CONTEXT is 'no-such', and there is no such context in '{project.At("none")}'. Allowed: default.", build["CT3036"].Text, StringComparison.Ordinal);
    }
}
