using Microsoft.Build.Framework;

namespace ContainerTrain.Tasks;

/// <summary>Starts an earlier run again, with its image, its settings and its seed, and says whether the numbers came out the same.</summary>
public sealed class RerunTraining : EngineTask
{
    /// <summary>TrainOutputRoot: the folder with one folder per run, absolute.</summary>
    [Required]
    public string OutputRoot { get; set; } = "";

    /// <summary>TrainRunId: the run's id, or <c>latest</c>.</summary>
    public string RunId { get; set; } = "";

    /// <summary>The <c>dotnet</c> program, absolute.</summary>
    [Required]
    public string DotnetHost { get; set; } = "";

    protected override void Run()
    {
        var step = new RerunStep(OutputRoot, RunId, new HostSettings(EngineSettings, DotnetHost, Cache) { Secrets = BuildVariables.Secrets }) { Kill = Kill };
        Report(step.RunAsync(Live, Cancellation).GetAwaiter().GetResult().Problems);
    }
}
