using ContainerTrain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

/// <summary>ŷ = Xw + b, fitted by gradient descent on the mean squared error. Starts at zero.</summary>
internal sealed class LinearRegression(int features, ScalarType dtype, Device device)
{
    private readonly Tensor _w = zeros(features, dtype, device);
    private readonly Tensor _b = zeros(1, dtype, device);

    /// <summary>One pass over the rows: a single step, or one for each minibatch of shuffled rows.</summary>
    /// <param name="x">Features, of shape (rows, features).</param>
    /// <param name="y">Targets, of shape (rows).</param>
    /// <param name="learningRate">η.</param>
    /// <param name="batchSize">Rows per step; 0 for all of them.</param>
    /// <returns>The mean squared error over the rows, as each step found it before it moved.</returns>
    public double TrainEpoch(Tensor x, Tensor y, double learningRate, int batchSize)
    {
        using var scope = NewDisposeScope();
        var rows = x.shape[0];
        if (batchSize == 0 || batchSize >= rows)
        {
            return Step(x, y, learningRate).ToDouble() / rows;
        }

        // Shuffling once and stepping through views costs a small part of what a DataLoader does.
        var order = randperm(rows, device: device);
        var (shuffledX, shuffledY) = (x.index_select(0, order), y.index_select(0, order));
        var squaredErrors = zeros(1, x.dtype, device);
        for (var first = 0L; first < rows; first += batchSize)
        {
            var length = Math.Min(batchSize, rows - first);
            squaredErrors.add_(Step(shuffledX.narrow(0, first, length), shuffledY.narrow(0, first, length), learningRate));
        }

        return squaredErrors.ToDouble() / rows;
    }

    /// <summary>Σ(ŷ − y)²/n; NaN without rows.</summary>
    public double MeanSquaredError(Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        return Residuals(x, y).square().mean().ToDouble();
    }

    /// <summary>The fitted line, in the units of the tensors it was trained on.</summary>
    public LinearEquation Equation(string target, IReadOnlyList<string> names)
    {
        using var scope = NewDisposeScope();
        return new LinearEquation(target, names, _b.ToDouble(), [.. _w.to(float64).cpu().data<double>()]);
    }

    /// <summary>w := w − η·∂MSE/∂w with ∂MSE/∂w = 2/n·Xᵀ(Xw + b − y), and b likewise. Returns Σ(ŷ − y)² from before.</summary>
    private Tensor Step(Tensor x, Tensor y, double learningRate)
    {
        var residuals = Residuals(x, y);
        var rate = learningRate * 2 / x.shape[0];
        _w.sub_(x.t().mv(residuals).mul_(rate));
        _b.sub_(residuals.sum().mul_(rate));
        return residuals.dot(residuals);
    }

    private Tensor Residuals(Tensor x, Tensor y) => x.mv(_w).add_(_b).sub_(y);
}
