using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Plan;

/// <summary>What a container of the image runs.</summary>
/// <param name="Entrypoint">Empty for the base image's own.</param>
/// <param name="InheritsCommand">Whether the base image's command stays, too.</param>
internal sealed record CommandPlan(ImmutableArray<string> Entrypoint, ImmutableArray<string> Command, bool InheritsCommand);

/// <summary>
/// ENTRYPOINT and CMD out of the .NET SDK's properties, with its rules (dotnet/sdk,
/// src/Containers/Microsoft.NET.Build.Containers/ImageBuilder.cs, DetermineEntrypointAndCmd).
/// </summary>
internal static class CommandPlanner
{
    private const string None = "None";
    private const string DefaultArgs = "DefaultArgs";
    private const string Entrypoint = "Entrypoint";

    public static CommandPlan Plan(TrainInputs inputs, string workingDirectory, ProblemCollector problems)
    {
        var image = inputs.Image;
        var wish = InstructionOf(image.AppCommandInstruction, problems);
        var command = AppCommand(inputs, workingDirectory, wish);
        var setsEntrypoint = !image.Entrypoint.IsEmpty || !image.EntrypointArgs.IsEmpty;
        if (wish.Length == 0 && image.Entrypoint.IsEmpty && !image.EntrypointArgs.IsEmpty && image.DefaultArgs.IsEmpty && image.AppCommandArgs.IsEmpty)
            return new CommandPlan(command, image.EntrypointArgs, InheritsCommand: false); // from before ContainerAppCommand was there
        var instruction = wish.Length > 0 ? wish : setsEntrypoint ? DefaultArgs : Entrypoint;
        Check(image, instruction, command, setsEntrypoint, problems);
        if (!inputs.Project.IsProgram && command.IsEmpty && !setsEntrypoint && image.DefaultArgs.IsEmpty)
        {
            // Without a program there is no command that the SDK could know of.
            if (instruction != None && image.Dockerfile.Length == 0)
                problems.Add(Codes.NothingToRun.With());
            return new CommandPlan([], [], InheritsCommand: true);
        }
        return instruction switch
        {
            Entrypoint when !command.IsEmpty => new CommandPlan([.. command, .. image.AppCommandArgs], image.DefaultArgs, InheritsCommand: false),
            DefaultArgs => new CommandPlan([.. image.Entrypoint, .. image.EntrypointArgs], [.. command, .. image.AppCommandArgs, .. image.DefaultArgs], InheritsCommand: false),
            _ => new CommandPlan([.. image.Entrypoint, .. image.EntrypointArgs], image.DefaultArgs, InheritsCommand: false),
        };
    }

    private static string InstructionOf(string text, ProblemCollector problems)
    {
        string[] all = [Entrypoint, DefaultArgs, None];
        var name = all.FirstOrDefault(one => one.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (text.Length > 0 && name is null)
            problems.AddForProperty("ContainerAppCommandInstruction", Codes.UnknownValue, "ContainerAppCommandInstruction", text, string.Join(", ", all), Suggestion.Sentence(text, all));
        return name ?? "";
    }

    private static ImmutableArray<string> AppCommand(TrainInputs inputs, string workingDirectory, string instruction) =>
        !inputs.Image.AppCommand.IsEmpty || !inputs.Project.IsProgram || instruction == None
            ? inputs.Image.AppCommand
            : ["dotnet", workingDirectory.TrimEnd('/') + "/" + inputs.Project.AssemblyFile];

    private static void Check(ImageInputs image, string instruction, ImmutableArray<string> command, bool setsEntrypoint, ProblemCollector problems)
    {
        if (image.Entrypoint.IsEmpty && !image.EntrypointArgs.IsEmpty)
            Complain("ContainerEntrypointArgs", image.EntrypointArgs, "has no ContainerEntrypoint to be arguments of");
        if (command.IsEmpty && !image.AppCommandArgs.IsEmpty)
            Complain("ContainerAppCommandArgs", image.AppCommandArgs, "has no ContainerAppCommand to be arguments of");
        else if (instruction == None && (!image.AppCommand.IsEmpty || !image.AppCommandArgs.IsEmpty))
            Complain("ContainerAppCommand", image.AppCommand.AddRange(image.AppCommandArgs), "has no place with ContainerAppCommandInstruction=None");
        if (instruction == Entrypoint && setsEntrypoint)
            Complain("ContainerEntrypoint", image.Entrypoint, "conflicts with ContainerAppCommandInstruction=Entrypoint");

        void Complain(string item, ImmutableArray<string> words, string what) =>
            problems.AddForItem(item, words.FirstOrDefault(""), Codes.CommandConflict, item, string.Join(' ', words), what);
    }
}
