using TorchSharp;
using static TorchSharp.torch;

namespace ContainerTrain.Runtime.Tests;

/// <summary>What the template's program does, without the program around it.</summary>
internal static class GradientDescent
{
    /// <param name="learningRate">Null for the one that fits the data.</param>
    public static LinearEquation Fit(
        NumericTable rows, string target, string[] features, int epochs, double? learningRate = null, int batchSize = 0, ScalarType dtype = ScalarType.Float64, bool intercept = true)
    {
        using var scope = NewDisposeScope();
        var (xScale, yScale) = (Standardizer.Fit(rows.Select(features), intercept), Standardizer.Fit(rows.Select(target), intercept));
        var x = xScale.ToTensor(rows, dtype);
        var y = yScale.ToTensor(rows, dtype).squeeze(1);
        using var batches = new TensorBatches(x, y, batchSize);
        using var model = new LinearRegression(features.Length, intercept, dtype, CPU);
        var curvature = Curvature.Of(x, intercept);
        var rate = learningRate ?? curvature.RateFor(batches.BatchSize);
        var guard = new DivergenceGuard(rate, curvature);
        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            guard.Check(epoch, model.TrainEpoch(batches, rate).MeanSquaredError);
        }

        return model.Equation(target, features).InOwnUnits(xScale, yScale);
    }
}

internal static class Digits
{
    /// <summary>The relative difference is below half a unit of the given significant digit.</summary>
    public static void Agree(int digits, double expected, double actual) =>
        Assert.True(
            Math.Abs(actual - expected) <= 0.5 * Math.Pow(10, 1 - digits) * Math.Abs(expected),
            $"{actual:R} agrees with {expected:R} to {-Math.Log10(Math.Abs((actual - expected) / expected)):F1} digits, not {digits}");
}
