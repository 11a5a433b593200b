using TorchSharp;
using static TorchSharp.torch;

namespace ContainerTrain.Runtime.Tests;

/// <summary>What the template's program does, without the program around it.</summary>
internal static class GradientDescent
{
    public static LinearEquation Fit(
        NumericTable rows, string target, string[] features, int epochs, double learningRate, int batchSize = 0, ScalarType dtype = ScalarType.Float64)
    {
        using var scope = NewDisposeScope();
        var (xScale, yScale) = (Standardizer.Fit(rows.Select(features)), Standardizer.Fit(rows.Select(target)));
        var x = xScale.Transform(rows.Select(features)).ToTensor(dtype);
        var y = yScale.Transform(rows.Select(target)).ToTensor(dtype).squeeze(1);
        using var batches = new TensorBatches(x, y, batchSize);
        using var model = new LinearRegression(features.Length, dtype, CPU);
        var guard = new DivergenceGuard(learningRate, x);
        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            guard.Check(epoch, model.TrainEpoch(batches, learningRate).MeanSquaredError);
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
