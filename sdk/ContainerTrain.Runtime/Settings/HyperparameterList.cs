using System.Collections.Immutable;

namespace ContainerTrain.Runtime;

/// <summary>Lists that a record can have: arrays, immutable arrays, and the interfaces that an array has.</summary>
internal static class HyperparameterList
{
    private static readonly Type[] Interfaces =
        [typeof(IReadOnlyList<>), typeof(IReadOnlyCollection<>), typeof(IEnumerable<>), typeof(IList<>), typeof(ICollection<>)];

    /// <summary>The type of the elements; null if this is no such list.</summary>
    public static Type? ElementOf(Type type) =>
        type.IsArray ? type.GetElementType()
        : type.IsGenericType && type.GetGenericTypeDefinition() is var definition && (definition == typeof(ImmutableArray<>) || Interfaces.Contains(definition))
            ? type.GetGenericArguments()[0]
        : null;

    public static object Make(Type type, Type element, object?[] values)
    {
        var array = Array.CreateInstance(element, values.Length);
        Array.Copy(values, array, values.Length);
        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>)
            ? typeof(System.Runtime.InteropServices.ImmutableCollectionsMarshal).GetMethod(nameof(System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray))!
                .MakeGenericMethod(element).Invoke(null, [array])!
            : array;
    }
}
