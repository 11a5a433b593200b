using System.Text.Json;
using System.Xml.Linq;

namespace ContainerTrain.Sdk.Tests;

/// <summary>Reports, the list of runs, and reruns.</summary>
public sealed class RunsLookedAtAgain(Packages packages, DockerEngine engine)
{
    /// <summary>Its result follows from its hyperparameter; with "seed" as an argument, it is another one each time.</summary>
    private const string Program = """
        <TrainArguments>'text=metrics.jsonl={"step":1,"val_mse":TRAIN_HP_RATE}' 'text=model/weights.txt=TRAIN_HP_RATE' 'text=report.json={"schema":1,"target":"mpg","metrics":[{"name":"val_rmse","value":TRAIN_HP_RATE,"unit":"mpg"}],"coefficients":[{"name":"weight","fitted":1.5,"exact":1.25}],"notes":["a note"]}'</TrainArguments>
        """;

    private const string Rate = """<TrainHyperparameter Include="rate" Value="$(Rate)" /><TrainData Include="cars.csv" />""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AreReportedListedAndRunAgain()
    {
        engine.Require();
        var project = Project();

        // No chart library in a build that trains nothing. MSBuild says which assemblies tasks load.
        var built = (await project.BuildAsync("-p:Rate=0.25", "-v:diag")).Succeeded();
        Assert.Contains("Assembly loaded during TaskRun", built.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Assembly loaded during TaskRun (ContainerTrain.Tasks.BuildTrainImage): OxyPlot", built.Output, StringComparison.Ordinal);

        (await project.TrainAsync("-p:Rate=0.25")).Succeeded();
        var page = XDocument.Parse(await File.ReadAllTextAsync(Path.Combine(project.Runs[^1], "report.html"), Cancellation));
        Assert.All(["succeeded", "val_rmse", "0.25", "weight", "1.25", "a note", "rate"], text => Assert.Contains(text, page.Root!.Value, StringComparison.Ordinal));
        Assert.NotEmpty(page.Descendants("svg"));
        (await project.TrainAsync("-p:Rate=0.5")).Succeeded();
        (await project.TrainAsync("-p:Rate=0.5", "-p:TrainArguments=out=oh exit=3")).FailedWith("CT4001");
        Assert.Contains("exit code 3", await File.ReadAllTextAsync(Path.Combine(project.Runs[^1], "report.html"), Cancellation), StringComparison.Ordinal);

        // The list needs no engine, and compiles nothing: the source would not compile.
        project.Write("Broken.cs", "not C#");
        var environment = project.Environment;
        project.Environment = environment.SetItem("DOCKER_HOST", "unix:///none/docker.sock");
        var listed = (await project.BuildAsync("-t:TrainRuns")).Succeeded();
        var rows = listed.Output.Split('\n').Where(line => project.Runs.Any(run => line.TrimStart().StartsWith(Path.GetFileName(run), StringComparison.Ordinal))).ToArray();
        Assert.Equal(3, rows.Length);
        Assert.Contains("rate 0.25 → 0.5", rows[1], StringComparison.Ordinal);
        Assert.Contains("failed CT4001", rows[2], StringComparison.Ordinal);
        Assert.Contains($"{Path.GetFileName(project.Runs[0])}/report.html", await File.ReadAllTextAsync(project.At("runs/index.html"), Cancellation), StringComparison.Ordinal);
        project.Environment = environment;

        // The first run again: its own settings, whatever the project says now.
        var original = Path.GetFileName(project.Runs[0]);
        var again = (await project.BuildAsync("-t:TrainRerun", $"-p:TrainRunId={original}", "-p:Rate=7")).Succeeded();
        Assert.Contains("The numbers are the same", again.Output, StringComparison.Ordinal);
        var record = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(project.Runs[^1], "run.json"), Cancellation)).RootElement;
        Assert.Equal(original, record.GetProperty("rerunOf").GetString());
        Assert.Equal("0.25", await File.ReadAllTextAsync(Path.Combine(project.Runs[^1], "model", "weights.txt"), Cancellation));

        // Other data, and a result that was tampered with: two warnings, and a run all the same.
        project.Write("cars.csv", "mpg\n2\n");
        var file = Path.Combine(project.Runs[0], "run.json");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, Cancellation)).Replace("\"value\": 0.25", "\"value\": 0.75", StringComparison.Ordinal), Cancellation);
        var changed = await project.BuildAsync("-t:TrainRerun", $"-p:TrainRunId={original}");
        Assert.True(changed.ExitCode == 0, changed.Output);
        Assert.Equal(["CT1043", "CT4014"], changed.Warnings.Distinct());
        Assert.Contains("val_rmse (0.75 and 0.25", changed["CT4014"].Text, StringComparison.Ordinal);

        (await project.BuildAsync("-t:TrainRerun", "-p:TrainRunId=" + original[..^1])).FailedWith("CT1040");
        await DockerEngine.RemoveImageAsync(project);
        (await project.BuildAsync("-t:TrainRerun", $"-p:TrainRunId={original}")).FailedWith("CT1041");
    }

    [Fact]
    public async Task CannotBeRunAgainAfterAProcessOfTheHost()
    {
        var project = Project();
        (await project.TrainAsync("-p:Rate=0.25", "-p:TrainEngine=process")).Succeeded();
        Assert.True(File.Exists(Path.Combine(project.Runs[^1], "report.html")));
        (await project.BuildAsync("-t:TrainRerun", "-p:TrainRunId=latest")).FailedWith("CT1042");
    }

    private TrainProject Project()
    {
        var project = TrainProject.Dummy(packages, properties: Program, items: Rate);
        project.Write("cars.csv", "mpg\n1\n");
        return project;
    }
}
