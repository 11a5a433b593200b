using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace ContainerTrain.Runtime;

/// <summary>Makes a record from hyperparameters: its constructor's parameters, then its other settable properties.</summary>
internal sealed class HyperparameterBinder(Hyperparameters source)
{
    private static readonly object UnknownDefault = new();

    /// <summary>A record of type <paramref name="type"/>; the source remembers what is wrong, and then there is none.</summary>
    /// <exception cref="ArgumentException">The type is one that text cannot be bound to, whatever the text is.</exception>
    public object? Bind(Type type)
    {
        var constructor = type.GetConstructors().MaxBy(constructor => constructor.GetParameters().Length)
            ?? throw new ArgumentException($"{type} has no public constructor.", nameof(type));
        var parameters = constructor.GetParameters();
        var properties = type.GetProperties().Where(property => property.SetMethod is { IsPublic: true } && parameters.All(parameter => parameter.Name != property.Name)).ToArray();
        var names = parameters.Select(parameter => parameter.Name!).Concat(properties.Select(property => property.Name)).Select(HyperparameterText.Name).ToArray();
        if (names.Distinct(HyperparameterNames.Comparer).Count() != names.Length)
        {
            throw new ArgumentException($"{type} has two members for one hyperparameter: {Wording.List(names)}.", nameof(type));
        }

        var good = true;
        var arguments = parameters.Select(parameter => Read(OfParameter(type, parameter))).ToArray();
        // Members that keep their default have it from the record itself, which is only made where the constructor's values are good.
        var made = good ? constructor.Invoke(arguments) : null;
        var values = properties.Select(property => (property, Value: Read(OfProperty(property, made)))).ToArray();
        if (!good)
        {
            return null;
        }

        foreach (var (property, value) in values)
        {
            property.SetValue(made, value);
        }

        return made;

        object? Read(Member member)
        {
            var (isGood, value) = ReadMember(member);
            good &= isGood;
            return value;
        }
    }

    private (bool IsGood, object? Value) ReadMember(Member member)
    {
        var element = HyperparameterList.ElementOf(member.Type);
        var scalar = Nullable.GetUnderlyingType(member.Type) ?? element ?? member.Type;
        if (!HyperparameterText.IsScalar(scalar))
        {
            throw new ArgumentException($"'{member.Name}' is a {member.Type}; hyperparameters are bool, int, long, double, string, an enum, or a list of those.");
        }

        if (source.Take(member.Name) is not { } text)
        {
            if (member.IsRequired)
            {
                source.Add($"Hyperparameter '{member.Name}' is required and not given; it must be {member.Allowed(scalar, element)}. "
                    + $"Set it with <TrainHyperparameter Include=\"{member.Name}\" Value=\"…\" />.");
            }

            return (!member.IsRequired, member.Default);
        }

        var words = element is null ? [text] : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var values = words.Select(word => HyperparameterText.Parse(scalar, word)).ToArray();
        if (values.Contains(null) || !values.All(member.Allows) || !member.AllowsCount(element is null ? null : values.Length))
        {
            source.Reject(member.Name, member.Allowed(scalar, element), member.Example);
            return (false, null);
        }

        // Of names each counts once, as in GetList: the same column twice would be two features. Numbers may repeat, as the sizes of layers do.
        if (scalar == typeof(string) && element is not null && values.Distinct().Count() != values.Length)
        {
            source.Reject(member.Name, "a list without a repeated name", member.Example);
            return (false, null);
        }

        return (true, element is null ? values[0] : HyperparameterList.Make(member.Type, element, values));
    }

    private static Member OfParameter(Type type, ParameterInfo parameter)
    {
        // In a positional record, an attribute stands at the parameter unless it says [property: …].
        var property = type.GetProperty(parameter.Name!);
        var attributes = parameter.GetCustomAttributes<ValidationAttribute>().Concat(property?.GetCustomAttributes<ValidationAttribute>() ?? []);
        return new Member(HyperparameterText.Name(parameter.Name!), parameter.ParameterType, [.. attributes], DefaultOf(parameter), !parameter.HasDefaultValue);
    }

    private static object? DefaultOf(ParameterInfo parameter) =>
        !parameter.HasDefaultValue ? null
        : parameter.DefaultValue is { } value && parameter.ParameterType.IsEnum ? Enum.ToObject(parameter.ParameterType, value)
        : parameter.DefaultValue;

    private static Member OfProperty(PropertyInfo property, object? made)
    {
        var attributes = property.GetCustomAttributes<ValidationAttribute>();
        // Where the constructor's values are wrong there is no record to ask for its defaults.
        var value = made is null ? UnknownDefault : property.GetValue(made);
        return new Member(HyperparameterText.Name(property.Name), property.PropertyType, [.. attributes], value, property.IsDefined(typeof(RequiredMemberAttribute)));
    }

    /// <summary>What a record says about one hyperparameter.</summary>
    private sealed record Member(string Name, Type Type, ImmutableArray<ValidationAttribute> Rules, object? Default, bool HasNoDefault)
    {
        /// <summary>With [Required], text and null are no defaults if they are empty.</summary>
        public bool IsRequired => HasNoDefault || (Default is null or "" && Rules.Any(rule => rule is RequiredAttribute));

        public string? Example => HasNoDefault || Default is null or "" || Default == UnknownDefault ? null : HyperparameterText.Show(Default);

        public bool Allows(object? value) => Rules.All(rule => HyperparameterRules.Allows(rule, value));

        public bool AllowsCount(int? count) => count is null || Rules.All(rule => HyperparameterRules.AllowsCount(rule, count.Value));

        public string Allowed(Type scalar, Type? element) => HyperparameterRules.Allowed(scalar, isList: element is not null, Rules);
    }
}
