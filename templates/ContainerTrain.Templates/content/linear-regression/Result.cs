using System.Text.Json;
using ContainerTrain.Runtime;
using TorchSharp;

/// <summary>What the training found, in the data's own units, beside the exact least-squares answer for the same rows.</summary>
internal sealed record Result(LinearEquation Fitted, LinearEquation Exact, NumericTable Training, NumericTable Validation)
{
    private const int ExpectedDigits = 6;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private RegressionMetrics TrainFit => RegressionMetrics.Of(Fitted, Training);

    private RegressionMetrics? ValidationFit => Validation.RowCount > 0 ? RegressionMetrics.Of(Fitted, Validation) : null;

    /// <summary>What there is to say where gradient descent has not arrived at the exact answer; else null.</summary>
    public string? Note(Curvature curvature, double learningRate)
    {
        var digits = Fitted.DigitsInCommon(Exact, Training);
        var perDigit = curvature.EpochsPerDigit(learningRate);
        return digits >= ExpectedDigits ? null
            : $"Gradient descent has {digits:0.0} digits in common with the exact least-squares answer, which is beside it. "
            + $"The features' condition number is {curvature.ConditionNumber:G3}: with learning rate {learningRate:G3}, full-batch descent in float64 takes {perDigit:N0} epochs for each digit more.";
    }

    public void Print()
    {
        var width = Math.Max("intercept".Length, Fitted.Features.Max(feature => feature.Length));
        Console.WriteLine();
        Console.WriteLine($"{"".PadRight(width)}  {"gradient descent",20}  {"least squares",20}  relative difference");
        PrintRow("intercept", Fitted.Intercept, Exact.Intercept);
        foreach (var (i, feature) in Fitted.Features.Index())
        {
            PrintRow(feature, Fitted.Coefficients[i], Exact.Coefficients[i]);
        }

        Console.WriteLine();
        PrintFit("training", TrainFit);
        PrintFit("validation", ValidationFit);
        Console.WriteLine();
        Console.WriteLine(Fitted);

        void PrintRow(string name, double fitted, double exact)
        {
            var difference = fitted == exact ? 0 : Math.Abs(fitted - exact) / Math.Abs(exact);
            Console.WriteLine($"{name.PadRight(width)}  {fitted,20:G12}  {exact,20:G12}  {difference,19:0.0E+0}");
        }

        static void PrintFit(string rows, RegressionMetrics? fit) =>
            Console.WriteLine(fit is null ? $"{rows,-10}  no rows" : $"{rows,-10}  RMSE {fit.Rmse:G6}   R² {fit.R2:G6}   {fit.Rows} rows");
    }

    /// <summary>Hands the numbers of the run's report.html in.</summary>
    public void AddTo(TrainingReport report)
    {
        report.AddEquation(Fitted, Exact);
        Add("training", "train", Training, TrainFit);
        if (ValidationFit is { } fit)
        {
            Add("validation", "val", Validation, fit);
        }

        void Add(string set, string prefix, NumericTable rows, RegressionMetrics fit)
        {
            report.AddMetric($"{prefix}_rmse", fit.Rmse);
            if (fit.R2 is { } r2)
            {
                report.AddMetric($"{prefix}_r2", r2);
            }

            report.AddPredictions(set, rows[Fitted.Target], Fitted.Predict(rows));
        }
    }

    /// <summary>Writes model.json and weights.dat; README.md says what is in them.</summary>
    public void Save(TrainingRun run, Standardizer xScale, Standardizer yScale, int epochs, double learningRate, torch.ScalarType dtype)
    {
        var model = new
        {
            Fitted.Target,
            Fitted.Features,
            Fitted.Intercept,
            Fitted.Coefficients,
            Scaling = new
            {
                Features = new { xScale.Means, Stds = xScale.Scales },
                Target = new { Mean = yScale.Means[0], Std = yScale.Scales[0] },
            },
            Train = TrainFit,
            Validation = ValidationFit,
            LeastSquares = new { Exact.Intercept, Exact.Coefficients },
            Dtype = dtype.ToString().ToLowerInvariant(),
            Device = run.Device.ToString(),
            Epochs = epochs,
            LearningRate = learningRate,
            run.Seed,
        };
        File.WriteAllText(Path.Combine(run.ModelDirectory, "model.json"), JsonSerializer.Serialize(model, Json));

        using var linear = torch.nn.Linear(Fitted.Features.Count, 1, dtype: dtype);
        CopyTo(linear);
        linear.save(Path.Combine(run.ModelDirectory, "weights.dat"));
        Console.WriteLine($"Saved model/model.json and model/weights.dat in the folder of the run, {run.RunId}.");
    }

    /// <summary>torch's own module for the same line: it takes features in their own units.</summary>
    private void CopyTo(TorchSharp.Modules.Linear linear)
    {
        using var noGradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        linear.weight!.copy_(torch.tensor(Fitted.Coefficients.ToArray()).unsqueeze(0));
        linear.bias!.copy_(torch.tensor(Fitted.Intercept));
    }
}
