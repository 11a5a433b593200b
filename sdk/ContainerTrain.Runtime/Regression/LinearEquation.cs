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

    /// <summary>
    /// The significant digits that the intercepts and every pair of coefficients have in common with a reference, as NIST
    /// counts them: the least −log₁₀(|fitted − exact|/|exact|), from 0 to 17. Numbers below 1e-15 of the reference's largest
    /// term are compared with that, since they stand for zero.
    /// </summary>
    /// <param name="reference">An equation with the same features.</param>
    /// <param name="at">Rows that say how large a feature is, and so how much a coefficient matters.</param>
    public double DigitsInCommon(LinearEquation reference, NumericTable at)
    {
        var sizes = Features.Select(feature => Size(at[feature])).ToArray();
        var terms = reference.Coefficients.Zip(sizes, (w, size) => Math.Abs(w) * size).Append(Math.Abs(reference.Intercept)).ToArray();
        var zero = 1e-15 * terms.Max();
        var pairs = Coefficients.Zip(reference.Coefficients, sizes).Select(pair => (Fitted: pair.First * pair.Third, Exact: pair.Second * pair.Third))
            .Append((Intercept, reference.Intercept));
        return pairs.Min(pair => Digits(pair.Item1, pair.Item2));

        double Digits(double fitted, double exact)
        {
            var difference = Math.Abs(fitted - exact);
            return difference == 0 ? 17 : Math.Clamp(-Math.Log10(difference / Math.Max(Math.Abs(exact), zero)), 0, 17);
        }

        static double Size(ReadOnlySpan<double> values)
        {
            var largest = 0.0;
            foreach (var value in values)
            {
                largest = Math.Max(largest, Math.Abs(value));
            }

            return largest;
        }
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
