using TorchSharp;
using static TorchSharp.torch;

namespace ContainerTrain.Benchmarks.Training;

/// <summary>100,352 rows of 64 standardized features and a target that follows from them, float32.</summary>
internal sealed class Problem : IDisposable
{
    /// <summary>98 minibatches and nothing left over: of a shorter last step the template takes a share, and SGD all.</summary>
    public const int Rows = 98 * 1024;
    public const int Features = 64;

    public Problem()
    {
        manual_seed(1);
        X = randn(Rows, Features);
        using var noise = randn(Rows);
        using var w = randn(Features);
        Y = X.mv(w).add_(noise).DetachFromDisposeScope();
    }

    public Tensor X { get; }

    public Tensor Y { get; }

    /// <exception cref="InvalidOperationException">Weights differ by more than the rounding of float32 explains.</exception>
    public static void AssertSame(string what, Tensor one, Tensor other)
    {
        using var scope = NewDisposeScope();
        var difference = (one - other).abs().max().ToDouble();
        if (!(difference < 1e-4 * (1 + other.abs().max().ToDouble())))
        {
            throw new InvalidOperationException($"{what}: the weights differ by {difference}.");
        }
    }

    public void Dispose()
    {
        X.Dispose();
        Y.Dispose();
    }
}
