using Microsoft.Build.Framework;

namespace ContainerTrain.Tasks;

/// <summary>Shows the runs of a project as a table, and writes them as a page.</summary>
public sealed class ListRuns : TrainTask
{
    /// <summary>TrainOutputRoot: the folder with one folder per run, absolute.</summary>
    [Required]
    public string OutputRoot { get; set; } = "";

    protected override void Run()
    {
        Report(new RunsStep(OutputRoot).Run(new LiveOutput(BuildEngine)));
    }
}
