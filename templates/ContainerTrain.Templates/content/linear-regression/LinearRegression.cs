using ContainerTrain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

/// <summary>ŷ = Xw + b, or Xw without an intercept, fitted by gradient descent on the mean squared error. Starts at zero.</summary>
internal sealed class LinearRegression : IDisposable
{
    private readonly int _features;
    private readonly SquaredError _error;

    public LinearRegression(int features, bool intercept, ScalarType dtype, Device device)
    {
        _features = features;
        Parameters = zeros(intercept ? features + 1 : features, dtype, device);
        _error = new SquaredError(Parameters, features);
    }

    /// <summary>w and, last, b if there is one: all that training changes.</summary>
    public Tensor Parameters { get; }

    /// <summary>
    /// One pass over the rows: a step θ := θ − η·∂MSE/∂θ for each batch. A last batch with fewer rows moves θ by their share
    /// of a whole batch only, so that every row counts alike and a few of them need no smaller η.
    /// </summary>
    public EpochError TrainEpoch(TensorBatches batches, double learningRate)
    {
        using Scalar step = -learningRate;
        using Scalar lastStep = -learningRate * batches.SmallestBatchSize / batches.BatchSize;
        foreach (var (x, y) in batches.Shuffled())
        {
            _error.Evaluate(x, y);
            Parameters.add_(_error.Gradient, alpha: x.size(0) < batches.BatchSize ? lastStep : step);
        }

        return _error.TakeMean();
    }

    /// <summary>Σ(ŷ − y)²/n; NaN without rows.</summary>
    public double MeanSquaredError(Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        return x.mv(Parameters[.._features]).add_(Parameters[_features..].sum()).sub_(y).square().mean().ToDouble();
    }

    /// <summary>The fitted line, in the units of the tensors it was trained on.</summary>
    public LinearEquation Equation(string target, IReadOnlyList<string> names)
    {
        using var scope = NewDisposeScope();
        var values = Parameters.to(float64).cpu().data<double>().ToArray();
        return new LinearEquation(target, names, values[_features..].Sum(), values[.._features]);
    }

    public void Dispose()
    {
        _error.Dispose();
        Parameters.Dispose();
    }
}
