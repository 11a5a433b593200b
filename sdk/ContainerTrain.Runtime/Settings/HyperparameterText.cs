using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace ContainerTrain.Runtime;

/// <summary>Values of hyperparameters as text: what a type allows, and how it is written.</summary>
internal static class HyperparameterText
{
    /// <summary>Whether one word of text can be of this type.</summary>
    public static bool IsScalar(Type type) =>
        type == typeof(string) || type == typeof(bool) || type == typeof(int) || type == typeof(long) || type == typeof(double) || type.IsEnum || IsParsable(type);

    /// <summary>The value that the text stands for, or null if it stands for none of this type.</summary>
    public static object? Parse(Type type, string text) => type switch
    {
        _ when type == typeof(string) => text,
        _ when type == typeof(bool) => bool.TryParse(text, out var value) ? value : null,
        _ when type == typeof(int) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null,
        _ when type == typeof(long) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null,
        _ when type == typeof(double) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null,
        _ when type.IsEnum => ParseEnum(type, text),
        _ => typeof(HyperparameterText).GetMethod(nameof(ParseAs), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, [text]),
    };

    /// <summary>What is allowed where nothing but the type limits it; ends the sentence "it must be …".</summary>
    public static string Allowed(Type type) => type switch
    {
        _ when type == typeof(string) => "text",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(int) || type == typeof(long) => "a whole number",
        _ when type == typeof(double) => "a number such as 0.5 or 1e-3",
        _ when type.IsEnum => $"one of {Wording.List(EnumNames(type))}",
        _ => type.GetCustomAttribute<DescriptionAttribute>()!.Description,
    };

    /// <summary>A value as it is written in a project file.</summary>
    public static string Show(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        Enum name => Name(name.ToString()),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        string text => text,
        System.Collections.IEnumerable list => string.Join(",", list.Cast<object?>().Select(Show)),
        _ => value.ToString() ?? "",
    };

    /// <summary><c>LearningRate</c> as a hyperparameter is named: <c>learning_rate</c>.</summary>
    public static string Name(string member) => JsonNamingPolicy.SnakeCaseLower.ConvertName(member);

    private static IEnumerable<string> EnumNames(Type type) => Enum.GetNames(type).Select(Name);

    /// <summary>Types that know their own text, such as "a number or auto", and have a description that says what is allowed.</summary>
    private static bool IsParsable(Type type) =>
        type.IsValueType && type.IsDefined(typeof(DescriptionAttribute)) && type.GetInterfaces().Any(one => one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IParsable<>));

    private static object? ParseAs<T>(string text)
        where T : struct, IParsable<T> =>
        T.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>By name alone: a number would stand for values that have none.</summary>
    private static object? ParseEnum(Type type, string text) =>
        Enum.GetNames(type).FirstOrDefault(name => HyperparameterNames.Comparer.Equals(Name(name), text)
            || string.Equals(name, text, StringComparison.OrdinalIgnoreCase)) is { } found
            ? Enum.Parse(type, found)
            : null;
}
