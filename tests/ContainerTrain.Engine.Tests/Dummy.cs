using System.Collections.Immutable;
using ContainerTrain.Inputs;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine.Tests;

/// <summary>The dummy trainer as a project whose build is done: inputs as the tasks would read them.</summary>
public static class Dummy
{
    private const string Name = "ContainerTrain.DummyTrainer";

    /// <summary>The files that make up the program; they lie beside this assembly.</summary>
    public static ImmutableArray<InputFile> Files { get; } =
        [.. new[] { ".dll", ".runtimeconfig.json", ".deps.json" }.Select(extension => File_(Name + extension))];

    /// <summary>A project of its own: no other has its image's name or one of its layers.</summary>
    public static TrainInputs Inputs(TestFolder project) => new()
    {
        Project = new ProjectInputs
        {
            Name = Name,
            ProjectFile = project.Path("Dummy.csproj"),
            AssemblyFile = Name + ".dll",
            OutputAssembly = Path.Combine(AppContext.BaseDirectory, Name + ".dll"),
            OutputType = "Exe",
            TargetFramework = "net10.0",
            RuntimeIdentifier = "linux-x64",
        },
        Image = new ImageInputs
        {
            Files = [.. Files, new InputFile(project.Write("library.txt", $"{Guid.NewGuid()}\n"), "library.txt", FileOrigin.PackageLibrary, "Some.Library", "1.0.0")],
            Repository = $"containertrain-tests/{Guid.NewGuid():N}",
            RegistryMirror = HostEnvironment.RegistryMirror,
        },
        Run = new RunInputs { OutputRoot = project.Path("runs") },
    };

    public static TrainPlan Plan(TrainInputs inputs)
    {
        var result = PlanBuilder.Build(inputs);
        Assert.Empty(result.Problems);
        return result.Plan!;
    }

    /// <summary>Words as one command line that a POSIX shell splits into the same words.</summary>
    public static string CommandLine(params IEnumerable<string> words) =>
        string.Join(' ', words.Select(word => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'"));

    private static InputFile File_(string name) => new(Path.Combine(AppContext.BaseDirectory, name), name, FileOrigin.Project);
}
