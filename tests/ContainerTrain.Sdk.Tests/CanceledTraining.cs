using System.Diagnostics;
using System.Text.Json;

namespace ContainerTrain.Sdk.Tests;

/// <summary>Trainings whose build is told to end, or is ended, by signals.</summary>
public sealed class CanceledTraining(Packages packages, DockerEngine engine)
{
    [Fact]
    public async Task EndsWithItsBuildHoweverThatIsEnded()
    {
        engine.Require();
        // One project and one image for all of them.
        var project = TrainProject.Dummy(packages);

        // SIGTERM is a stop request, as Ctrl-C is.
        var build = await TrainAsync(project, "save-on-sigterm=saved.txt out=it-trains sleep", "120", (line, process) => line.Contains("it-trains", StringComparison.Ordinal) ? Signal(process, "TERM") : 0);
        Assert.NotEqual(0, build.ExitCode);
        Assert.Equal(["CT4004"], build.Errors.Distinct());
        Assert.Equal(("canceled", "CT4004"), Outcome(project));
        Assert.True(File.Exists(Path.Combine(project.Runs[^1], "saved.txt")), build.Output);

        // A second Ctrl-C ends the grace.
        build = await TrainAsync(project, "ignore-sigterm out=it-trains sleep", "1h", (line, process) =>
            line.Contains("it-trains", StringComparison.Ordinal) ? Signal(process, "INT")
            : line.Contains("SIGTERM ignored", StringComparison.Ordinal) ? SignalLater(process, "INT") : 0);
        Assert.NotEqual(0, build.ExitCode);
        Assert.Equal(["CT4004"], build.Errors.Distinct());
        Assert.Equal(("canceled", "CT4004"), Outcome(project));
        Assert.Equal("", await DockerEngine.ContainersOfAsync(project));

        // A build that is killed leaves the run to its guard.
        await TrainAsync(project, "save-on-sigterm=saved.txt out=it-trains sleep", "120", (line, process) => line.Contains("it-trains", StringComparison.Ordinal) ? Signal(process, "KILL") : 0);
        var folder = project.Runs[^1];
        await UntilAsync(() => File.Exists(Path.Combine(folder, "report.html")));
        Assert.Equal(("abandoned", "CT4020"), Outcome(project));
        Assert.True(File.Exists(Path.Combine(folder, "saved.txt")));
        for (var i = 0; i < 600 && await DockerEngine.ContainersOfAsync(project) != ""; i++)
            await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.Equal("", await DockerEngine.ContainersOfAsync(project));
    }

    [Fact]
    public async Task DoesNotBeginIfItsImageWasNotMade()
    {
        engine.Require();
        var project = TrainProject.Dummy(packages, items: $"""<TrainDockerfileInstruction Include="RUN echo {Guid.NewGuid():N} &amp;&amp; sleep 600" Stage="system" />""");

        var build = await project.BuildAsync(
            (process, line) => _ = line.Contains("Building the system image", StringComparison.Ordinal) ? SignalLater(process, "INT") : 0, ["-t:Train"]);

        Assert.NotEqual(0, build.ExitCode);
        Assert.Contains("CT3010", build.Errors);
        Assert.Empty(project.Runs);
    }

    private static Task<BuildResult> TrainAsync(TrainProject project, string arguments, string grace, Func<string, Process, int> onLine) =>
        project.BuildAsync((process, line) => _ = onLine(line, process), ["-t:Train", $"-p:TrainArguments={arguments}", $"-p:TrainStopGrace={grace}"]);

    private static int Signal(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        return process.Id;
    }

    /// <summary>Two signals at once would be one request.</summary>
    private static int SignalLater(Process process, string signal)
    {
        var id = process.Id;
        _ = Task.Delay(1000).ContinueWith(_ => Process.Start("kill", [$"-{signal}", $"{id}"]).Dispose(), TaskScheduler.Default);
        return id;
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (var i = 0; i < 1200 && !isSo(); i++)
            await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.True(isSo());
    }

    private static (string? Reason, string? Code) Outcome(TrainProject project)
    {
        var outcome = JsonDocument.Parse(File.ReadAllText(Path.Combine(project.Runs[^1], "run.json"))).RootElement.GetProperty("outcome");
        return (outcome.GetProperty("reason").GetString(), outcome.GetProperty("code").GetString());
    }
}
