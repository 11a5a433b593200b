using TorchSharp;
using static TorchSharp.torch;

namespace ContainerTrain.Runtime.Tests;

/// <summary>The template's model on the template's data.</summary>
public sealed class Cars : NeedsTorch
{
    private static readonly NumericTable Rows = ReadCars();

    private static readonly string[] Features = [.. Rows.Columns.Where(column => column != "mpg")];

    [Fact]
    public void GradientDescentAgreesWithLeastSquaresToSixDigits()
    {
        var exact = LeastSquares.Fit(Rows, "mpg", Features);
        var fitted = GradientDescent.Fit(Rows, "mpg", Features, epochs: 5000, learningRate: 0.1);
        TestContext.Current.TestOutputHelper?.WriteLine($"{exact}\n{fitted}");

        Digits.Agree(6, exact.Intercept, fitted.Intercept);
        foreach (var (expected, actual) in exact.Coefficients.Zip(fitted.Coefficients))
        {
            Digits.Agree(6, expected, actual);
        }
    }

    [Fact]
    public void SinglePrecisionAgreesToThreeDigits()
    {
        var exact = LeastSquares.Fit(Rows, "mpg", Features);
        var fitted = GradientDescent.Fit(Rows, "mpg", Features, epochs: 5000, learningRate: 0.1, dtype: float32);

        Digits.Agree(3, exact.Intercept, fitted.Intercept);
        Digits.Agree(3, exact.Coefficients[^1], fitted.Coefficients[^1]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void AnEpochReturnsTheErrorItBeganWith(int batchSize)
    {
        using var scope = NewDisposeScope();
        var (x, y) = (randn(20, 3, float64), randn(20, float64));
        using var batches = new TensorBatches(x, y, batchSize);
        using var model = new LinearRegression(3, intercept: true, float64, CPU);

        // With a rate this small every minibatch sees the same model.
        Assert.Equal(model.MeanSquaredError(x, y), model.TrainEpoch(batches, 1e-12).MeanSquaredError, 1e-9);
    }

    [Fact]
    public void TheSameSeedGivesTheSameMinibatches()
    {
        Assert.Equal(Fit(1).Coefficients, Fit(1).Coefficients);
        Assert.NotEqual(Fit(1).Coefficients, Fit(2).Coefficients);

        static LinearEquation Fit(long seed)
        {
            manual_seed(seed);
            return GradientDescent.Fit(Rows, "mpg", Features, epochs: 3, learningRate: 0.01, batchSize: 50);
        }
    }

    [Fact]
    public void DependentColumnsHaveTheAnswerThatGradientDescentFinds()
    {
        var twice = NumericTable.Of(("y", Rows["mpg"].ToArray()), ("a", Rows["weight"].ToArray()), ("b", [.. Rows["weight"].ToArray().Select(x => 2 * x)]), ("c", [.. Rows["year"].ToArray().Select(_ => 7.0)]));
        var exact = LeastSquares.Fit(twice, "y", "a", "b", "c");
        var fitted = GradientDescent.Fit(twice, "y", ["a", "b", "c"], epochs: 2000, learningRate: 0.1);

        Digits.Agree(9, exact.Coefficients[0], fitted.Coefficients[0]);
        Digits.Agree(9, exact.Coefficients[1], fitted.Coefficients[1]);
        Assert.Equal(0, exact.Coefficients[2], 1e-12);
    }

    private static NumericTable ReadCars()
    {
        var csv = CsvFile.Open(Path.Combine(AppContext.BaseDirectory, "data", "cars.csv"));
        return csv.ReadNumbers(csv.Columns);
    }
}
