using System.Collections.Immutable;

namespace ContainerTrain.Diagnostics;

/// <summary>
/// Every diagnostic the product gives: CT1 inputs, CT2 plan and Dockerfile, CT3 engine, CT4 training outcome.
/// Each has a page in <c>docs/codes</c>. CT41xx are raised by the training program through ContainerTrain.Runtime.
/// </summary>
public static partial class Codes
{
    // CT1: inputs
    public static readonly DiagnosticCode UnknownValue = Error("CT1001", "Unknown value",
        "{0} is '{1}'. Allowed: {2}.{3}",
        "Use one of the allowed values, or remove the property to get its default.");

    public static readonly DiagnosticCode InvalidImageReference = Error("CT1002", "Unparsable image reference",
        "{0} is '{1}', which is no image reference: {2}. Expected [registry[:port]/]repository[:tag][@digest], for example mcr.microsoft.com/dotnet/runtime:10.0-noble.",
        "Write the reference as 'docker pull' would take it: lower-case repository, one tag or digest.");

    public static readonly DiagnosticCode InvalidNumber = Error("CT1003", "Invalid number or limit",
        "{0} is '{1}'. Expected {2}.",
        "Give a value in the stated range and unit, or remove the property to lift the limit.");

    public static readonly DiagnosticCode MissingData = Error("CT1004", "Data path does not exist",
        "TrainData '{0}' does not exist: looked at '{1}'.",
        "Correct the path (it is relative to the project), or create the file or folder before training.");

    public static readonly DiagnosticCode InvalidMount = Error("CT1005", "Invalid mount target",
        "{0} '{1}' has TargetPath '{2}': {3}.",
        "Give an absolute Linux path, or a path relative to /train/data, used by one item only.");

    public static readonly DiagnosticCode InvalidHyperparameter = Error("CT1006", "Invalid hyperparameter",
        "TrainHyperparameter '{0}': {1}.",
        "Name it with letters, digits, '_', '-' or '.', give it a Value, and give it once.");

    public static readonly DiagnosticCode InvalidName = Error("CT1007", "Invalid name",
        "{0} '{1}' {2}.",
        "Use a name that the container format allows, as the message says.");

    public static readonly DiagnosticCode MisspeltName = Warning("CT1008", "Unknown Train property or item",
        "'{0}' is no property or item of ContainerTrain.Sdk and has no effect.{1}",
        "Correct the name. Names that start with Train are reserved; for a property of your own choose another prefix.");

    // CT2: plan and Dockerfile
    public static readonly DiagnosticCode NotLinux = Error("CT2001", "Not a Linux runtime identifier",
        "RuntimeIdentifier is '{0}'. A training image needs one of: {1}.",
        "Remove the property to get the default, or set ContainerRuntimeIdentifier.");

    public static readonly DiagnosticCode NotExecutable = Error("CT2002", "Project has nothing to run",
        "OutputType is '{0}'. A training project needs Exe.",
        "Set <OutputType>Exe</OutputType>, or reference the SDK from the project that has the Main method.");

    public static readonly DiagnosticCode SameTarget = Error("CT2003", "Two files for one path in the image",
        "'{0}' and '{1}' would both become '{2}' in the image.",
        "Remove one of them, or set its Link/TargetPath to another path.");

    public static readonly DiagnosticCode MissingFile = Error("CT2004", "File of the image does not exist",
        "'{0}', which goes to '{1}' in the image, does not exist.",
        "Build the project first; if a package was removed from the NuGet cache, restore again.");

    public static readonly DiagnosticCode PlanUnreadable = Error("CT2005", "Plan file cannot be read",
        "The plan '{0}' cannot be read: {1}.",
        "Run the build again: the target GenerateDockerfile writes it.");

    public static readonly DiagnosticCode EjectFolderInUse = Error("CT2006", "Eject folder holds something else",
        "'{0}' is not empty and was not written by EjectDockerfile.",
        "Set TrainEjectDirectory to another folder, or empty this one.");

    public static readonly DiagnosticCode ChooseFramework = Error("CT2007", "Several target frameworks",
        "The project targets {0}; {1} needs one of them.",
        "Name it: dotnet build -t:{1} -f net10.0.");

    // CT3: engine
    public static readonly DiagnosticCode NoEngine = Error("CT3001", "No container engine",
        "TrainEngine={0} needs a container engine and none answered. Tried {1}.",
        "Start Docker or Podman, point DOCKER_HOST at one, or train on this machine without a container: TrainEngine=process.");

    public static readonly DiagnosticCode ImageNotBuilt = Warning("CT3002", "Image not built: no engine",
        "No container engine answered, so no image was built; the Dockerfile is '{0}'. Tried {1}.",
        "Start Docker or Podman to get the image in this build, or set TrainBuildImage=false to build without one.");

    public static readonly DiagnosticCode BaseImageUnavailable = Error("CT3003", "Base image unavailable",
        "The base image '{0}' is neither on the engine nor can it be pulled: {1}",
        "Check the name and the network. TrainRegistryMirror rewrites registry hosts to a mirror; ContainerBaseImage names another base.");

    public static readonly DiagnosticCode BuildFailed = Error("CT3004", "Image build failed",
        "The engine could not build the image: {0}",
        "The lines above are the engine's. The Dockerfile it ran is named in them or lies beside plan.json.");

    public static readonly DiagnosticCode EngineError = Error("CT3005", "Engine refused a request",
        "{0} failed at {1}: {2}",
        "The engine's own words are in the message; its log has more.");

    public static readonly DiagnosticCode UnsupportedEndpoint = Error("CT3006", "Engine address not supported",
        "{0} is '{1}'. Supported: unix:///path, tcp://host:port, http://host:port, ssh://user@host:port without a password.",
        "Use one of these forms. TLS is asked for with tcp:// and DOCKER_TLS_VERIFY=1.");

    public static readonly DiagnosticCode NoGpu = Error("CT3007", "GPU required but not offered",
        "TrainGpus={0} requires a GPU, and the engine refused to start the container with it: {1}",
        "Install the NVIDIA Container Toolkit and restart the engine, or set TrainGpus=none to train on the CPU.");

    public static readonly DiagnosticCode MissingSymbol = Error("CT3008", "Native library does not load on this system",
        "'{0}' needs {1}, and {2}.",
        "Train in a container (TrainEngine=docker or podman), or on a system with newer system libraries: Debian 13, Ubuntu 24.04, Fedora 40 or later.");

    public static readonly DiagnosticCode MountOutsideData = Error("CT3009", "Mount not possible without a container",
        "TrainEngine=process cannot place '{0}' at '{1}': on the host, only files and folders under /train/data can be provided, none inside another.",
        "Use a TargetPath of its own under /train/data, or train in a container.");

    public static readonly DiagnosticCode BuildCanceled = Error("CT3010", "Build canceled",
        "{0} was canceled before it was done.",
        "Run the build again; what was half-built is not used.");

    public static readonly DiagnosticCode ImageNotCurrent = Error("CT3011", "Image not up to date",
        "The image '{0}' is not up to date.",
        "Build without -question.");

    // CT4: training outcome
    public static readonly DiagnosticCode TrainingFailed = Error("CT4001", "Training failed",
        "Training ended with exit code {0} after {1}. Log: '{2}'.{3}",
        "The log has the program's own words. The run folder keeps what was written until then.");

    public static readonly DiagnosticCode OutOfMemory = Error("CT4002", "Training ran out of memory",
        "The kernel ended the training for using more memory than {0} after {1}. Log: '{2}'.{3}",
        "Raise TrainMemory, or lower the batch size or the model size.");

    public static readonly DiagnosticCode TimedOut = Error("CT4003", "Training timed out",
        "Training was stopped because TrainTimeout={0} had passed. Log: '{1}'.{2}",
        "Raise TrainTimeout, or make the training shorter. What it saved after the stop request is in the run folder.");

    public static readonly DiagnosticCode Canceled = Error("CT4004", "Training canceled",
        "Training was canceled after {0}. Log: '{1}'.{2}",
        "What the program saved after the stop request is in the run folder.");

    public static readonly DiagnosticCode KilledBySignal = Error("CT4005", "Training ended by a signal",
        "Training was ended by signal {0} after {1}. Log: '{2}'.{3}",
        "A segmentation fault (11) points at a native library, an abort (6) at a failed check in one; the log has the details.");

    public static readonly DiagnosticCode NotStarted = Error("CT4006", "Training could not be started",
        "The training program could not be started: {0}",
        "Check ContainerEntrypoint and ContainerAppCommand, TrainUser and the limits; the message is the engine's.");

    public static readonly DiagnosticCode EngineLost = Error("CT4007", "Engine lost during training",
        "The connection to the engine broke after {0}: {1}. The container '{2}' may still be running.",
        "See whether the engine is up; 'docker ps' shows the container, 'docker logs' what it printed since.");

    public static readonly DiagnosticCode RunFolderUnwritable = Error("CT4008", "Run folder cannot be written",
        "The run folder '{0}' cannot be written: {1}",
        "Give the user who runs the build write access, or set TrainOutputRoot to another folder.");

    public static readonly DiagnosticCode LossNotFinite = Program("CT4012", "Loss is not finite",
        "Lower the learning rate, look for missing or huge values in the data, or allow the metric to be undefined.");

    // CT41: problems the training program reports (raised in ContainerTrain.Runtime, listed here so that each has a page)
    public static readonly DiagnosticCode DataFileNotFound = Program("CT4101", "Data file not found",
        "Name the file as it is called below the data folder, and give it to the container with a TrainData item.");

    public static readonly DiagnosticCode DataEmpty = Program("CT4102", "Data file is empty",
        "Give a CSV file with a header line and at least one row.");

    public static readonly DiagnosticCode ColumnMissing = Program("CT4103", "Column missing",
        "Set the hyperparameters target and features to columns that the header names.");

    public static readonly DiagnosticCode CellNotNumeric = Program("CT4104", "Cell is not a number",
        "Correct the cell, leave it empty to drop the row, or leave its column out of the features.");

    public static readonly DiagnosticCode NoRowsLeft = Program("CT4105", "No rows left",
        "Fill in missing values, or leave the columns that miss them out of the features.");

    public static readonly DiagnosticCode HyperparameterInvalid = Program("CT4106", "Hyperparameter not accepted",
        "Give a value that the message allows.");

    public static readonly DiagnosticCode Diverged = Program("CT4107", "Training diverged",
        "Lower the learning rate below the bound in the message.");

    public static readonly DiagnosticCode DeviceMismatch = Program("CT4108", "Promised device is missing",
        "Make the GPU visible to the container, or set TrainGpus=none to train on the CPU.");

    public static readonly DiagnosticCode RowMalformed = Program("CT4109", "Row or header malformed",
        "Give every row as many cells as the header has names, and every column its own name.");

    public static readonly DiagnosticCode OutputUnwritable = Program("CT4110", "Output of the training cannot be written",
        "Free some space, or make the folder writable.");

    public static readonly DiagnosticCode MetricsCut = ProgramWarning("CT4111", "Metrics file was cut",
        "Nothing has to be done: the cut line is skipped.");

    public static readonly DiagnosticCode OutputInUse = Program("CT4112", "Output folder in use",
        "Stop the other run, or give this one an output folder of its own.");

    public static readonly DiagnosticCode ConstantFeature = ProgramWarning("CT4130", "Feature does not vary",
        "Leave the column out of the features.");

    public static readonly DiagnosticCode DependentFeature = ProgramWarning("CT4131", "Feature follows from others",
        "Leave one of the columns that the message names out of the features.");

    public static readonly DiagnosticCode ColumnTooLarge = Program("CT4132", "Column too large to standardize",
        "Correct the value that the message names, or leave its column out of the features.");

    /// <summary>What the training program reported under a code that this version of the SDK does not know.</summary>
    public static readonly DiagnosticCode ProgramProblem = Program("CT4100", "Problem reported by the training program",
        "The message is the program's own.");

    /// <summary>The whole table, by id.</summary>
    public static ImmutableSortedDictionary<string, DiagnosticCode> All => Table.ById;

    private static DiagnosticCode Error(string id, string title, string format, string fix) =>
        new(id, Severity.Error, title, format, fix);

    private static DiagnosticCode Warning(string id, string title, string format, string fix) =>
        new(id, Severity.Warning, title, format, fix);

    private static DiagnosticCode Program(string id, string title, string fix) =>
        new(id, Severity.Error, title, "{0}", fix);

    private static DiagnosticCode ProgramWarning(string id, string title, string fix) =>
        new(id, Severity.Warning, title, "{0}", fix);

    /// <summary>A class of its own: it reads the fields of all files of <see cref="Codes"/>, which must have their values by then.</summary>
    private static class Table
    {
        public static readonly ImmutableSortedDictionary<string, DiagnosticCode> ById =
            typeof(Codes).GetFields()
                .Select(field => field.GetValue(null)).OfType<DiagnosticCode>()
                .ToImmutableSortedDictionary(code => code.Id, code => code, StringComparer.Ordinal);
    }
}
