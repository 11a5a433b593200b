using TorchSharp;

namespace ContainerTrain.Runtime;

/// <summary>Linear regression in closed form: the answer that gradient descent approaches.</summary>
public static class LeastSquares
{
    /// <summary>The distance from 1 to the next double.</summary>
    private const double Epsilon = 2.220446049250313e-16;

    /// <summary>
    /// The equation with the least squared error on these rows, in float64 on the CPU. Columns are standardized first,
    /// which keeps digits that raw columns of different sizes would lose. Where columns depend on each other, it is the
    /// solution with the smallest standardized coefficients, which is also where gradient descent from zero ends.
    /// </summary>
    /// <param name="rows">Rows with the target and the features as columns.</param>
    /// <param name="target">The column to predict.</param>
    /// <param name="features">The columns to predict it from; at least one.</param>
    public static LinearEquation Fit(NumericTable rows, string target, params IReadOnlyList<string> features) => Fit(rows, target, features, intercept: true);

    /// <summary>As <see cref="Fit(NumericTable, string, IReadOnlyList{string})"/>, with or without an intercept.</summary>
    /// <param name="intercept">False for an equation through the origin, whose columns are scaled and not shifted.</param>
    public static LinearEquation Fit(NumericTable rows, string target, IReadOnlyList<string> features, bool intercept)
    {
        var (x, y) = (rows.Select(features), rows.Select(target));
        var (xScale, yScale) = (Standardizer.Fit(x, intercept), Standardizer.Fit(y, intercept));
        using var scope = torch.NewDisposeScope();
        // The target is the last column; a feature may have its name.
        var triangle = ReducedRows.Of(Standardizer.Fit(rows.Select([.. features, target]), intercept), rows);
        var solution = Solve(triangle, features.Count, rows.RowCount);
        return new LinearEquation(target, features, Intercept: 0, solution.data<double>().ToArray()).InOwnUnits(xScale, yScale);
    }

    /// <summary>
    /// The shortest w with the least |Xw − y|, by [X y] = QR and the singular values of X's part of R. Not by torch.linalg.lstsq:
    /// its default driver on the CPU takes the order of the columns from memory that nothing has written, so the last digits,
    /// and near dependent columns more than these, differ from run to run (https://github.com/pytorch/pytorch/issues/71222).
    /// </summary>
    private static torch.Tensor Solve(torch.Tensor triangle, int features, int rows)
    {
        var (r, qy) = (triangle.narrow(1, 0, features), triangle.select(1, features));
        var (u, s, vh) = torch.linalg.svd(r, fullMatrices: false);
        var negligible = s.max() * Math.Max(rows, features) * Epsilon;
        var inverse = torch.where(s > negligible, s.reciprocal(), torch.zeros_like(s));
        return vh.t().mv(inverse * u.t().mv(qy));
    }
}
