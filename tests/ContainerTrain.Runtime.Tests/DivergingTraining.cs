using static TorchSharp.torch;

namespace ContainerTrain.Runtime.Tests;

public sealed class DivergingTraining : NeedsTorch
{
    private static readonly NumericTable Rows = CsvFile.Open(Path.Combine(AppContext.BaseDirectory, "data", "cars.csv")).ReadNumbers(["mpg", "weight", "horsepower", "year"]);

    [Fact]
    public void FailsWithCT4107AndTheLargestStableLearningRate()
    {
        var problem = Assert.Single(Problems.Of(() => Fit(learningRate: 3)));

        Assert.Equal("CT4107", problem.Code);
        Assert.Matches("The loss is .* in epoch [0-9] with learning rate 3; it was 1 at first. .* below a learning rate of 0.4[0-9]+, .* Value=\"0\\.[34][0-9]?\" />, or let the data decide with Value=\"auto\".", problem.Message);
    }

    [Theory]
    [InlineData(0.999, false)]
    [InlineData(1.01, true)]
    public void BeginsAtTheLargestStableLearningRate(double factor, bool diverges)
    {
        using var scope = NewDisposeScope();
        var x = Standardizer.Fit(Rows.Select("weight", "horsepower", "year")).Transform(Rows.Select("weight", "horsepower", "year")).ToTensor();
        var stable = Curvature.Of(x).LargestStableRate;

        Assert.Equal(diverges, Record.Exception(() => Fit(stable * factor)) is TrainingException);
    }

    [Fact]
    public void CountsTheInterceptAmongTheFeatures()
    {
        using var scope = NewDisposeScope();

        // X = [2 1; 0 1]: XᵀX/2 = [2 1; 1 1], with eigenvalues (3 ± √5)/2.
        Assert.Equal(2 / (3 + Math.Sqrt(5)), Curvature.Of(tensor(new double[,] { { 2 }, { 0 } })).LargestStableRate, 1e-14);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void IsFoundInTheFirstEpoch(double loss)
    {
        using var x = ones(2, 1, float64);
        var problem = Assert.Single(Problems.Of(() => new DivergenceGuard(0.1, Curvature.Of(x)).Check(1, loss)));

        Assert.Contains("in epoch 1 with learning rate 0.1", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void IsNotAPerfectFitFromTheStart()
    {
        using var x = ones(2, 1, float64);
        var guard = new DivergenceGuard(0.1, Curvature.Of(x));

        guard.Check(1, 0);
        guard.Check(2, 1e-32);
    }

    private static LinearEquation Fit(double learningRate) =>
        GradientDescent.Fit(Rows, "mpg", ["weight", "horsepower", "year"], epochs: 3000, learningRate);
}
