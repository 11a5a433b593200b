namespace ContainerTrain.Runtime;

/// <summary>
/// What a program has to say about its result, beside the curve: final metrics, coefficients, predictions, notes. It is
/// written as <c>report.json</c> into the output directory when the run ends, however it ends, and becomes part of the
/// run's <c>report.html</c>. What is added again under the same name replaces what was there. Not for use from several
/// threads at once.
/// </summary>
public sealed class TrainingReport
{
    /// <summary>The most pairs of a set that are kept: enough to see a fit, and few enough for a page.</summary>
    public const int MaxPairs = 500;

    private readonly string _path;
    private readonly List<ReportMetric> _metrics = [];
    private readonly List<ReportCoefficient> _coefficients = [];
    private readonly List<ReportPredictions> _predictions = [];
    private readonly List<string> _notes = [];

    internal TrainingReport(string path)
    {
        _path = path;
        // A local run writes to the same folder each time, and may be killed before it gets to its own report.
        File.Delete(path);
    }

    /// <summary>What the program predicts, as the axes of the plot name it: <c>mpg</c>. Default: empty.</summary>
    public string Target { get; set; } = "";

    /// <summary>The unit of <see cref="Target"/>. Default: empty.</summary>
    public string TargetUnit { get; set; } = "";

    /// <summary>A figure that the run ends with.</summary>
    /// <param name="name">As in the curve, where it is there too: <c>val_rmse</c>.</param>
    /// <param name="value">NaN and infinities are shown as "not finite".</param>
    /// <param name="unit">Default: none.</param>
    public void AddMetric(string name, double value, string unit = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Put(_metrics, metric => metric.Name == name, new ReportMetric(name, Finite(value), unit));
    }

    /// <summary>A parameter that people read, such as a coefficient of a linear model.</summary>
    /// <param name="name">The name of its feature, or <c>intercept</c>.</param>
    /// <param name="fitted">What the training found.</param>
    /// <param name="exact">What is known to be right, such as the least-squares solution in closed form; null if nothing is.</param>
    /// <param name="unit">Default: none.</param>
    public void AddCoefficient(string name, double fitted, double? exact = null, string unit = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Put(_coefficients, coefficient => coefficient.Name == name,
            new ReportCoefficient(name, Finite(fitted), exact is { } value ? Finite(value) : null, unit));
    }

    /// <summary>The intercept and the coefficients of a line, and its target.</summary>
    /// <param name="fitted">What the training found.</param>
    /// <param name="exact">The least-squares line for the same rows and features, or null.</param>
    /// <exception cref="ArgumentException">The lines have different numbers of features.</exception>
    public void AddEquation(LinearEquation fitted, LinearEquation? exact = null)
    {
        if (exact is not null && exact.Coefficients.Count != fitted.Coefficients.Count)
        {
            throw new ArgumentException($"It has {exact.Coefficients.Count} features, the fitted line {fitted.Coefficients.Count}.", nameof(exact));
        }

        Target = fitted.Target;
        AddCoefficient("intercept", fitted.Intercept, exact?.Intercept);
        foreach (var (i, feature) in fitted.Features.Index())
        {
            AddCoefficient(feature, fitted.Coefficients[i], exact?.Coefficients[i]);
        }
    }

    /// <summary>
    /// What the model predicts beside what is so. Of more than <see cref="MaxPairs"/> rows, that many at even distances are kept.
    /// </summary>
    /// <param name="set">Which rows they are: <c>training</c>, <c>validation</c>.</param>
    /// <param name="actual">The targets, one per row.</param>
    /// <param name="predicted">As many predictions.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void AddPredictions(string set, ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted)
    {
        ArgumentException.ThrowIfNullOrEmpty(set);
        if (actual.Length != predicted.Length)
        {
            throw new ArgumentException($"There are {actual.Length} targets and {predicted.Length} predictions.", nameof(predicted));
        }

        var count = Math.Min(actual.Length, MaxPairs);
        var (some, guesses) = (new double?[count], new double?[count]);
        for (var i = 0; i < count; i++)
        {
            var row = (int)((long)i * actual.Length / count);
            (some[i], guesses[i]) = (Finite(actual[row]), Finite(predicted[row]));
        }

        Put(_predictions, predictions => predictions.Set == set, new ReportPredictions(set, actual.Length, some, guesses));
    }

    /// <summary>A sentence that the reader of the numbers has to know: <c>Stopped before convergence: the columns are nearly collinear.</c></summary>
    public void AddNote(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        _notes.Add(text);
    }

    /// <summary>Writes the file in one step, if there is anything to write.</summary>
    /// <exception cref="IOException">It cannot be written; an earlier file is unchanged.</exception>
    internal void Write()
    {
        if (_metrics.Count + _coefficients.Count + _predictions.Count + _notes.Count == 0)
        {
            return;
        }

        var document = new ReportDocument(ReportDocument.CurrentSchema, Target, TargetUnit, _metrics, _coefficients, _predictions, _notes);
        var temporary = _path + ".new";
        try
        {
            File.WriteAllText(temporary, ReportJson.Write(document));
            File.Move(temporary, _path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>JSON has no NaN and no infinity.</summary>
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static void Put<T>(List<T> list, Predicate<T> isSame, T item)
    {
        var index = list.FindIndex(isSame);
        if (index < 0)
        {
            list.Add(item);
        }
        else
        {
            list[index] = item;
        }
    }
}
