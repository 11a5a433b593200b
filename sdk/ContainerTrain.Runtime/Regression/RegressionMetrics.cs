namespace ContainerTrain.Runtime;

/// <summary>How well an equation fits rows of data.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Rmse">The root of the mean squared error, √(Σ(ŷ − y)²/n), in units of the target.</param>
/// <param name="R2">The share of the target's variance that the equation explains, 1 − Σ(ŷ − y)²/Σ(y − ȳ)²; null if the target does not vary.</param>
public sealed record RegressionMetrics(int Rows, double Rmse, double? R2)
{
    /// <summary>Evaluates an equation on rows that have its features and its target as columns.</summary>
    /// <exception cref="ArgumentException">There are no rows.</exception>
    public static RegressionMetrics Of(LinearEquation equation, NumericTable rows)
    {
        if (rows.RowCount == 0)
        {
            throw new ArgumentException("There are no rows to evaluate on.", nameof(rows));
        }

        var actual = rows[equation.Target];
        var mean = 0.0;
        foreach (var value in actual)
        {
            mean += value / actual.Length;
        }

        var (errors, spread) = (0.0, 0.0);
        foreach (var (row, predicted) in equation.Predict(rows).Index())
        {
            errors += (predicted - actual[row]) * (predicted - actual[row]);
            spread += (actual[row] - mean) * (actual[row] - mean);
        }

        var varies = actual.ContainsAnyExcept(actual[0]);
        return new RegressionMetrics(rows.RowCount, Math.Sqrt(errors / rows.RowCount), varies ? 1 - (errors / spread) : null);
    }
}
