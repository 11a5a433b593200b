using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace ContainerTrain.Runtime;

/// <summary>What System.ComponentModel.DataAnnotations' attributes allow, in the words of a message.</summary>
internal static class HyperparameterRules
{
    /// <summary>Whether a rule allows one value, or one element of a list.</summary>
    public static bool Allows(ValidationAttribute rule, object? value) => rule switch
    {
        RangeAttribute range => InRange(range, value),
        AllowedValuesAttribute allowed => allowed.Values.Any(one => Equals(HyperparameterText.Show(one), HyperparameterText.Show(value))),
        DeniedValuesAttribute denied => !denied.Values.Any(one => Equals(HyperparameterText.Show(one), HyperparameterText.Show(value))),
        MinLengthAttribute or MaxLengthAttribute or LengthAttribute when value is not string => true,
        RequiredAttribute => value is not "",
        _ => rule.IsValid(value),
    };

    /// <summary>Whether a rule allows a list of so many elements.</summary>
    public static bool AllowsCount(ValidationAttribute rule, int count) => rule switch
    {
        MinLengthAttribute min => count >= min.Length,
        MaxLengthAttribute max => count <= max.Length,
        LengthAttribute both => count >= both.MinimumLength && count <= both.MaximumLength,
        RequiredAttribute => count > 0,
        _ => true,
    };

    /// <summary>What a type and its rules allow; ends the sentence "it must be …".</summary>
    public static string Allowed(Type type, bool isList, IReadOnlyCollection<ValidationAttribute> rules)
    {
        var values = rules.OfType<AllowedValuesAttribute>().FirstOrDefault();
        var one = values is not null ? $"one of {Wording.List(values.Values.Select(HyperparameterText.Show))}"
            : rules.OfType<RangeAttribute>().FirstOrDefault() is { } range ? InWords(type, range)
            : HyperparameterText.Allowed(type);
        var others = string.Concat(rules.Select(Other).Where(text => text.Length > 0).Select(text => ", " + text));
        return isList ? $"a list with commas, each element {one}{others}" : one + others;
    }

    /// <summary>
    /// Compared here and not by the attribute, which converts the value to the type its limits are written in: 1.4 would be
    /// within <c>[Range(0, 1)]</c>, as the whole number 1.
    /// </summary>
    private static bool InRange(RangeAttribute range, object? value)
    {
        var number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        var (min, max) = Limits(range);
        return (range.MinimumIsExclusive ? number > min : number >= min) && (range.MaximumIsExclusive ? number < max : number <= max);
    }

    private static (double Min, double Max) Limits(RangeAttribute range) =>
        (Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture), Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture));

    private static string InWords(Type type, RangeAttribute range)
    {
        var (min, max) = Limits(range);
        var noun = type == typeof(double) ? "a number" : "a whole number";
        var comma = type == typeof(double) ? "" : ",";
        var hasMin = min > double.MinValue && !(min <= int.MinValue && type == typeof(int)) && !(min <= long.MinValue && type == typeof(long));
        var hasMax = max < double.MaxValue && !(max >= int.MaxValue && type == typeof(int)) && !(max >= long.MaxValue && type == typeof(long));
        var low = range.MinimumIsExclusive ? $"above {HyperparameterText.Show(range.Minimum)}" : $"{HyperparameterText.Show(range.Minimum)} or more";
        var high = range.MaximumIsExclusive ? $"below {HyperparameterText.Show(range.Maximum)}" : $"{HyperparameterText.Show(range.Maximum)} or less";
        return (hasMin, hasMax) switch
        {
            (true, true) when !range.MinimumIsExclusive && !range.MaximumIsExclusive =>
                $"{noun} from {HyperparameterText.Show(range.Minimum)} to {HyperparameterText.Show(range.Maximum)}",
            (true, true) => $"{noun}{comma} {low} and {high}",
            (true, false) => $"{noun}{comma} {low}",
            (false, true) => $"{noun}{comma} {high}",
            _ => HyperparameterText.Allowed(type),
        };
    }

    private static string Other(ValidationAttribute rule) => rule switch
    {
        RangeAttribute or AllowedValuesAttribute => "",
        RequiredAttribute => "not empty",
        DeniedValuesAttribute denied => $"none of {Wording.List(denied.Values.Select(HyperparameterText.Show))}",
        MinLengthAttribute min => $"at least {min.Length} long",
        MaxLengthAttribute max => $"at most {max.Length} long",
        LengthAttribute both => $"from {both.MinimumLength} to {both.MaximumLength} long",
        StringLengthAttribute text => $"from {text.MinimumLength} to {text.MaximumLength} characters long",
        RegularExpressionAttribute pattern => $"text that matches {pattern.Pattern}",
        _ => rule.ErrorMessage ?? $"accepted by {rule.GetType().Name}",
    };
}
