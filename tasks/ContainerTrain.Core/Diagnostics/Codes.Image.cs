namespace ContainerTrain.Diagnostics;

public static partial class Codes
{
    public static readonly DiagnosticCode NoProgramForHost = Error("CT1060", "No program for this host",
        "TrainCompile=false gives an image and no .NET program, and {0}.",
        "Start Docker or Podman, or point DOCKER_HOST at one; without a container there is nothing to run.");

    public static readonly DiagnosticCode NothingToRun = Error("CT1061", "No command for the image",
        "TrainCompile=false, and the project says nothing of what a container of the image runs.",
        "Add ContainerAppCommand or ContainerEntrypoint items, one word each; ContainerAppCommandInstruction=None keeps the base image's own command.");

    public static readonly DiagnosticCode ImageFileMissing = Error("CT1062", "File for the image does not exist",
        "{0} '{1}' does not exist: looked at '{2}'.",
        "Correct the path, which is relative to the project, or create the file before the build.");

    public static readonly DiagnosticCode InvalidTargetPath = Error("CT1063", "Invalid path in the image",
        "TrainImageFile '{0}' has TargetPath '{1}': {2}.",
        "Give an absolute Linux path, or one below the working directory; a path that ends in '/' is a folder.");

    public static readonly DiagnosticCode CommandConflict = Error("CT1064", "Conflicting parts of the command",
        "{0} '{1}' {2}.",
        "Give what always runs as ContainerAppCommand and ContainerAppCommandArgs, what may be replaced as ContainerDefaultArgs, and a program above them as ContainerEntrypoint.");

    public static readonly DiagnosticCode InvalidInstruction = Error("CT2011", "Instruction that breaks the Dockerfile",
        "TrainDockerfileInstruction '{0}' {1}.",
        "Write one whole instruction, as it would stand in a Dockerfile; longer texts belong into a Dockerfile of your own (TrainDockerfile).");

    public static readonly DiagnosticCode EscapeDirective = Error("CT2012", "Escape directive in an ejected Dockerfile",
        "TrainDockerfile begins with '{0}', and one Dockerfile cannot have that together with the SDK's own stages, which are escaped with a backslash.",
        "Escape with a backslash, or build with the SDK, which sends the file as it is.");
}
