using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Plan;

/// <summary>TrainSecret items. Nothing here reads a value, nor repeats what may be one by mistake.</summary>
internal static partial class SecretPlanner
{
    public static ImmutableArray<SecretPlan> Plan(TrainInputs inputs, ProblemCollector problems)
    {
        var secrets = inputs.Run.Secrets;
        foreach (var group in secrets.GroupBy(item => item.Include, StringComparer.Ordinal).Where(group => group.Count() > 1))
            problems.AddForItem("TrainSecret", group.Key, Codes.InvalidSecret, group.Key, $"is given {group.Count()} times");
        return [.. secrets.Select(item => PlanOf(item, inputs.Project.ProjectDirectory, problems))];
    }

    private static SecretPlan PlanOf(InputItem item, string projectDirectory, ProblemCollector problems)
    {
        var (source, variable) = (item["Source"], item["EnvironmentVariable"]);
        if (!SecretName().IsMatch(item.Include))
            Complain("has a name that is no file's name: letters, digits, '_', '-' and '.', beginning with a letter, a digit or '_', at most 200");
        // It would be in the plan, in the build's log and in every record of the run.
        if (item["Value"].Length > 0)
            Complain("has a Value: a secret's value must not be in a project");
        if (source.Length > 0 && variable.Length > 0)
            Complain("has both a Source and an EnvironmentVariable");
        if (source.Length == 0 && variable.Length == 0)
            Complain("has neither a Source nor an EnvironmentVariable");
        if (ProgramText.Fault(source) is { Length: > 0 } fault)
            Complain($"has a Source that {fault}");
        else if (source.Length > 0)
            source = Path.GetFullPath(source, projectDirectory);
        if (variable.Length > 0 && !VariableName().IsMatch(variable))
            Complain("has an EnvironmentVariable that is no variable's name: letters, digits and '_', not beginning with a digit");
        return new SecretPlan(item.Include, source, variable);

        void Complain(string what) => problems.AddForItem("TrainSecret", item.Include, Codes.InvalidSecret, item.Include, what);
    }

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}\z")]
    private static partial Regex SecretName();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex VariableName();
}
