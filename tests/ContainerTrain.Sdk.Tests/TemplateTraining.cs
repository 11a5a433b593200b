using System.Text.Json;

namespace ContainerTrain.Sdk.Tests;

/// <summary>The template's program, trained in a container.</summary>
public sealed class TemplateTraining(DockerEngine engine, Template template) : IClassFixture<Template>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FitsTheCarsAndLeavesACompleteRunFolder()
    {
        engine.Require();
        var project = await template.NewProjectAsync();

        var trained = (await project.TrainAsync()).Succeeded();

        var record = RunFolderChecks.AssertComplete(project, engine: "docker");
        Assert.StartsWith("sha256:", record.GetProperty("image").GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal(("cpu", 42), (record.GetProperty("device").GetString(), record.GetProperty("seed").GetInt64()));
        Assert.All(["image", "prepare", "train"], phase => Assert.True(record.GetProperty("seconds").GetProperty(phase).GetDouble() >= 0));
        var run = Assert.Single(project.Runs);
        Assert.True(File.Exists(Path.Combine(run, "model", "weights.dat")));
        var log = await File.ReadAllLinesAsync(Path.Combine(run, "log.txt"), Cancellation);
        Assert.All(log.Where(line => line.Length > 0), line => Assert.Contains(line, trained.Output, StringComparison.Ordinal));

        // One line for each epoch, and the error never grows in a full-batch descent of a convex function.
        var errors = File.ReadLines(Path.Combine(run, "metrics.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement).Where(line => line.TryGetProperty("step", out _))
            .Select(line => line.GetProperty("train_mse").GetDouble()).ToArray();
        Assert.Equal(5000, errors.Length);
        Assert.All(errors.Zip(errors.Skip(1)), pair => Assert.True(pair.Second <= pair.First * (1 + 1e-12)));
        Assert.Equal("", await DockerEngine.ContainersOfAsync(project));
    }

    [Fact]
    public async Task AgreesWithExactLeastSquaresOnAllCars()
    {
        engine.Require();
        var project = await template.NewProjectAsync();
        project.Set(("validation_share", "0"));

        (await project.TrainAsync()).Succeeded();

        AssertAgree(ExactLeastSquares.Of(project.At("data/cars.csv"), "mpg"), FittedLine.Read(project.Runs[^1]), digits: 6);
    }

    /// <summary>NIST Statistical Reference Datasets, linear regression, Norris: certified values.</summary>
    [Fact]
    public async Task AgreesWithTheCertifiedCoefficientsOfNorris()
    {
        engine.Require();
        var project = await template.NewProjectAsync();
        File.Copy(Path.Combine(AppContext.BaseDirectory, "data", "norris.csv"), project.At("data/cars.csv"), overwrite: true);
        project.Set(("target", "y"), ("validation_share", "0"), ("dtype", "float64"), ("epochs", "500"));

        (await project.TrainAsync()).Succeeded();

        var fitted = FittedLine.Read(project.Runs[^1]);
        AssertDigits(9, -0.262323073774029, fitted.Intercept);
        AssertDigits(9, 1.00211681802045, fitted.Coefficients["x"]);
    }

    [Fact]
    public async Task FailsWhereTheDataOrTheSettingsAreWrong()
    {
        engine.Require();
        // One project and one image for all of them.
        var project = await template.NewProjectAsync();
        var data = project.At("data/cars.csv");
        var good = await File.ReadAllTextAsync(data, Cancellation);
        var projectFile = await File.ReadAllTextAsync(project.File, Cancellation);

        project.Set(("target", "mgp"));
        var column = (await project.TrainAsync()).FailedWith("CT4103", "CT4001");
        Assert.Equal((data, 1), (column["CT4103"].File, column["CT4103"].Line));
        Assert.Contains("'mgp'", column["CT4103"].Text, StringComparison.Ordinal);
        Assert.Contains("'mpg'", column["CT4103"].Text, StringComparison.Ordinal);
        project.Write("App.csproj", projectFile);

        await File.WriteAllTextAsync(data, "mpg,weight\n18,3504\n15,heavy\n21,2600\n", Cancellation);
        var cell = (await project.TrainAsync()).FailedWith("CT4104", "CT4001");
        Assert.Equal((data, 3, 2), (cell["CT4104"].File, cell["CT4104"].Line, cell["CT4104"].Column));
        Assert.Contains("'heavy'", cell["CT4104"].Text, StringComparison.Ordinal);

        await File.WriteAllTextAsync(data, "", Cancellation);
        var empty = (await project.TrainAsync()).FailedWith("CT4102", "CT4001");
        Assert.Equal(data, empty["CT4102"].File);

        await File.WriteAllTextAsync(data, "mpg,weight\n18,\n,3500\n", Cancellation);
        var dropped = (await project.TrainAsync()).FailedWith("CT4105", "CT4001");
        Assert.Equal(data, dropped["CT4105"].File);

        // None of them is in the way of the next one.
        await File.WriteAllTextAsync(data, good, Cancellation);
        (await project.TrainAsync()).Succeeded();
        Assert.Equal(5, project.Runs.Length);
        Assert.All(project.Runs[..4], run => Assert.False(Directory.Exists(Path.Combine(run, "model"))));
        Assert.Equal("", await DockerEngine.ContainersOfAsync(project));
    }

    private static void AssertAgree(FittedLine exact, FittedLine fitted, int digits)
    {
        AssertDigits(digits, exact.Intercept, fitted.Intercept);
        Assert.Equal(exact.Coefficients.Keys.Order(StringComparer.Ordinal), fitted.Coefficients.Keys.Order(StringComparer.Ordinal));
        foreach (var (feature, coefficient) in exact.Coefficients)
            AssertDigits(digits, coefficient, fitted.Coefficients[feature]);
    }

    /// <summary>Significant digits in common: NIST's logarithm of the relative error.</summary>
    private static void AssertDigits(int digits, double certified, double seen)
    {
        var common = certified == seen ? 17 : -Math.Log10(Math.Abs(seen - certified) / Math.Abs(certified));
        Assert.True(common >= digits, $"{seen:R} agrees with {certified:R} to {common:0.0} digits, not {digits}");
    }
}
