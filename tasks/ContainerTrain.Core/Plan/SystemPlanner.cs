using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Plan;

/// <summary>What the project adds to its base image: packages, build arguments, a shell, and instructions of its own.</summary>
internal static partial class SystemPlanner
{
    /// <summary>The places by name, each with its stage and position.</summary>
    private static readonly ImmutableSortedDictionary<string, (string Stage, string Position)> Places =
        ImmutableSortedDictionary<string, (string, string)>.Empty
            .Add("after-base", ("system", "before"))
            .Add("before-app", ("app", "before"))
            .Add("end", ("app", "after"));

    public static SystemPlan Plan(TrainInputs inputs, string workingDirectory, ProblemCollector problems)
    {
        var image = inputs.Image;
        foreach (var item in image.AptPackages.Where(item => !AptName().IsMatch(item.Include)))
            problems.AddForItem("TrainAptPackage", item.Include, Codes.InvalidName, "TrainAptPackage", item.Include, "is no Debian package name, with or without =version");
        foreach (var item in image.PipPackages.Where(item => !PipName().IsMatch(item.Include)))
            problems.AddForItem("TrainPipPackage", item.Include, Codes.InvalidName, "TrainPipPackage", item.Include, "is no Python package name, with or without a version");
        return new SystemPlan
        {
            AptPackages = [.. image.AptPackages.Select(item => item.Include).Distinct().Order(StringComparer.Ordinal)],
            PipPackages = [.. image.PipPackages.Select(item => item.Include).Distinct().Order(StringComparer.Ordinal)],
            PipRequirements = Requirements(inputs, workingDirectory, problems),
            Shell = ContainerPlanner.Words("TrainShell", image.Shell, problems),
            Arguments = Arguments(image, problems),
            Instructions = [.. image.Instructions.Select(item => InstructionOf(item, problems))],
        };
    }

    private static ImmutableArray<RequirementsPlan> Requirements(TrainInputs inputs, string workingDirectory, ProblemCollector problems)
    {
        foreach (var item in inputs.Image.PipRequirements)
        {
            var name = Path.GetRelativePath(inputs.Project.ProjectDirectory, item.Include);
            if (!File.Exists(item.Include))
                problems.AddForItem("TrainPipRequirements", name, Codes.ImageFileMissing, "TrainPipRequirements", name, item.Include);
            if (item["Constraint"].Length > 0 && !bool.TryParse(item["Constraint"], out _))
                problems.AddForItem("TrainPipRequirements", name, Codes.UnknownValue, "TrainPipRequirements Constraint", item["Constraint"], "true, false", "");
        }
        return
        [
            .. inputs.Image.PipRequirements.Select(item => new RequirementsPlan(
                $"{workingDirectory.TrimEnd('/')}/{Path.GetFileName(item.Include)}", item["Constraint"].Equals("true", StringComparison.OrdinalIgnoreCase))),
        ];
    }

    private static ImmutableSortedDictionary<string, string> Arguments(ImageInputs image, ProblemCollector problems)
    {
        foreach (var item in image.BuildArguments.Where(item => !ImagePlanner.VariableName().IsMatch(item.Include)))
            problems.AddForItem("TrainBuildArgument", item.Include, Codes.InvalidName, "TrainBuildArgument", item.Include, "is no argument name: letters, digits and '_', not beginning with a digit");
        return ImagePlanner.Pairs("TrainBuildArgument", image.BuildArguments, problems);
    }

    private static InstructionPlan InstructionOf(InputItem item, ProblemCollector problems)
    {
        if (InstructionChecker.WhatIsWrong(item.Include) is { } wrong)
            problems.AddForItem("TrainDockerfileInstruction", item.Include, Codes.InvalidInstruction, item.Include, wrong);
        if (item["Position"].Length > 0 && item["Stage"].Length == 0 && Places.TryGetValue(item["Position"].ToLowerInvariant(), out var place))
            return new InstructionPlan(item.Include, place.Stage, place.Position);
        var places = item["Stage"].Length == 0 ? Places.Keys : [];
        return new InstructionPlan(item.Include, OneOf("Stage", ["system", "app"]), OneOf("Position", ["after", "before"], places));

        string OneOf(string metadatum, ImmutableArray<string> allowed, params IEnumerable<string> others)
        {
            var value = item[metadatum].Length > 0 ? item[metadatum].ToLowerInvariant() : allowed[0];
            string[] all = [.. allowed, .. others];
            if (!allowed.Contains(value))
                problems.AddForItem("TrainDockerfileInstruction", item.Include, Codes.UnknownValue, "TrainDockerfileInstruction " + metadatum, value, string.Join(", ", all), Suggestion.Sentence(value, all));
            return value;
        }
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9+.-]+(:[a-z0-9]+)?(=[A-Za-z0-9.+:~-]+)?\z")]
    private static partial Regex AptName();

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(\[[A-Za-z0-9,._-]+\])?((==|>=|<=|~=|!=|<|>)[A-Za-z0-9.*+!-]+(,(==|>=|<=|~=|!=|<|>)[A-Za-z0-9.*+!-]+)*)?\z")]
    private static partial Regex PipName();
}
