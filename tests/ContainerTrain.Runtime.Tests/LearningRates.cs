using CsCheck;
using TorchSharp;
using static TorchSharp.torch;

namespace ContainerTrain.Runtime.Tests;

public sealed class LearningRates : NeedsTorch
{
    [Theory]
    [InlineData("0.5", 0.5)]
    [InlineData("1e-3", 0.001)]
    public void AreNumbers(string text, double expected)
    {
        var rate = LearningRate.Parse(text, null);
        using var x = ones(2, 1, float64);
        using var y = ones(2, float64);
        using var batches = new TensorBatches(x, y);

        Assert.False(rate.IsAuto);
        Assert.Equal(expected, rate.For(Curvature.Of(x), batches));
        Assert.Equal(rate, LearningRate.Parse(rate.ToString(), null));
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("Auto")]
    public void OrAuto(string text)
    {
        Assert.True(LearningRate.Parse(text, null).IsAuto);
        Assert.Equal("auto", default(LearningRate).ToString());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("infinity")]
    [InlineData("fast")]
    [InlineData("")]
    public void AreNothingElse(string text) => Assert.False(LearningRate.TryParse(text, null, out _));

    [Fact]
    public void AreHyperparameters()
    {
        Assert.True(Bind("auto").LearningRate.IsAuto);
        Assert.Equal(LearningRate.Parse("0.25", null), Bind("0.25").LearningRate);
        Assert.Equal(
            "Hyperparameter 'learning_rate' is 'fast'; it must be auto or a number above 0. Set it with <TrainHyperparameter Include=\"learning_rate\" Value=\"auto\" />.",
            Assert.Single(Problems.Of(() => Bind("fast"))).Message);

        static Knobs Bind(string text) => new Hyperparameters([KeyValuePair.Create("learning_rate", text)]).Bind<Knobs>();
    }

    /// <summary>X = [2 1; 0 1]: the Hessian 2·XᵀX/2 = [4 2; 2 2] has the eigenvalues 3 ± √5.</summary>
    [Fact]
    public void OfFullBatchesComeFromTheLargestEigenvalue()
    {
        using var x = tensor(new double[,] { { 2 }, { 0 } });
        var curvature = Curvature.Of(x);

        Assert.Equal(3 + Math.Sqrt(5), curvature.Largest, 1e-13);
        Assert.Equal(3 - Math.Sqrt(5), curvature.Smallest, 1e-13);
        Assert.Equal(1 / (3 + Math.Sqrt(5)), curvature.RateFor(2), 1e-14);
        Assert.Equal((3 + Math.Sqrt(5)) / (3 - Math.Sqrt(5)), curvature.ConditionNumber, 1e-12);
    }

    /// <summary>With one row per step, what counts is the longest row: 1/(2·2·max|x|²).</summary>
    [Fact]
    public void OfSingleRowsComeFromTheLongestRow()
    {
        using var x = tensor(new double[,] { { 2 }, { 0 }, { 1 } });

        Assert.Equal(1.0 / (2 * 2 * 5), Curvature.Of(x).RateFor(1), 1e-14);
    }

    /// <summary>
    /// Two features differ by a thousandth, and the answer lies where the error curves most: a rate that serves the direction
    /// that curves least would swing about it for a million epochs.
    /// </summary>
    [Fact]
    public void ChosenByTheDataDescendWhateverTheData() =>
        Gen.Select(Gen.Int[2, 30], Gen.Int[1, 6], Gen.Int[1, 40], Gen.Int[0, 1000]).Sample((rows, features, batchSize, seed) =>
        {
            using var scope = NewDisposeScope();
            manual_seed(seed);
            var x = randn(rows, features, float64) * 3;
            x = features == 1 ? x : cat([x.narrow(1, 0, features - 1), x.narrow(1, 0, 1) + (randn(rows, 1, float64) * 0.003)], dim: 1);
            var withOnes = cat([x, ones(rows, 1, float64)], dim: 1);
            var y = withOnes.mv(linalg.svd(withOnes, fullMatrices: false).Vh[0]);
            using var batches = new TensorBatches(x, y, batchSize);
            using var model = new LinearRegression(features, intercept: true, float64, CPU);
            var rate = Curvature.Of(x).RateFor(batches.BatchSize);
            var before = model.MeanSquaredError(x, y);
            for (var epoch = 0; epoch < 50; epoch++)
            {
                model.TrainEpoch(batches, rate);
            }

            Assert.InRange(model.MeanSquaredError(x, y), 0, before * 0.05);
        }, iter: 100, threads: 1);

    /// <summary>One digit for each so many epochs, measured along the way to the answer.</summary>
    [Fact]
    public void SayHowManyEpochsADigitTakes()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var (x, y) = (randn(100, 4, float64).mul(tensor(new double[] { 1, 2, 0.5, 3 })), randn(100, float64));
        var curvature = Curvature.Of(x);
        using var batches = new TensorBatches(x, y);
        using var model = new LinearRegression(4, intercept: true, float64, CPU);
        var rate = curvature.FullBatchRate;
        var perDigit = (int)Math.Round(curvature.EpochsPerDigit(rate));
        for (var epoch = 0; epoch < 3 * perDigit; epoch++)
        {
            model.TrainEpoch(batches, rate);
        }

        var slope = model.TrainEpoch(batches, rate).Slope;
        for (var epoch = 1; epoch < 4 * perDigit; epoch++)
        {
            model.TrainEpoch(batches, rate);
        }

        Assert.InRange(Math.Log10(slope / model.TrainEpoch(batches, rate).Slope), 3.8, 4.4);
        Assert.Equal(double.PositiveInfinity, curvature.EpochsPerDigit(curvature.LargestStableRate * 1.01));
    }

    /// <summary>One row is left over of 1,001: a rate that is safe for it alone would make every other step as small.</summary>
    [Fact]
    public void FitWholeBatchesWhateverIsLeftOver()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var x = randn(1001, 3, float64);
        var y = x.sum(1) + 2;
        using var batches = new TensorBatches(x, y, 1000);
        using var model = new LinearRegression(3, intercept: true, float64, CPU);
        var curvature = Curvature.Of(x);
        var rate = default(LearningRate).For(curvature, batches);
        for (var epoch = 0; epoch < 40; epoch++)
        {
            model.TrainEpoch(batches, rate);
        }

        Assert.Equal(1, batches.SmallestBatchSize);
        Assert.Equal(curvature.RateFor(1000), rate);
        Assert.InRange(model.MeanSquaredError(x, y), 0, 1e-12);
    }

    /// <summary>2 and 1 of 3 equal rows, with gradient 2(w − 1): from 0 to 0.2, then by half of 0.1·2·0.8.</summary>
    [Fact]
    public void AreForTheLastRowsTheirShareOfABatch()
    {
        using var scope = NewDisposeScope();
        var (x, y) = (ones(3, 1, float64), ones(3, float64));
        using var batches = new TensorBatches(x, y, 2);
        using var model = new LinearRegression(1, intercept: false, float64, CPU);
        model.TrainEpoch(batches, 0.1);

        Assert.Equal(0.28, model.Parameters[0].ToDouble(), 1e-14);
    }

    [Fact]
    public void AreFiniteWithoutAnyCurvature()
    {
        using var x = zeros(3, 2, float64);

        Assert.Equal(1, Curvature.Of(x, hasIntercept: false).RateFor(3));
        Assert.Equal(1, Curvature.Of(x, hasIntercept: false).RateFor(1));
    }

    [Fact]
    public void IgnoreDirectionsWithoutCurvature()
    {
        using var scope = NewDisposeScope();
        var x = randn(50, 1, float64);
        var twice = Curvature.Of(cat([x, x * 2], dim: 1), hasIntercept: false);

        Assert.Equal(1, twice.ConditionNumber, 1e-9);
    }

    private sealed record Knobs
    {
        public LearningRate LearningRate { get; init; }
    }
}
