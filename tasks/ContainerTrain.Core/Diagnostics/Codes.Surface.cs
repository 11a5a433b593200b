namespace ContainerTrain.Diagnostics;

/// <content>What a container is given for a run, and secrets.</content>
public static partial class Codes
{
    public static readonly DiagnosticCode InvalidPublication = Error("CT1034", "Port cannot be published",
        "ContainerPort '{0}' {1}.",
        "Set HostPort to a port of the host (1 to 65535) or to auto, and HostAddress to an IP address of the host; without HostPort nothing is published.");

    public static readonly DiagnosticCode InvalidVariable = Error("CT1035", "Invalid variable of the run",
        "TrainEnvironmentVariable '{0}' {1}.",
        "Name it with letters, digits and '_', not beginning with a digit or with TRAIN_, and give it a Value.");

    public static readonly DiagnosticCode UncarriableText = Error("CT1036", "Text that no program can be given",
        "{0} {1}.",
        "Put long or binary content into a file and give it to the program with a TrainData item.");

    public static readonly DiagnosticCode SettingsExclude = Error("CT1037", "Settings that exclude each other",
        "{0} does not go with {1}: {2}.",
        "Remove or change one of the two.");

    public static readonly DiagnosticCode InvalidSecret = Error("CT1050", "Invalid secret",
        "TrainSecret '{0}' {1}.",
        "Name it with letters, digits, '_', '-' and '.', and say where its value is with Source (a file) or EnvironmentVariable (of the build's environment), not both.");

    public static readonly DiagnosticCode SecretWithoutValue = Error("CT1051", "Secret has no value",
        "TrainSecret '{0}' has no value: {1}.",
        "Create the file, or set the variable in the environment in which the build runs.");

    public static readonly DiagnosticCode EngineSocketMounted = Error("CT1052", "Engine's socket would be mounted",
        "{0} '{1}' would give the program the engine's socket '{2}': whoever can write to it is root on the engine's host.",
        "Mount a folder that does not contain the socket. A training needs no engine.");

    public static readonly DiagnosticCode InvalidDevice = Error("CT1053", "Invalid device",
        "TrainDevice '{0}' {1}.",
        "Give the absolute path of a device of the host, with TargetPath for another path in the container, and Permissions of r, w and m.");

    public static readonly DiagnosticCode InvalidUlimit = Error("CT1054", "Invalid ulimit",
        "TrainUlimit '{0}' {1}.",
        "Give Soft, and Hard where it is higher: whole numbers, or unlimited.");

    public static readonly DiagnosticCode InvalidExtraHost = Error("CT1055", "Invalid extra host",
        "TrainExtraHost '{0}' {1}.",
        "Give a host's name and its Address: an IP address, or host-gateway for the machine that the engine runs on.");

    public static readonly DiagnosticCode InvalidVolume = Error("CT1056", "Invalid volume",
        "TrainVolume '{0}' {1}.",
        "A Type of tmpfs may have a Size and is always writable; a Type of bind names a file or folder of the host; a volume has only a name.");

    public static readonly DiagnosticCode PortInUse = Error("CT3050", "Port of the host in use",
        "Port {0} of the host is in use, and ContainerPort '{1}' is to be published there: {2}",
        "Stop what uses it, name another HostPort, or let the engine choose one with HostPort=\"auto\".");

    public static readonly DiagnosticCode LimitNotKept = Error("CT3051", "Engine cannot keep a limit",
        "{0} is set, and {1} cannot keep it: {2}.",
        "Remove the limit, or give the engine the cgroup controller that it lacks; docs/running.md says how for a rootless engine.");

    public static readonly DiagnosticCode NoMemoryForSecrets = Error("CT3052", "No place in memory for secrets",
        "Secrets are files in memory, and neither of these is a folder of a tmpfs that can be written: {0}.",
        "Give the user who runs the build an XDG_RUNTIME_DIR or a /dev/shm on a tmpfs.");

    public static readonly DiagnosticCode SecretsOnAnotherHost = Error("CT3053", "Secrets for an engine on another host",
        "The run has secrets ({0}), and the engine does not see this host's folders: they would have to lie on its disk.",
        "Train with an engine on this host, or have the program fetch the secret itself.");

    public static readonly DiagnosticCode NoEffectInProcess = Warning("CT3054", "Settings without effect outside a container",
        "TrainEngine=process runs the program without a container. These settings have no effect: {0}.",
        "Train in a container (TrainEngine=docker or podman), or remove the settings.");

    public static readonly DiagnosticCode IsolationWithoutContainer = Error("CT3055", "Isolation needs a container",
        "{0} is set, and TrainEngine=process cannot keep the program from what that forbids.",
        "Train in a container (TrainEngine=docker or podman), or remove the setting.");

    public static readonly DiagnosticCode DeviceNotOnHost = Error("CT3056", "Device not on the host",
        "TrainDevice '{0}' does not exist on this host.",
        "Load the driver that makes the device, correct its path, or remove the item.");

    public static readonly DiagnosticCode SecretMissing = Program("CT4140", "Secret missing in the program",
        "Add a TrainSecret item of that name, or correct the name in the program.");
}
