using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Outcome;

namespace ContainerTrain;

/// <summary>Lists the runs of a project: a table for the console, and a page beside the run folders.</summary>
/// <param name="outputRoot">The folder with one folder per run, absolute.</param>
public sealed class RunsStep(string outputRoot)
{
    /// <summary>Returns a warning where the page could not be written.</summary>
    public ImmutableArray<Problem> Run(IProgress<string> progress)
    {
        var list = RunList.Read(outputRoot);
        if (list.Runs.IsEmpty)
        {
            progress.Report($"There are no runs in '{outputRoot}' yet: dotnet build -t:Train makes one.");
            return [];
        }
        foreach (var line in list.Lines())
            progress.Report(line);
        var index = Path.Join(outputRoot, "index.html");
        if (RunIndex.TryWrite(index, list) is { } problem)
            return [problem];
        progress.Report($"As a page, with a link to each report: {index}");
        return [];
    }
}
