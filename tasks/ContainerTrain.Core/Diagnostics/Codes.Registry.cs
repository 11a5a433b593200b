namespace ContainerTrain.Diagnostics;

/// <content>Images that leave the machine.</content>
public static partial class Codes
{
    public static readonly DiagnosticCode NoDestination = Error("CT5001", "Nowhere to push to",
        "PushImage has no destination: neither ContainerRegistry nor ContainerArchiveOutputPath is set.",
        "Name a registry, as in -p:ContainerRegistry=registry.example.com, or a file with ContainerArchiveOutputPath.");

    public static readonly DiagnosticCode InvalidRegistry = Error("CT5002", "Invalid registry",
        "ContainerRegistry is '{0}': {1}. Expected host[:port], for example ghcr.io or localhost:5000.",
        "Give the host alone; the repository's name is ContainerRepository.");

    public static readonly DiagnosticCode RegistryUnreachable = Error("CT5003", "Registry cannot be reached",
        "{0}: {1} (tries: {2})",
        "Check the address and the network, then push again: layers that are up there already are not sent twice.");

    public static readonly DiagnosticCode RegistryRefusedLogin = Error("CT5004", "Registry does not let in",
        "{0} answers {1} (with {2})",
        "Log in with 'docker login', or set DOTNET_CONTAINER_REGISTRY_UNAME and DOTNET_CONTAINER_REGISTRY_PWORD, and check that this user may do it.");

    public static readonly DiagnosticCode RegistryError = Error("CT5005", "Registry refused a request",
        "{0} {1} at {2} failed with {3}: {4}",
        "The registry's own words say why; a quota, a rule for tags or a proxy in between are usual reasons.");

    public static readonly DiagnosticCode PushNeedsEngine = Error("CT5006", "Image needs an engine",
        "TrainPush=direct makes the image without an engine, and the project has {0}, which only an engine can run.",
        "Use TrainPush=engine, or put what these items install into a base image of your own.");

    public static readonly DiagnosticCode NotInRegistry = Error("CT5007", "Base image cannot be read from its registry",
        "The base image '{0}' cannot be read from its registry: {1}.",
        "Check its name and tag. An image that only the engine has can be pushed with TrainPush=engine.");

    public static readonly DiagnosticCode EnginePushFailed = Error("CT5008", "Engine could not push",
        "'{0}' could not be pushed by {1}: {2}",
        "The words are the engine's own: it speaks to the registry itself, and has to reach and to trust it.");

    public static readonly DiagnosticCode CertificateUntrusted = Error("CT5009", "Registry's certificate is not trusted",
        "The certificate of {0} is not accepted: {1}",
        "Give the authority that signed it with TrainCaFile, a PEM file; a certificate for another host name cannot be helped that way.");

    public static readonly DiagnosticCode CaFileUnreadable = Error("CT5010", "Certificate file cannot be read",
        "TrainCaFile is '{0}', which cannot be read: {1}",
        "Give a file with one or more certificates in PEM form (-----BEGIN CERTIFICATE-----).");

    public static readonly DiagnosticCode WrongContent = Error("CT5011", "Registry sent other content than asked for",
        "{0} was asked for {1} and sent {2}.",
        "Something between here and the registry changes what it sends, a proxy for example; nothing of it was used.");

    public static readonly DiagnosticCode LayerUnreadable = Error("CT5012", "Layer cannot be read",
        "The layer '{0}' could not be read while it was sent: {1}",
        "Another program changed or removed a file of it meanwhile. Build again.");

    public static readonly DiagnosticCode ArchiveUnwritable = Error("CT5013", "Image file cannot be written",
        "'{0}' cannot be written: {1}",
        "Make room, or set ContainerArchiveOutputPath to another place.");

    public static readonly DiagnosticCode LayoutNeedsPlan = Error("CT5014", "OCI layout not possible for this image",
        "TrainArchiveFormat is oci, and the image exists on the engine only: {0}.",
        "Use TrainArchiveFormat=docker, which the engine writes; 'skopeo copy' turns it into an OCI layout.");
}
