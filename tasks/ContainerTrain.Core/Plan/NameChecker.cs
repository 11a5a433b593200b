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
        "TrainAptPackage", "TrainArchiveFormat", "TrainArguments", "TrainBuildArgument", "TrainBuildImage", "TrainCaFile",
        "TrainCacheDirectory", "TrainCapability", "TrainCheckpointEvery", "TrainCheckpointKeep", "TrainCleanDependsOn", "TrainCompile",
        "TrainCpuSet", "TrainCpus", "TrainData", "TrainDependsOn", "TrainDevice", "TrainDockerfile", "TrainDockerfileInstruction",
        "TrainDoctorDependsOn", "TrainDoctorJson", "TrainEjectDirectory", "TrainEngine", "TrainEngineRemote",
        "TrainEnvironmentVariable", "TrainExtraHost", "TrainGpus", "TrainHealthcheck", "TrainHealthcheckInterval",
        "TrainHealthcheckRetries", "TrainHealthcheckStartPeriod", "TrainHealthcheckTimeout", "TrainHyperparameter", "TrainImageDigest",
        "TrainImageFile", "TrainImageVolume", "TrainInit", "TrainMemory", "TrainMemorySwap", "TrainNativePreflight", "TrainNatives",
        "TrainNetwork", "TrainOutputRoot", "TrainPidsLimit", "TrainPipPackage", "TrainPipRequirements", "TrainPush",
        "TrainReadOnlyRootfs", "TrainReferenceRuntime", "TrainReferenceTorchSharp", "TrainRegistryMirror", "TrainRerunDependsOn",
        "TrainResume", "TrainRunId", "TrainRunsDependsOn", "TrainSbom", "TrainSecret", "TrainShell", "TrainShmSize", "TrainStopGrace",
        "TrainStopSignal", "TrainStripNatives", "TrainTimeout", "TrainUlimit", "TrainUnneededNative", "TrainUser", "TrainVerifyLayers",
        "TrainVolume", "TrainWithDotnetRun", "TrainWorkingDirectory",
    ];

    public static void Check(ImmutableArray<SourceElement> elements, ProblemCollector problems)
    {
        var unknown = elements.Where(element =>
            element.Name.StartsWith("Train", StringComparison.OrdinalIgnoreCase) && !Known.Contains(element.Name, StringComparer.OrdinalIgnoreCase));
        foreach (var element in unknown)
            problems.Add(Codes.MisspeltName.At(element.Location, element.Name, Suggestion.Sentence(element.Name, Known)));
    }
}
