namespace ContainerTrain.Tasks;

/// <summary>Removes the images that were made for the project, and deps images that nobody else uses.</summary>
public sealed class CleanTrainImages : EngineTask
{
    protected override void Run()
    {
        foreach (var name in new ImageStep(PlanFile, Cache).CleanAsync(EngineSettings, Cancellation).GetAwaiter().GetResult())
            Live.Report($"Removed {name}");
    }
}
