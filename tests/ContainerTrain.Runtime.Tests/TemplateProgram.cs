using System.Diagnostics;
using System.Text.Json;
using System.Xml.Linq;
using TorchSharp;
using static TorchSharp.torch;

namespace ContainerTrain.Runtime.Tests;

/// <summary>The template's whole program, as a process of its own.</summary>
public sealed class TemplateProgram : NeedsTorch, IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TrainsOnTheCarsAsTheProjectFileSays()
    {
        CopyCars();
        var (exitCode, output, errors) = Run([.. ProjectHyperparameters()]);

        TestContext.Current.TestOutputHelper?.WriteLine(output);
        Assert.Equal((0, ""), (exitCode, errors));
        Assert.InRange(output.Split('\n').Count(line => line.StartsWith("epoch ", StringComparison.Ordinal)), 15, 25);
        Assert.Contains("\nmpg = -", output, StringComparison.Ordinal);

        var model = Model();
        Assert.Equal("mpg", model.GetProperty("target").GetString());
        Assert.Equal(6, model.GetProperty("features").GetArrayLength());
        Assert.Equal((314, 78), (model.GetProperty("train").GetProperty("rows").GetInt32(), model.GetProperty("validation").GetProperty("rows").GetInt32()));
        Assert.Equal(("float64", "cpu", 5000, 42), (model.GetProperty("dtype").GetString(), model.GetProperty("device").GetString(), model.GetProperty("epochs").GetInt32(), model.GetProperty("seed").GetInt32()));
        var csv = CsvFile.Open(_folder.Path("data/cars.csv"));
        var training = csv.ReadNumbers(csv.Columns).Split(0.2, 42).Training;
        var scaling = model.GetProperty("scaling");
        Assert.Equal(Standardizer.Fit(training.Select([.. csv.ColumnsExcept("mpg")])).Means, Doubles(scaling.GetProperty("features").GetProperty("means")));
        Assert.Equal(Standardizer.Fit(training.Select("mpg")).Scales[0], scaling.GetProperty("target").GetProperty("std").GetDouble());

        var exact = model.GetProperty("leastSquares");
        Digits.Agree(6, exact.GetProperty("intercept").GetDouble(), model.GetProperty("intercept").GetDouble());
        foreach (var (expected, actual) in Doubles(exact.GetProperty("coefficients")).Zip(Doubles(model.GetProperty("coefficients"))))
        {
            Digits.Agree(6, expected, actual);
        }

        var last = JsonDocument.Parse(File.ReadLines(_folder.Path("output/metrics.jsonl")).Last()).RootElement;
        Assert.Equal(5000, last.GetProperty("step").GetInt32());
        Digits.Agree(9, Math.Pow(model.GetProperty("train").GetProperty("rmse").GetDouble(), 2), last.GetProperty("train_mse").GetDouble());
        Digits.Agree(9, Math.Pow(model.GetProperty("validation").GetProperty("rmse").GetDouble(), 2), last.GetProperty("val_mse").GetDouble());
    }

    [Theory]
    [InlineData("float64", 1e-9)]
    [InlineData("float32", 1e-3)]
    public void SavesWeightsThatPredictTheSame(string dtype, double tolerance)
    {
        CopyCars();
        Assert.Equal(0, Run(("epochs", "50"), ("dtype", dtype)).ExitCode);

        using var scope = NewDisposeScope();
        using var linear = nn.Linear(6, 1, dtype: dtype == "float64" ? float64 : float32);
        linear.load(_folder.Path("output/model/weights.dat"));
        var model = Model();
        Assert.Equal(dtype, model.GetProperty("dtype").GetString());
        double[] car = [8, 307, 130, 3504, 12, 1970];
        var expected = model.GetProperty("intercept").GetDouble() + Doubles(model.GetProperty("coefficients")).Zip(car, (w, x) => w * x).Sum();
        Assert.Equal(expected, linear.forward(tensor(car).to(linear.weight!.dtype)).ToDouble(), tolerance);
    }

    [Fact]
    public void GivesTheSameBytesForTheSameSeed()
    {
        CopyCars();
        Run(("epochs", "20"), ("batch_size", "32"));
        var first = File.ReadAllBytes(_folder.Path("output/model/model.json"));
        Run(("epochs", "20"), ("batch_size", "32"));

        Assert.Equal(first, File.ReadAllBytes(_folder.Path("output/model/model.json")));
    }

    [Fact]
    public void DoesWithoutValidation()
    {
        CopyCars();
        var (exitCode, output, _) = Run(("epochs", "3"), ("validation_share", "0"), ("features", "weight, year"));

        Assert.Equal(0, exitCode);
        Assert.Contains("validation  no rows", output, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, Model().GetProperty("validation").ValueKind);
        Assert.Contains("\"val_mse\":null", File.ReadLines(_folder.Path("output/metrics.jsonl")).Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void ReportsProblemsOfTheHyperparameters()
    {
        CopyCars();
        var (exitCode, _, errors) = Run(("epochs", "none"), ("learning_rat", "1"), ("dtype", "int64"));

        Assert.Equal(65, exitCode);
        Assert.Equal(3, errors.Split('\n').Count(line => line.StartsWith("error CT4106: ", StringComparison.Ordinal)));
        Assert.Contains("'dtype' is 'int64'; it must be one of 'float64', 'float32'.", errors, StringComparison.Ordinal);
        Assert.Equal(3, JsonDocument.Parse(File.ReadAllText(_folder.Path("output/problems.json"))).RootElement.GetArrayLength());
    }

    [Fact]
    public void ReportsATargetAmongTheFeatures()
    {
        CopyCars();
        var (exitCode, _, errors) = Run(("features", "weight,mpg"));

        Assert.Equal(65, exitCode);
        Assert.StartsWith("error CT4106: Hyperparameter 'features' is 'weight,mpg'; it must be a list without the target, 'mpg'.", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void ReportsProblemsOfTheData()
    {
        var cars = _folder.Write("data/cars.csv", "mpg,weight\n1,2\n3,heavy\n");
        var (exitCode, _, errors) = Run();

        Assert.Equal(65, exitCode);
        Assert.StartsWith($"{cars}(3,2): error CT4104: ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void ReportsDivergence()
    {
        CopyCars();
        var (exitCode, _, errors) = Run(("learning_rate", "0.5"));

        Assert.Equal(65, exitCode);
        Assert.StartsWith("error CT4107: ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void SavesTheModelSoFarWhenItIsStopped()
    {
        CopyCars();
        using var process = Start(("epochs", "100000000"));
        var lines = new List<string>();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            lines.Add(line);
            if (line.StartsWith("epoch ", StringComparison.Ordinal))
            {
                using var kill = Process.Start("/bin/sh", ["-c", $"kill -TERM {process.Id}"]);
                kill.WaitForExit();
            }
        }

        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.Contains(lines, line => line.StartsWith("Stop requested: saving the model after epoch ", StringComparison.Ordinal));
        Assert.Equal(File.ReadLines(_folder.Path("output/metrics.jsonl")).Count(line => line.StartsWith("{\"step\"", StringComparison.Ordinal)), Model().GetProperty("epochs").GetInt32());
        Assert.True(File.Exists(_folder.Path("output/model/weights.dat")));
    }

    private static IEnumerable<(string Name, string Value)> ProjectHyperparameters() =>
        XDocument.Load(Path.Combine(AppContext.BaseDirectory, "data", "template.xml")).Descendants("TrainHyperparameter")
            .Select(item => ((string)item.Attribute("Include")!, (string)item.Attribute("Value")!));

    private static IEnumerable<double> Doubles(JsonElement array) => array.EnumerateArray().Select(element => element.GetDouble());

    private void CopyCars() => _folder.Write("data/cars.csv", File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "cars.csv")));

    private JsonElement Model() => JsonDocument.Parse(File.ReadAllText(_folder.Path("output/model/model.json"))).RootElement;

    private (int ExitCode, string Output, string Errors) Run(params (string Name, string Value)[] hyperparameters)
    {
        using var process = Start(hyperparameters);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }

    private Process Start(params (string Name, string Value)[] hyperparameters)
    {
        var dotnet = Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));
        var start = new ProcessStartInfo(dotnet, [Path.Combine(AppContext.BaseDirectory, "TemplateApp.dll")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        var json = JsonSerializer.Serialize(hyperparameters.ToDictionary(pair => pair.Name, pair => pair.Value));
        foreach (var (name, value) in _folder.Environment(("TRAIN_HP_FILE", _folder.Write("hyperparameters.json", json))))
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
