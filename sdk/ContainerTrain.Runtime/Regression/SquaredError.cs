using TorchSharp;

namespace ContainerTrain.Runtime;

/// <summary>What the steps of an epoch found.</summary>
/// <param name="MeanSquaredError">Σ(ŷ − y)²/n over the rows of the epoch, each seen before its step moved the parameters.</param>
/// <param name="Slope">The largest element, in size, of the mean gradient over the same rows: 0 at the least-squares answer.</param>
public readonly record struct EpochError(double MeanSquaredError, double Slope);

/// <summary>
/// The mean squared error of a linear model, Σ(Xw + b − y)²/n, and its gradient, with X read once: on the CPU in a loop
/// over rows (about the time that reading X takes), elsewhere with torch's operations. No step waits for a number to come
/// back from the device.
/// </summary>
/// <remarks>
/// On the CPU sums are made over blocks of a fixed number of rows, and the blocks' sums are added in float64 in the order
/// of the rows: the result is the same to the last bit with any number of threads.
/// </remarks>
public sealed class SquaredError : IDisposable
{
    private readonly torch.Tensor _parameters;
    private readonly long _features;
    private readonly IErrorPass _pass;
    private readonly torch.Tensor _gradients;
    private long _rows;

    /// <summary>For a model whose parameters are one vector.</summary>
    /// <param name="parameters">The coefficients, followed by the intercept if the model has one: of shape (features) or (features + 1), float32 or float64. They stay their owner's.</param>
    /// <param name="features">The number of features.</param>
    /// <exception cref="ArgumentException">The parameters have another shape or type.</exception>
    public SquaredError(torch.Tensor parameters, long features)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        if (parameters.dim() != 1 || parameters.shape[0] - features is not (0 or 1) || !parameters.is_contiguous()
            || parameters.dtype is not (torch.ScalarType.Float32 or torch.ScalarType.Float64))
        {
            throw new ArgumentException($"The parameters must be a vector of {features} or {features + 1} elements, float32 or float64; they are ({string.Join(", ", parameters.shape)}), {parameters.dtype}.", nameof(parameters));
        }

        (_parameters, _features) = (parameters, features);
        Gradient = torch.zeros_like(parameters).DetachFromDisposeScope();
        _gradients = torch.zeros(parameters.shape, torch.float64, parameters.device).DetachFromDisposeScope();
        _pass = (parameters.device_type, parameters.dtype) switch
        {
            (DeviceType.CPU, torch.ScalarType.Float32) => new RowPass<float>((int)features),
            (DeviceType.CPU, _) => new RowPass<double>((int)features),
            _ => new TorchPass(features, parameters.device),
        };
    }

    /// <summary>∂MSE/∂θ = 2/n·[Xᵀr, Σr] of the rows evaluated last, in the shape of the parameters. Owned by this object, which overwrites it.</summary>
    public torch.Tensor Gradient { get; }

    /// <summary>Evaluates the error and its gradient at the parameters as they are now.</summary>
    /// <param name="x">Features, of shape (rows, features), contiguous, of the parameters' type and device.</param>
    /// <param name="y">Targets, of shape (rows).</param>
    /// <exception cref="ArgumentException">A tensor has another shape, type or device.</exception>
    public void Evaluate(torch.Tensor x, torch.Tensor y)
    {
        Check(x, y);
        _pass.Evaluate(x, y, _parameters, Gradient);
        _rows += y.size(0);
        using Scalar rows = y.size(0);
        _gradients.add_(Gradient, alpha: rows);
    }

    /// <summary>The means over all rows that were evaluated since the last call; NaN if there were none.</summary>
    public EpochError TakeMean()
    {
        using var scope = torch.NewDisposeScope();
        var mean = new EpochError(_pass.TakeSquares() / _rows, _gradients.abs().max().ToDouble() / _rows);
        _gradients.zero_();
        _rows = 0;
        return mean;
    }

    /// <summary>Frees the gradient; the parameters are left alone.</summary>
    public void Dispose()
    {
        _pass.Dispose();
        _gradients.Dispose();
        Gradient.Dispose();
    }

    private void Check(torch.Tensor x, torch.Tensor y)
    {
        if (x.dim() != 2 || x.size(1) != _features || y.dim() != 1 || y.size(0) != x.size(0) || x.size(0) == 0)
        {
            throw new ArgumentException($"x must be of shape (rows, {_features}) and y of shape (rows); they are ({string.Join(", ", x.shape)}) and ({string.Join(", ", y.shape)}).", nameof(x));
        }

        if (x.dtype != _parameters.dtype || y.dtype != _parameters.dtype || x.device_type != _parameters.device_type || y.device_type != _parameters.device_type)
        {
            throw new ArgumentException($"x and y must be {_parameters.dtype} on {_parameters.device}, as the parameters are; they are {x.dtype} on {x.device} and {y.dtype} on {y.device}.", nameof(x));
        }
    }
}

/// <summary>One way to evaluate the error.</summary>
internal interface IErrorPass : IDisposable
{
    /// <summary>Sets the gradient of the mean squared error, and remembers Σr².</summary>
    void Evaluate(torch.Tensor x, torch.Tensor y, torch.Tensor parameters, torch.Tensor gradient);

    /// <summary>Σr² since the last call.</summary>
    double TakeSquares();
}
