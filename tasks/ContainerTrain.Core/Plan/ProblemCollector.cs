using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Plan;

/// <summary>Gathers problems and points each at the line of the project that it is about.</summary>
internal sealed class ProblemCollector(ImmutableArray<SourceElement> elements)
{
    private readonly List<Problem> _problems = [];

    public bool HasErrors => _problems.Exists(problem => problem.IsError);

    public void Add(Problem problem) => _problems.Add(problem);

    /// <summary>A problem with the property <paramref name="name"/>, whose last assignment is the one that counts.</summary>
    public void AddForProperty(string name, DiagnosticCode code, params object[] arguments) =>
        Add(code.At(elements.LastOrDefault(e => e.Name == name)?.Location, arguments));

    /// <summary>A problem with the item <paramref name="include"/> of the kind <paramref name="name"/>.</summary>
    public void AddForItem(string name, string include, DiagnosticCode code, params object[] arguments) =>
        Add(code.At(elements.FirstOrDefault(e => e.Name == name && e.Value == include)?.Location, arguments));

    public ImmutableArray<Problem> ToImmutable() => [.. _problems];
}
