using TorchSharp;

namespace ContainerTrain.Runtime;

/// <summary>The squared error by torch's operations: for every device, with X read twice.</summary>
internal sealed class TorchPass(long features, torch.Device device) : IErrorPass
{
    private readonly torch.Tensor _squares = torch.zeros(1, torch.float64, device).DetachFromDisposeScope();

    public void Evaluate(torch.Tensor x, torch.Tensor y, torch.Tensor parameters, torch.Tensor gradient)
    {
        using var scope = torch.NewDisposeScope();
        var hasIntercept = parameters.shape[0] > features;
        var residuals = x.mv(parameters.narrow(0, 0, features)).sub_(y);
        if (hasIntercept)
        {
            residuals.add_(parameters.narrow(0, features, 1));
            gradient.narrow(0, features, 1).copy_(residuals.sum());
        }

        gradient.narrow(0, 0, features).copy_(x.t().mv(residuals));
        gradient.mul_(2.0 / x.size(0));
        _squares.add_(residuals.dot(residuals));
    }

    public double TakeSquares()
    {
        using var scope = torch.NewDisposeScope();
        var squares = _squares.ToDouble();
        _squares.zero_();
        return squares;
    }

    public void Dispose() => _squares.Dispose();
}
