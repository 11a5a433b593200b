namespace ContainerTrain.Diagnostics;

/// <content>Finding engines, talking to them, and engines on other machines.</content>
public static partial class Codes
{
    public static readonly DiagnosticCode UnknownContext = Error("CT3036", "Docker context does not exist",
        "{0} is '{1}', and there is no such context in '{2}'. Allowed: {3}.{4}",
        "Name a context that 'docker context ls' lists, or go back to the default one: 'docker context use default'.");

    public static readonly DiagnosticCode ContextUnusable = Error("CT3037", "Docker context cannot be used",
        "The Docker context '{0}' cannot be used: '{1}' {2}.",
        "Remove the context and create it again, or choose another one with DOCKER_CONTEXT.");

    public static readonly DiagnosticCode CertificateUnusable = Error("CT3038", "Certificate for the engine cannot be used",
        "The {0} that {1} asks for cannot be used: '{2}' {3}.",
        "DOCKER_CERT_PATH names the folder of ca.pem, cert.pem and key.pem, in PEM and without a password; a context has its own copies.");

    public static readonly DiagnosticCode NoSshClient = Error("CT3039", "No SSH client",
        "{0} is '{1}', which needs the program '{2}', and there is none on this machine.",
        "Install OpenSSH's client, or forward the engine's socket to this machine in another way.");

    public static readonly DiagnosticCode ApiTooOld = Error("CT3040", "Engine too old",
        "{0} {1} at {2} speaks its API up to version {3}, and {4} or newer is needed.",
        "Update it: Docker Engine 20.10 and Podman 4.3 are the oldest that work.");

    public static readonly DiagnosticCode ApiTooNew = Error("CT3041", "Engine too new",
        "{0} {1} at {2} speaks its API from version {3} on, and this SDK up to {4}.",
        "Update ContainerTrain.Sdk.");

    public static readonly DiagnosticCode FileNotCarried = Error("CT3042", "File cannot be brought to a remote engine",
        "The engine does not see this host's folders, and the file '{0}' cannot be brought to '{1}' there: {2}.",
        "Give the folder that has the file as TrainData, or use TargetPath to place the file below /train/data.");
}
