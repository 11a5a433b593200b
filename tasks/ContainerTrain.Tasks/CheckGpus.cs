using Microsoft.Build.Framework;

namespace ContainerTrain.Tasks;

/// <summary>Finds what would keep a training from its GPUs, before an image is built for it.</summary>
public sealed class CheckGpus : EngineTask
{
    /// <summary>What the training will compute on: <c>cuda</c> or <c>cpu</c>.</summary>
    [Output]
    public string Device { get; set; } = "";

    protected override void Run()
    {
        var choice = new TrainStep(PlanFile, new HostSettings(EngineSettings, Dotnet: "", Cache)).CheckAsync(Cancellation).GetAwaiter().GetResult();
        Device = choice.Device;
        if (choice.Line.Length > 0)
            Live.Report(choice.Line);
        if (choice.Warning is { } warning)
            Report([warning]);
    }
}
