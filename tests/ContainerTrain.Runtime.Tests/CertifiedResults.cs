namespace ContainerTrain.Runtime.Tests;

/// <summary>
/// Linear regressions of NIST's Statistical Reference Datasets, https://www.itl.nist.gov/div898/strd/lls/lls.shtml, against
/// their certified values. Norris has a class of its own.
/// </summary>
public sealed class CertifiedResults : NeedsTorch
{
    /// <summary>What Wampler3, 4 and 5 add to the polynomial, times 1, 100 and 10,000: orthogonal to it, so that the answer stays.</summary>
    private static readonly double[] WamplerNoise =
        [759, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 1838, -2048, 2048, -2048, 1838, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 759];

    /// <summary>Higher difficulty: 6 features, two of them nearly the same.</summary>
    [Fact]
    public void OfLongleyAreMetToElevenDigits()
    {
        var rows = Read("longley.csv", "y", "x1", "x2", "x3", "x4", "x5", "x6");

        AssertDigits(11, LeastSquares.Fit(rows, "y", "x1", "x2", "x3", "x4", "x5", "x6"), -3482258.63459582,
            15.0618722713733, -0.358191792925910E-01, -2.02022980381683, -1.03322686717359, -0.511041056535807E-01, 1829.15146461355);
    }

    /// <summary>Higher difficulty: a polynomial of degree 10, with which many programs give up.</summary>
    [Fact]
    public void OfFilipAreMetToSevenDigits()
    {
        var rows = Powers(Read("filip.csv", "y", "x"), degree: 10);

        AssertDigits(7, LeastSquares.Fit(rows, "y", [.. rows.Columns.Skip(1)]), -1467.48961422980,
            -2772.17959193342, -2316.37108160893, -1127.97394098372, -354.478233703349, -75.1242017393757, -10.8753180355343,
            -1.06221498588947, -0.670191154593408E-01, -0.246781078275479E-02, -0.402962525080404E-04);
    }

    /// <summary>Wampler1, 3, 4 and 5: y = 1 + x + … + x⁵ at 0, 1, … 20, the last ones with noise that is far larger.</summary>
    [Theory]
    [InlineData(0, 9)]
    [InlineData(1, 9)]
    [InlineData(100, 9)]
    [InlineData(10_000, 7)]
    public void OfWamplersPolynomialsAreMet(double noise, int digits)
    {
        var rows = Powers(Wampler(x => 1 + x + Math.Pow(x, 2) + Math.Pow(x, 3) + Math.Pow(x, 4) + Math.Pow(x, 5), noise), degree: 5);

        AssertDigits(digits, LeastSquares.Fit(rows, "y", [.. rows.Columns.Skip(1)]), 1, 1, 1, 1, 1, 1);
    }

    [Fact]
    public void OfWampler2AreMetToElevenDigits()
    {
        var rows = Powers(Wampler(x => 1 + (0.1 * x) + (0.01 * Math.Pow(x, 2)) + (0.001 * Math.Pow(x, 3)) + (0.0001 * Math.Pow(x, 4)) + (0.00001 * Math.Pow(x, 5)), noise: 0), degree: 5);

        AssertDigits(11, LeastSquares.Fit(rows, "y", [.. rows.Columns.Skip(1)]), 1, 0.1, 0.01, 0.001, 0.0001, 0.00001);
    }

    /// <summary>NoInt1 and NoInt2, by both ways.</summary>
    [Theory]
    [InlineData(2.07438016528926, 60, 130, 11)]
    [InlineData(0.727272727272727, 4, 3, 3)]
    public void WithoutAnInterceptAreMetToThirteenDigits(double certified, int x, int y, int count)
    {
        // Of NoInt2 the last y is 4 and not 5.
        var rows = NumericTable.Of(("x", [.. Enumerable.Range(x, count)]), ("y", [.. Enumerable.Range(y, count).Select(value => value == 5 ? 4.0 : value)]));

        AssertDigits(13, LeastSquares.Fit(rows, "y", ["x"], intercept: false), 0, certified);
        AssertDigits(13, GradientDescent.Fit(rows, "y", ["x"], epochs: 100, intercept: false), 0, certified);
    }

    /// <summary>By gradient descent it takes long, and it is known beforehand how long.</summary>
    [Fact]
    public void OfLongleyAreReachedByGradientDescentInTheEpochsThatItsCurvatureSays()
    {
        var rows = Read("longley.csv", "y", "x1", "x2", "x3", "x4", "x5", "x6");
        string[] features = ["x1", "x2", "x3", "x4", "x5", "x6"];
        using var x = Standardizer.Fit(rows.Select(features)).ToTensor(rows);
        var curvature = Curvature.Of(x);
        var epochs = (int)(8 * curvature.EpochsPerDigit(curvature.FullBatchRate));
        var exact = LeastSquares.Fit(rows, "y", features);

        Assert.InRange(curvature.ConditionNumber, 1e4, 2e4);
        Assert.InRange(GradientDescent.Fit(rows, "y", features, epochs).DigitsInCommon(exact, rows), 5, 17);
        Assert.InRange(GradientDescent.Fit(rows, "y", features, epochs / 8).DigitsInCommon(exact, rows), 0, 2);
    }

    /// <summary>With the number of epochs that the template has by default, far too few for the coefficients, the predictions are good.</summary>
    [Fact]
    public void OfLongleyArePredictedWellLongBeforeTheCoefficientsAreRight()
    {
        string[] features = ["x1", "x2", "x3", "x4", "x5", "x6"];
        var rows = Read("longley.csv", "y", "x1", "x2", "x3", "x4", "x5", "x6");
        var fit = RegressionMetrics.Of(GradientDescent.Fit(rows, "y", features, epochs: 5000), rows);

        Assert.InRange(fit.R2!.Value, 0.98, 1);
    }

    private static NumericTable Read(string file, params string[] columns) =>
        CsvFile.Open(Path.Combine(AppContext.BaseDirectory, "data", file)).ReadNumbers(columns);

    private static NumericTable Wampler(Func<double, double> polynomial, double noise)
    {
        var x = Enumerable.Range(0, 21).Select(i => (double)i).ToArray();
        return NumericTable.Of(("y", [.. x.Zip(WamplerNoise, (at, one) => polynomial(at) + (noise * one))]), ("x", x));
    }

    /// <summary>y, x, x², … as columns.</summary>
    private static NumericTable Powers(NumericTable rows, int degree)
    {
        var x = rows["x"].ToArray();
        return NumericTable.Of([("y", rows["y"].ToArray()), .. Enumerable.Range(1, degree).Select(power => ($"x{power}", x.Select(value => Power(value, power)).ToArray()))]);

        static double Power(double value, int power) => power == 1 ? value : value * Power(value, power - 1);
    }

    private static void AssertDigits(int digits, LinearEquation fitted, double intercept, params double[] coefficients)
    {
        var all = fitted.Coefficients.Prepend(fitted.Intercept).Zip(coefficients.Prepend(intercept)).ToArray();
        var least = all.Min(pair => pair.First == pair.Second ? 17 : -Math.Log10(Math.Abs((pair.First - pair.Second) / pair.Second)));
        TestContext.Current.TestOutputHelper?.WriteLine($"{least:F1} digits: {fitted}");
        Assert.All(all, pair => Digits.Agree(digits, pair.Second, pair.First));
    }
}
