using System.Globalization;
using TorchSharp;

namespace ContainerTrain.Runtime;

/// <summary>
/// Finds features whose coefficients say nothing: columns that do not vary, and columns that others determine. Training
/// goes on with them, and ends at finite numbers; but of infinitely many coefficients that fit alike it finds one set.
/// </summary>
public static class FeatureChecks
{
    /// <summary>
    /// The part of a column that the columns before it leave unexplained, below which it counts as determined by them. The
    /// rounding of standardized columns is some 1e-14 where their means are a hundred times their spread.
    /// </summary>
    private const double Negligible = 1e-11;

    /// <summary>A term below this share of a column's spread is rounding.</summary>
    private const double NegligibleTerm = 1e-8;

    /// <summary>A problem for each such feature, for <c>run.Warn</c>: CT4130 where it does not vary, CT4131 where those before it determine it.</summary>
    /// <param name="training">The rows that the model learns from.</param>
    /// <param name="features">Columns of the table.</param>
    /// <param name="intercept">Whether the model has one. Without it, a column of equal values other than 0 is as good as any.</param>
    /// <param name="file">The file that the problems point to, or null.</param>
    public static IReadOnlyList<TrainingProblem> Check(NumericTable training, IReadOnlyList<string> features, bool intercept = true, string? file = null)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(features);
        var constant = features.Where(feature => !Varies(training[feature], intercept)).ToArray();
        var (independent, dependent) = Divide(training, [.. features.Where(feature => !constant.Contains(feature))], intercept);
        return
        [
            .. constant.Select(feature => Problem(ProblemCodes.ConstantFeature, string.Create(CultureInfo.InvariantCulture,
                $"Feature {Wording.Quote(feature)} is {training[feature][0]} in all {training.RowCount} rows for training; its coefficient stays 0, whatever it is in other rows. Leave it out of the features."))),
            .. dependent.Select(feature => Problem(ProblemCodes.DependentFeature,
                $"Feature {Wording.Quote(feature)} says nothing that others do not: {InTermsOf(training, feature, independent, intercept)}. Infinitely many coefficients fit these rows alike; "
                + "the training finds the smallest, by standardized features. Leave one of them out.")),
        ];

        TrainingProblem Problem(string code, string message) => new(code, message, file);
    }

    private static bool Varies(ReadOnlySpan<double> values, bool intercept) => values.ContainsAnyExcept(intercept ? values[0] : 0);

    /// <summary>Gram–Schmidt, twice for each column as rounding asks for, on the triangle that stands for the rows.</summary>
    private static (List<string> Independent, List<string> Dependent) Divide(NumericTable training, string[] features, bool intercept)
    {
        var (independent, dependent) = (new List<string>(), new List<string>());
        if (features.Length == 0)
        {
            return (independent, dependent);
        }

        using var scope = torch.NewDisposeScope();
        var columns = ReducedRows.Of(Standardizer.Fit(training.Select(features), intercept), training);
        var basis = new List<torch.Tensor>();
        foreach (var (i, feature) in features.Index())
        {
            var column = columns.select(1, i);
            var left = column / column.norm();
            foreach (var direction in basis.Concat(basis))
            {
                left -= direction * direction.dot(left);
            }

            var length = left.norm().ToDouble();
            if (length > Negligible)
            {
                basis.Add(left / length);
                independent.Add(feature);
            }
            else
            {
                dependent.Add(feature);
            }
        }

        return (independent, dependent);
    }

    private static LinearEquation InTermsOf(NumericTable training, string feature, List<string> others, bool intercept)
    {
        if (others.Count == 0)
        {
            // A spread so small that its squares are zero.
            return new LinearEquation(feature, [], training[feature][0], []);
        }

        var equation = LeastSquares.Fit(training, feature, others, intercept);
        var scale = Standardizer.Fit(training.Select([feature, .. others]), intercept).Scales;
        var terms = equation.Coefficients.Index().Where(term => Math.Abs(term.Item) * scale[term.Index + 1] > NegligibleTerm * scale[0]).ToArray();
        var atMeans = Math.Abs(equation.Intercept) < NegligibleTerm * scale[0] ? 0 : equation.Intercept;
        return new LinearEquation(feature, [.. terms.Select(term => others[term.Index])], atMeans, [.. terms.Select(term => term.Item)]);
    }
}
