namespace ContainerTrain.Diagnostics;

/// <content>Runs that are looked at again: reports, lists, reruns.</content>
public static partial class Codes
{
    public static readonly DiagnosticCode ReportNotWritten = Warning("CT4013", "Report not written",
        "The report '{0}' could not be written: {1}",
        "The training itself is not affected: run.json, metrics.jsonl and the log are in the same folder.");
}
