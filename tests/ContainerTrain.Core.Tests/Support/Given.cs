using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

/// <summary>Inputs of a project in which everything is right; a test changes what it is about.</summary>
internal static class Given
{
    public const string ProjectFile = "/src/Demo/Demo.csproj";

    public static TrainInputs Inputs { get; } = new()
    {
        Project = new ProjectInputs
        {
            Name = "Demo.App",
            ProjectFile = ProjectFile,
            AssemblyFile = "Demo.App.dll",
            OutputAssembly = "/src/Demo/bin/Release/net10.0/linux-x64/Demo.App.dll",
            OutputType = "Exe",
            TargetFramework = "net10.0",
            RuntimeIdentifier = "linux-x64",
        },
        Image = new ImageInputs
        {
            Files =
            [
                Native("/nuget/libtorch-cpu-linux-x64/2.10.0/libtorch_cpu.so", "libtorch_cpu.so", "libtorch-cpu-linux-x64", "2.10.0"),
                Native("/nuget/libtorch-cpu-linux-x64/2.10.0/libc10.so", "libc10.so", "libtorch-cpu-linux-x64", "2.10.0"),
                Native("/nuget/torchsharp/0.107.0/libLibTorchSharp.so", "libLibTorchSharp.so", "TorchSharp", "0.107.0"),
                Library("/nuget/torchsharp/0.107.0/TorchSharp.dll", "TorchSharp.dll", "TorchSharp", "0.107.0"),
                Own("/src/Demo/obj/Demo.App.dll", "Demo.App.dll"),
                Own("/src/Demo/bin/Demo.App.runtimeconfig.json", "Demo.App.runtimeconfig.json"),
            ],
        },
        Run = new RunInputs { OutputRoot = "/src/Demo/runs/" },
    };

    public static TrainInputs Project(Func<ProjectInputs, ProjectInputs> change) => Inputs with { Project = change(Inputs.Project) };

    public static TrainInputs Image(Func<ImageInputs, ImageInputs> change) => Inputs with { Image = change(Inputs.Image) };

    public static TrainInputs Run(Func<RunInputs, RunInputs> change) => Inputs with { Run = change(Inputs.Run) };

    /// <summary>Inputs whose elements stand in <paramref name="projectXml"/>, which is written to a file of <paramref name="folder"/>.</summary>
    public static TrainInputs WithLinesOf(this TrainInputs inputs, TempFolder folder, string projectXml) =>
        inputs with { Elements = ProjectElements.Read([folder.Write("Demo.csproj", projectXml)]) };

    public static InputItem Item(string include, params (string Name, string Value)[] metadata) => new(include)
    {
        Metadata = metadata.ToImmutableDictionary(pair => pair.Name, pair => pair.Value, StringComparer.OrdinalIgnoreCase),
    };

    public static InputFile Native(string source, string target, string package, string version) =>
        new(source, target, FileOrigin.PackageNative, package, version);

    public static InputFile Library(string source, string target, string package, string version) =>
        new(source, target, FileOrigin.PackageLibrary, package, version);

    public static InputFile Own(string source, string target) => new(source, target, FileOrigin.Project);

    /// <summary>The plan of inputs that have no problem.</summary>
    public static TrainPlan Plan(TrainInputs inputs)
    {
        var result = PlanBuilder.Build(inputs);
        Assert.Empty(result.Problems);
        return Assert.IsType<TrainPlan>(result.Plan);
    }

    public static TrainPlan DefaultPlan { get; } = Plan(Inputs);

    public static RunPlan RunPlan { get; } = DefaultPlan.Run;

    public static ImmutableArray<Problem> Problems(TrainInputs inputs) => PlanBuilder.Build(inputs).Problems;

    /// <summary>The only problem of the inputs, with the code that is expected.</summary>
    public static Problem OnlyProblem(DiagnosticCode code, TrainInputs inputs)
    {
        var problem = Assert.Single(Problems(inputs));
        Assert.Equal(code.Id, problem.Code.Id);
        return problem;
    }
}
