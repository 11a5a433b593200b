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
    private readonly List<(string Name, string Value)> _variables = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TrainsOnTheCarsAsTheProjectFileSays()
    {
        CopyCars();
        var (exitCode, output, errors) = Run([.. ProjectHyperparameters()]);

        TestContext.Current.TestOutputHelper?.WriteLine(output);
        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Contains("\nepoch 5000/5000   train_mse ", output, StringComparison.Ordinal);
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
        var (exitCode, lines) = StopAfterFirstEpoch(("epochs", "100000000"));

        Assert.Equal(TrainingProgram.StoppedResumable, exitCode);
        Assert.Contains(lines, line => line.StartsWith("Stop requested: saving the model after epoch ", StringComparison.Ordinal));
        Assert.Equal(LoggedEpochs().Last(), Model().GetProperty("epochs").GetInt64());
        Assert.True(File.Exists(_folder.Path("output/model/weights.dat")));
    }

    [Theory]
    [InlineData(0, "float64")]
    [InlineData(50, "float32")]
    public void GoesOnAfterAStopToTheSameBits(int batchSize, string dtype)
    {
        CopyCars();
        (string, string)[] knobs = [("epochs", "30000"), ("batch_size", $"{batchSize}"), ("dtype", dtype), ("learning_rate", "0.001")];
        Assert.Equal(0, Run(knobs).ExitCode);
        var whole = File.ReadAllBytes(_folder.Path("output/model/model.json"));
        Directory.Delete(_folder.Path("output"), recursive: true);

        Assert.Equal(TrainingProgram.StoppedResumable, StopAfterFirstEpoch(knobs).ExitCode);
        var stopped = LoggedEpochs().Last();
        Directory.Move(_folder.Path("output"), _folder.Path("stopped"));
        _variables.Add(("TRAIN_RESUME_FROM", _folder.Path("stopped/checkpoints")));
        var (exitCode, _, errors) = Run(knobs);

        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Equal(stopped + 1, LoggedEpochs().First());
        Assert.Equal(whole, File.ReadAllBytes(_folder.Path("output/model/model.json")));
    }

    [Fact]
    public void EndsWhereTheGradientIsBelowTheTolerance()
    {
        CopyCars();
        var (exitCode, output, _) = Run(("tolerance", "1e-9"));

        Assert.Equal(0, exitCode);
        Assert.Contains("Converged: no element of the gradient is above 1E-09 in epoch ", output, StringComparison.Ordinal);
        Assert.InRange(Model().GetProperty("epochs").GetInt32(), 100, 4900);
        Assert.Equal(LoggedEpochs().Last(), Model().GetProperty("epochs").GetInt64());
        Assert.Equal(LoggedEpochs().Last(), Assert.Single(new CheckpointStore(_folder.Path("output/checkpoints")).List()).Manifest!.Epoch);
        Digits.Agree(7, Model().GetProperty("leastSquares").GetProperty("intercept").GetDouble(), Model().GetProperty("intercept").GetDouble());
    }

    [Fact]
    public void KnowsItsEpochsWhereNoneIsLeftToTrain()
    {
        CopyCars();
        Assert.Equal(0, Run(("epochs", "20")).ExitCode);
        Directory.Move(_folder.Path("output"), _folder.Path("before"));
        _variables.Add(("TRAIN_RESUME_FROM", _folder.Path("before/checkpoints")));

        Assert.Equal((0, ""), Run(("epochs", "20")) is var (exitCode, _, errors) ? (exitCode, errors) : default);
        Assert.Equal(File.ReadAllBytes(_folder.Path("before/model/model.json")), File.ReadAllBytes(_folder.Path("output/model/model.json")));
    }

    [Fact]
    public void GoesThroughTheOriginWithoutAnIntercept()
    {
        _folder.Write("data/points.csv", "x,y\n4,3\n5,4\n6,4\n");
        var (exitCode, output, _) = Run(("target", "y"), ("intercept", "false"), ("validation_share", "0"));

        Assert.Equal(0, exitCode);
        Assert.Contains("\ny = 0 + 0.72727·x\n", output, StringComparison.Ordinal);
        Assert.Equal(0, Model().GetProperty("intercept").GetDouble());
    }

    [Fact]
    public void WarnsOfColumnsThatSayNothingAndTrains()
    {
        var data = _folder.Write("data/points.csv", "y,a,twice,c\n1,1,2,7\n3,4,8,7\n2,2,4,7\n6,8,16,7\n");
        var (exitCode, _, errors) = Run(("target", "y"), ("validation_share", "0"));

        Assert.Equal(0, exitCode);
        Assert.StartsWith($"{data}: warning CT4130: Feature 'c' is 7 in all 4 rows for training;", errors, StringComparison.Ordinal);
        Assert.Contains($"\n{data}: warning CT4131: Feature 'twice' says nothing that others do not: twice = 0 + 2·a. ", errors, StringComparison.Ordinal);
        Assert.All(Doubles(Model().GetProperty("coefficients")), value => Assert.True(double.IsFinite(value)));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("y")]
    public void NamesTheColumnWhoseSquaresAreBeyondFloat64(string column)
    {
        _folder.Write("data/points.csv", column == "x" ? "x,y\n1,2\n1e200,3\n3,5\n" : "x,y\n1,2\n2,1e200\n3,5\n");
        var (exitCode, _, errors) = Run(("target", "y"), ("validation_share", "0"));

        Assert.Equal(65, exitCode);
        Assert.Contains($"error CT4132: Column '{column}' holds 1E+200; ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("CT4107", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void SaysHowFarItIsFromTheExactAnswer()
    {
        CopyCars();
        var (_, output, _) = Run(("epochs", "30"));
        var note = Assert.Single(output.Split('\n'), line => line.StartsWith("Gradient descent has ", StringComparison.Ordinal));

        Assert.Matches(@"has [0-5]\.[0-9] digits in common .* takes [0-9,]+ epochs for each digit more\.", note);
        var report = JsonDocument.Parse(File.ReadAllText(_folder.Path("output/report.json"))).RootElement;
        Assert.Equal(note, Assert.Single(report.GetProperty("notes").EnumerateArray()).GetString());
        Assert.Equal(7, report.GetProperty("coefficients").GetArrayLength());
        Assert.Equal(["training", "validation"], report.GetProperty("predictions").EnumerateArray().Select(set => set.GetProperty("set").GetString()));
    }

    private static IEnumerable<(string Name, string Value)> ProjectHyperparameters() =>
        XDocument.Load(Path.Combine(AppContext.BaseDirectory, "data", "template.xml")).Descendants("TrainHyperparameter")
            .Select(item => ((string)item.Attribute("Include")!, (string)item.Attribute("Value")!));

    private static IEnumerable<double> Doubles(JsonElement array) => array.EnumerateArray().Select(element => element.GetDouble());

    private void CopyCars() => _folder.Write("data/cars.csv", File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "cars.csv")));

    private JsonElement Model() => JsonDocument.Parse(File.ReadAllText(_folder.Path("output/model/model.json"))).RootElement;

    /// <summary>The epochs of the metrics file, after the line that says what it is.</summary>
    private IEnumerable<long> LoggedEpochs() =>
        File.ReadLines(_folder.Path("output/metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.TryGetProperty("train_mse", out _)).Select(line => line.GetProperty("step").GetInt64());

    private (int ExitCode, List<string> Lines) StopAfterFirstEpoch(params (string Name, string Value)[] hyperparameters)
    {
        using var process = Start(hyperparameters);
        var errors = process.StandardError.ReadToEndAsync();
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
        Assert.Equal("", errors.GetAwaiter().GetResult());
        return (process.ExitCode, lines);
    }

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
        foreach (var (name, value) in _folder.Environment([.. _variables, ("TRAIN_HP_FILE", _folder.Write("hyperparameters.json", json))]))
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
