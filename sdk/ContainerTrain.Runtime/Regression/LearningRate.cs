using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ContainerTrain.Runtime;

/// <summary>A learning rate as a hyperparameter: a number, or <c>auto</c>, which is also the default value.</summary>
[Description("auto or a number above 0")]
public readonly record struct LearningRate : IParsable<LearningRate>
{
    private const string AutoText = "auto";

    private readonly double? _given;

    private LearningRate(double given) => _given = given;

    /// <summary>Whether the data decides.</summary>
    public bool IsAuto => _given is null;

    /// <summary>The rate that was given, or the one that fits the data: <see cref="Curvature.RateFor"/>.</summary>
    /// <param name="curvature">Of the features that the model is trained on.</param>
    /// <param name="batches">What the steps go through. A last step with fewer rows counts as its share of a whole one, and has no say.</param>
    public double For(Curvature curvature, TensorBatches batches)
    {
        ArgumentNullException.ThrowIfNull(curvature);
        ArgumentNullException.ThrowIfNull(batches);
        return _given ?? curvature.RateFor(batches.BatchSize);
    }

    /// <inheritdoc/>
    public static LearningRate Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var result) ? result : throw new FormatException($"'{s}' is neither auto nor a number above 0.");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out LearningRate result)
    {
        result = default;
        if (string.Equals(s, AutoText, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (double.TryParse(s, NumberStyles.Float, provider ?? CultureInfo.InvariantCulture, out var value) && value > 0 && double.IsFinite(value))
        {
            result = new LearningRate(value);
            return true;
        }

        return false;
    }

    /// <summary>As it is written in a project file.</summary>
    public override string ToString() => _given?.ToString(CultureInfo.InvariantCulture) ?? AutoText;
}
