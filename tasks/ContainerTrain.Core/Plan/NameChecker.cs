using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Plan;

/// <summary>Finds misspelt names: MSBuild accepts any property and item, and ignores those that nobody reads.</summary>
internal static class NameChecker
{
    /// <summary>Every public Train* name. A test compares it with the targets files.</summary>
    public static ImmutableArray<string> Known { get; } =
    [
        "TrainAptPackage", "TrainArguments", "TrainBuildImage", "TrainCacheDirectory", "TrainCheckpointEvery", "TrainCheckpointKeep",
        "TrainCleanDependsOn", "TrainCpus", "TrainData", "TrainDependsOn", "TrainDockerfileInstruction", "TrainDoctorDependsOn",
        "TrainDoctorJson", "TrainEjectDirectory", "TrainEngine", "TrainEngineRemote", "TrainGpus", "TrainHyperparameter", "TrainMemory", "TrainNativePreflight",
        "TrainNatives", "TrainNetwork", "TrainOutputRoot", "TrainPidsLimit", "TrainPipPackage", "TrainReadOnlyRootfs",
        "TrainReferenceRuntime", "TrainReferenceTorchSharp", "TrainRegistryMirror", "TrainRerunDependsOn", "TrainResume", "TrainRunId",
        "TrainRunsDependsOn", "TrainShmSize", "TrainStopGrace", "TrainStripNatives", "TrainTimeout", "TrainUnneededNative", "TrainUser",
        "TrainVerifyLayers", "TrainVolume", "TrainWithDotnetRun",
    ];

    public static void Check(ImmutableArray<SourceElement> elements, ProblemCollector problems)
    {
        var unknown = elements.Where(element =>
            element.Name.StartsWith("Train", StringComparison.OrdinalIgnoreCase) && !Known.Contains(element.Name, StringComparer.OrdinalIgnoreCase));
        foreach (var element in unknown)
            problems.Add(Codes.MisspeltName.At(element.Location, element.Name, Suggestion.Sentence(element.Name, Known)));
    }
}
