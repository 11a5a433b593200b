using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Plan;

/// <summary>Gathers problems and points each at the line of the project that it is about.</summary>
internal sealed class ProblemCollector(ImmutableArray<SourceElement> elements)
{
    private readonly List<Problem> _problems = [];

    public bool HasErrors => _problems.Exists(problem => problem.IsError);

    public bool Has(DiagnosticCode code) => _problems.Exists(problem => problem.Code == code);

    public void Add(Problem problem) => _problems.Add(problem);

    /// <summary>A problem with the property <paramref name="name"/>, whose last assignment is the one that counts.</summary>
    public void AddForProperty(string name, DiagnosticCode code, params object[] arguments) =>
        Add(code.At(elements.LastOrDefault(e => IsNamed(e, name))?.Location, arguments));

    /// <summary>A problem with the item <paramref name="include"/> of the kind <paramref name="name"/>.</summary>
    public void AddForItem(string name, string include, DiagnosticCode code, params object[] arguments) =>
        Add(code.At(elements.FirstOrDefault(e => IsNamed(e, name) && Includes(e, include))?.Location, arguments));

    /// <summary>Of several names for one thing, the first that the project has; else the last.</summary>
    public string NameInProject(params ImmutableArray<string> names) =>
        names.FirstOrDefault(name => elements.Any(e => IsNamed(e, name))) ?? names[^1];

    public ImmutableArray<Problem> ToImmutable() => [.. _problems];

    // MSBuild's names have no case.
    private static bool IsNamed(SourceElement element, string name) => element.Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>An Include may be a list.</summary>
    private static bool Includes(SourceElement element, string include) =>
        element.Value == include || element.Value.Split(';', StringSplitOptions.TrimEntries).Contains(include);
}
