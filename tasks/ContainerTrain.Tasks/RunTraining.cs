using Microsoft.Build.Framework;

namespace ContainerTrain.Tasks;

/// <summary>Runs the training of a plan to its end; every end but success is an error (CT4xxx).</summary>
public sealed class RunTraining : EngineTask
{
    /// <summary>The <c>dotnet</c> program that runs the training where no container is used, absolute.</summary>
    [Required]
    public string DotnetHost { get; set; } = "";

    /// <summary>What CheckGpus found that the training can compute on. Default: not checked yet.</summary>
    public string CheckedDevice { get; set; } = "";

    /// <summary>The run's folder, absolute.</summary>
    [Output]
    public string RunFolder { get; set; } = "";

    protected override void Run()
    {
        var step = new TrainStep(PlanFile, new HostSettings(EngineSettings, DotnetHost, Cache) { Secrets = BuildVariables.Secrets }) { CheckedDevice = CheckedDevice, Kill = Kill };
        var result = step.RunAsync(Live, Cancellation).GetAwaiter().GetResult();
        RunFolder = result.Folder.Path;
        Report(result.Problems);
    }
}
