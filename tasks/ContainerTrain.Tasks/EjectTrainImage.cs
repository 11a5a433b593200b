using Microsoft.Build.Framework;

namespace ContainerTrain.Tasks;

/// <summary>Writes a folder with the Dockerfile and all files, from which plain <c>docker build</c> makes the same image.</summary>
public sealed class EjectTrainImage : EngineTask
{
    /// <summary>TrainEjectDirectory: the folder, absolute. Replaced if it was written by this task, else it has to be empty.</summary>
    [Required]
    public string Directory { get; set; } = "";

    protected override void Run()
    {
        new ImageStep(PlanFile, Cache).EjectAsync(Directory, Live, Cancellation).GetAwaiter().GetResult();
        Live.Report($"Build context: {Directory}");
    }
}
