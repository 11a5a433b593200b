using TorchSharp;

namespace ContainerTrain.Runtime.Tests;

/// <summary>Norris, one of NIST's Statistical Reference Datasets: https://www.itl.nist.gov/div898/strd/lls/data/Norris.shtml</summary>
public sealed class Norris : NeedsTorch
{
    private const double Intercept = -0.262323073774029;
    private const double Slope = 1.00211681802045;
    private const double R2 = 0.999993745883712;
    private const double ResidualSumOfSquares = 26.6173985294224;

    private static readonly NumericTable Rows = CsvFile.Open(Path.Combine(AppContext.BaseDirectory, "data", "norris.csv")).ReadNumbers(["y", "x"]);

    [Fact]
    public void LeastSquaresGivesTheCertifiedValuesToTwelveDigits()
    {
        var exact = LeastSquares.Fit(Rows, "y", "x");
        var fit = RegressionMetrics.Of(exact, Rows);
        TestContext.Current.TestOutputHelper?.WriteLine($"{exact.Intercept:R} {exact.Coefficients[0]:R} {fit.R2:R} {fit.Rmse * fit.Rmse * fit.Rows:R}");

        Digits.Agree(12, Intercept, exact.Intercept);
        Digits.Agree(12, Slope, exact.Coefficients[0]);
        Digits.Agree(12, R2, fit.R2!.Value);
        Digits.Agree(12, ResidualSumOfSquares, fit.Rmse * fit.Rmse * fit.Rows);
    }

    [Fact]
    public void GradientDescentGivesTheCertifiedValuesToNineDigits()
    {
        var fitted = GradientDescent.Fit(Rows, "y", ["x"], epochs: 2000, learningRate: 0.1);
        TestContext.Current.TestOutputHelper?.WriteLine($"{fitted.Intercept:R} {fitted.Coefficients[0]:R}");

        Digits.Agree(9, Intercept, fitted.Intercept);
        Digits.Agree(9, Slope, fitted.Coefficients[0]);
    }

    [Fact]
    public void MinibatchesComeClose()
    {
        torch.manual_seed(42);
        var fitted = GradientDescent.Fit(Rows, "y", ["x"], epochs: 2000, learningRate: 0.001, batchSize: 5);

        Digits.Agree(3, Slope, fitted.Coefficients[0]);
    }
}
