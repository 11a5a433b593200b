namespace ContainerTrain.Diagnostics;

/// <content>Runs that are looked at again: reports, lists, reruns.</content>
public static partial class Codes
{
    public static readonly DiagnosticCode RunNotFound = Error("CT1040", "Unknown run",
        "TrainRunId is '{0}', and there is no such run in '{1}'.{2}",
        "Give the id of a run, as -t:TrainRuns lists them, or 'latest'.");

    public static readonly DiagnosticCode ImageOfRunGone = Error("CT1041", "Image of the run is gone",
        "The image {0} of run '{1}' is not on the engine at {2}. {3}",
        "Check out that commit and build: the same content gives the same image id. Or load the image, or point DOCKER_HOST at the engine that has it.");

    public static readonly DiagnosticCode RunWithoutImage = Error("CT1042", "Run without an image",
        "Run '{0}' was a process of the host (TrainEngine=process): there is no image that could be started again.",
        "Check out its commit and train as before; runs in a container can be started again.");

    public static readonly DiagnosticCode DataChanged = Warning("CT1043", "Data changed since the run",
        "The data '{0}' ('{1}') is not what run '{2}' had: its SHA-256 was {3} and is {4} now.",
        "Bring the old data back to get the same numbers.");

    public static readonly DiagnosticCode RunUnreadable = Error("CT1044", "Record of the run cannot be read",
        "'{0}' cannot be read: {1}",
        "The run is damaged, or another version of the SDK made it: use that version.");

    public static readonly DiagnosticCode ReportNotWritten = Warning("CT4013", "Report not written",
        "The report '{0}' could not be written: {1}",
        "The training itself is not affected: run.json, metrics.jsonl and the log are in the same folder.");

    public static readonly DiagnosticCode NumbersDiffer = Warning("CT4014", "Numbers differ in the rerun",
        "Run '{0}' and its rerun '{1}' did not come to the same: {2}.",
        "Draw every random number from the run's seed, and fix the number of threads with TrainCpus; a GPU may add in another order each time.");

    public static readonly DiagnosticCode RunNotRecorded = Warning("CT4015", "Run not recorded as a whole",
        "'{0}' could not be written as a whole: {1}{2}",
        "Make room on the disk of TrainOutputRoot, or set it to another one. The training itself went on.");
}
