using Microsoft.Build.Framework;

namespace ContainerTrain.Tasks;

/// <summary>
/// Begins an edit's image before the compiler starts, and returns: the plan is read and the engine asked for what the
/// application stands on while the compiler works. <see cref="BuildTrainImage"/> goes on from there. Says nothing of what
/// is wrong: the image's build finds the same.
/// </summary>
public sealed class StartTrainImage : EngineTask, IIncrementalTask
{
    /// <summary>Set by MSBuild where it only asks (-question) whether everything is up to date.</summary>
    public bool FailIfNotIncremental { get; set; }

    /// <summary>TrainBuildImage; nothing begins if it is false.</summary>
    public string BuildImage { get; set; } = "auto";

    protected override void Run()
    {
        // Layers that are to be hashed again would be hashed here and then by the build.
        if (FailIfNotIncremental || VerifyLayers || BuildImage.Equals("false", StringComparison.OrdinalIgnoreCase))
            return;
        var (step, settings) = (new ImageStep(PlanFile, Cache), EngineSettings);
        Leave(EarlyWork.Begin((progress, cancellation) => step.StartAsync(settings, progress, cancellation)));
    }
}
