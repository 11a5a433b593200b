using TorchSharp;

namespace ContainerTrain.Runtime;

/// <summary>
/// How the mean squared error of a linear model curves: the eigenvalues of its Hessian, 2·XᵀX/n, where X includes the
/// column of ones that an intercept stands for. They say which learning rates are stable and how fast a descent can be.
/// </summary>
public sealed class Curvature
{
    private const long BlockRows = 1 << 16;

    private readonly double _longestRow;

    private Curvature(long rows, double largest, double smallest, double longestRow)
    {
        RowCount = rows;
        Largest = largest;
        Smallest = smallest;
        _longestRow = longestRow;
    }

    /// <summary>The rows that it was computed from.</summary>
    public long RowCount { get; }

    /// <summary>The largest eigenvalue, L.</summary>
    public double Largest { get; }

    /// <summary>
    /// The smallest eigenvalue that is not zero up to rounding, μ. Along eigenvectors of zero, which dependent columns have,
    /// there is no gradient: a descent from zero never moves there.
    /// </summary>
    public double Smallest { get; }

    /// <summary>L/μ: a descent at <see cref="FullBatchRate"/> needs about as many epochs for the distance from the answer to fall to a third.</summary>
    public double ConditionNumber => Largest == 0 ? 1 : Largest / Smallest;

    /// <summary>
    /// 2/L. A step multiplies the distance from the answer along an eigenvector by 1 − ηλ, and all of these are below 1 in
    /// size for η &lt; 2/L. Infinite where there is no curvature at all.
    /// </summary>
    public double LargestStableRate => 2 / Largest;

    /// <summary>
    /// 1/L, the constant rate for steps that take all rows: Y. Nesterov, <i>Introductory Lectures on Convex Optimization</i>
    /// (2004), section 2.1.5; S. Boyd and L. Vandenberghe, <i>Convex Optimization</i> (2004), section 9.3.1. The direction that
    /// curves most arrives in one step, none swings back and forth, and the error falls whatever μ is. With 2/(L + μ) the
    /// slowest direction needs half as many epochs; but the fastest then needs as many as the slowest, and what is left of
    /// the error where features are nearly dependent is nearly all of it.
    /// </summary>
    public double FullBatchRate => Largest == 0 ? 1 : 1 / Largest;

    /// <summary>From the features a model is trained on, in float64 on their device.</summary>
    /// <param name="features">Of shape (rows, features), with one row or more.</param>
    /// <param name="hasIntercept">Whether the model has one.</param>
    public static Curvature Of(torch.Tensor features, bool hasIntercept = true)
    {
        ArgumentNullException.ThrowIfNull(features);
        using var scope = torch.NewDisposeScope();
        var (rows, width) = (features.size(0), features.size(1) + (hasIntercept ? 1 : 0));
        var moments = torch.zeros(width, width, torch.float64, features.device);
        var longest = torch.zeros(1, torch.float64, features.device);
        for (var first = 0L; first < rows; first += BlockRows)
        {
            using var block = torch.NewDisposeScope();
            var x = features.narrow(0, first, Math.Min(BlockRows, rows - first)).to(torch.float64);
            x = hasIntercept ? torch.cat([x, torch.ones(x.size(0), 1, torch.float64, x.device)], dim: 1) : x;
            moments.add_(x.t().mm(x));
            longest.copy_(torch.maximum(longest, x.square().sum(1).max()));
        }

        var eigenvalues = torch.linalg.eigvalsh(moments.mul_(2.0 / rows).cpu()).data<double>().ToArray();
        // Squaring X costs half of the digits: what is below this is rounding.
        var negligible = eigenvalues[^1] * Math.Max(rows, width) * 2.3e-16;
        return new Curvature(rows, Math.Max(0, eigenvalues[^1]), eigenvalues.FirstOrDefault(value => value > negligible), longest.ToDouble());
    }

    /// <summary>
    /// The constant rate that is safe with so many rows per step, however they are drawn: <see cref="FullBatchRate"/> for all of
    /// them, else 1/(2𝓛) with the expected smoothness 𝓛 = n(b−1)/(b(n−1))·L + (n−b)/(b(n−1))·Lmax and Lmax = 2·max|xᵢ|²,
    /// of R. M. Gower and others, <i>SGD: General Analysis and Improved Rates</i> (2019), theorem 3.1 and proposition 3.8,
    /// https://arxiv.org/abs/1901.09401.
    /// </summary>
    /// <param name="batchSize">b.</param>
    public double RateFor(long batchSize)
    {
        if (batchSize >= RowCount || Largest == 0)
        {
            return FullBatchRate;
        }

        var (n, b) = ((double)RowCount, (double)batchSize);
        var smoothness = ((n * (b - 1) * Largest) + ((n - b) * 2 * _longestRow)) / (b * (n - 1));
        return 1 / (2 * smoothness);
    }

    /// <summary>
    /// How many epochs of full-batch descent bring one more decimal digit, for the direction that is slowest: −1/log₁₀ρ with
    /// ρ the larger of |1 − ηL| and |1 − ημ|. Infinite for rates that are not stable.
    /// </summary>
    public double EpochsPerDigit(double learningRate)
    {
        var factor = Math.Max(Math.Abs(1 - (learningRate * Largest)), Math.Abs(1 - (learningRate * Smallest)));
        return factor >= 1 ? double.PositiveInfinity : -1 / Math.Log10(factor);
    }
}
