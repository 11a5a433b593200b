using ContainerTrain.Diagnostics;
using Microsoft.Build.Framework;

namespace ContainerTrain.Tasks;

/// <summary>Builds the image of a plan, unless the engine has it already.</summary>
public sealed class BuildTrainImage : EngineTask, IIncrementalTask
{
    /// <summary>Set by MSBuild where it only asks (-question) whether everything is up to date.</summary>
    public bool FailIfNotIncremental { get; set; }

    /// <summary>
    /// Whether to build: <c>true</c>, <c>false</c>, or <c>auto</c> (the default): if an engine can be reached, else one
    /// warning (CT3002) with the Dockerfile's path.
    /// </summary>
    public string BuildImage { get; set; } = "auto";

    protected override void Run()
    {
        // By name only: TryParse takes numbers too.
        if (!Enum.TryParse<ImageWish>(BuildImage, ignoreCase: true, out var wish) || !wish.ToString().Equals(BuildImage, StringComparison.OrdinalIgnoreCase))
            throw new ProblemException(Codes.UnknownValue.With("TrainBuildImage", BuildImage, "auto, true, false", ""));
        using var started = Take<ImageStart>();
        using var prepared = Take<string>();
        var step = new ImageStep(PlanFile, Cache) { OnlyAsk = FailIfNotIncremental, Prepared = prepared, Started = started };
        if (step.RunAsync(wish, EngineSettings, Live, Cancellation).GetAwaiter().GetResult() is { } warning)
            Report([warning]);
        if (step.WentOn)
            Log.LogMessage(MessageImportance.Low, "The image was begun before the compiler.");
    }
}
