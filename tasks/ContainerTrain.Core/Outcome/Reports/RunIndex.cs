using System.Globalization;
using ContainerTrain.Diagnostics;
using static ContainerTrain.Outcome.Html;

namespace ContainerTrain.Outcome;

/// <summary>The page of all runs, <c>index.html</c> beside their folders.</summary>
internal static class RunIndex
{
    /// <summary>Writes the page; returns a warning where that was not possible.</summary>
    public static Problem? TryWrite(string file, RunList list)
    {
        try
        {
            AtomicFile.WriteAllText(file, Render(list));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Codes.ReportNotWritten.With(file, e.Message);
        }
    }

    private static string Render(RunList list)
    {
        var title = list.Runs.LastOrDefault(run => run.Project.Length > 0)?.Project is { } project ? $"Runs of {project}" : "Runs";
        string[] heads = ["run", "outcome", .. list.MetricNames, "time", "device", "commit", "changed"];
        // The newest first: it is the one that is looked for.
        var rows = list.Runs.Zip(list.Changes).Reverse().Select(pair => Row(list, pair.First, pair.Second));
        return Page(title,
            Element("h1", title),
            Classed("p", "soft", string.Create(CultureInfo.InvariantCulture, $"{list.Runs.Length:#,0} runs, the newest first. \"Changed\" is against the run before it.")),
            Table(heads, rows));
    }

    private static object?[] Row(RunList list, RunSummary run, string changes) =>
    [
        run.HasReport ? Element("a", new System.Xml.Linq.XAttribute("href", $"{Uri.EscapeDataString(run.Id)}/report.html"), Classed("span", "mono", run.Id)) : Classed("span", "mono", run.Id),
        Classed("span", run.Reason == RunReason.Succeeded ? "good" : run.Reason is null ? "warn" : "bad", run.Outcome, run.Code.Length > 0 ? " " + run.Code : null),
        .. list.MetricNames.Select(name => run.Metrics.Any(metric => metric.Name == name) ? Number(RunList.Value(run, name) ?? double.NaN) : Number(null)),
        Classed("span", "number", RunList.Duration(run)), run.Device, Classed("span", "mono", RunList.Commit(run)), changes,
    ];
}
