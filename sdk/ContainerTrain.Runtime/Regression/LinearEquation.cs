using System.Globalization;
using System.Text;

namespace ContainerTrain.Runtime;

/// <summary>target = intercept + Σ coefficient · feature.</summary>
/// <param name="Target">The name of the column it predicts.</param>
/// <param name="Features">The names of the columns it predicts from.</param>
/// <param name="Intercept">In units of the target.</param>
/// <param name="Coefficients">In units of the target per unit of the feature, in the order of <paramref name="Features"/>.</param>
public sealed record LinearEquation(string Target, IReadOnlyList<string> Features, double Intercept, IReadOnlyList<double> Coefficients)
{
    /// <summary>One prediction for each row of a table that has the features as columns.</summary>
    public double[] Predict(NumericTable table)
    {
        var predictions = new double[table.RowCount];
        Array.Fill(predictions, Intercept);
        foreach (var (feature, coefficient) in Features.Zip(Coefficients))
        {
            var values = table[feature];
            for (var row = 0; row < predictions.Length; row++)
            {
                predictions[row] += coefficient * values[row];
            }
        }

        return predictions;
    }

    /// <summary>
    /// The same line in the data's own units, if this one was fitted to standardized features and a standardized target:
    /// with y = μy + σy·y' and x' = (x − μ)/σ, a coefficient becomes w·σy/σ and the intercept μy + σy·b − Σ w·σy/σ·μ.
    /// </summary>
    /// <param name="features">What standardized the features, in the order of <see cref="Features"/>.</param>
    /// <param name="target">What standardized the target.</param>
    public LinearEquation InOwnUnits(Standardizer features, Standardizer target)
    {
        var coefficients = Coefficients.Select((w, i) => w * target.Scales[0] / features.Scales[i]).ToArray();
        var atMeans = coefficients.Zip(features.Means, (w, mean) => w * mean).Sum();
        return this with
        {
            Intercept = target.Means[0] + (target.Scales[0] * Intercept) - atMeans,
            Coefficients = coefficients,
        };
    }

    /// <summary><c>mpg = -14.535 + 0.0076788·displacement - 0.00039·horsepower</c>, with five significant digits.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Target} = {Intercept:G5}");
        foreach (var (feature, coefficient) in Features.Zip(Coefficients))
        {
            text.Append(CultureInfo.InvariantCulture, $" {(coefficient < 0 ? '-' : '+')} {Math.Abs(coefficient):G5}·{feature}");
        }

        return text.ToString();
    }
}
