namespace ContainerTrain.Diagnostics;

/// <content>Ends of a training that are nobody's fault but the circumstances'.</content>
public static partial class Codes
{
    public static readonly DiagnosticCode WaitedTooLong = Error("CT3060", "Waited too long for another build",
        "Only one build at a time makes {0}, and {1} has had the lock '{2}' for more than {3}.",
        "See whether that process still works, and end it if it does not: the lock ends with it.");

    public static readonly DiagnosticCode Abandoned = Error("CT4020", "Training outlived its build",
        "The build that watched the training was gone, so the training was stopped after {0}. Log: '{1}'{2}.{3}",
        "Train again, or go on with TrainResume=auto where it saved a checkpoint.");

    public static readonly DiagnosticCode DiskFull = Error("CT4022", "No room left for the training",
        "Training failed (exit code {0}) after {1}, and there is no room left on the disk of '{2}'. Log: '{3}'.{4}",
        "Make room there, or set TrainOutputRoot to a folder of another disk. 'docker system df' shows what the engine keeps.");

    public static readonly DiagnosticCode RunImageMissing = Error("CT4023", "Image of the training is gone",
        "The training could not be started, as the image {0} is not on the engine: {1}",
        "Build again, which makes it again; and see who removes images while trainings start.");

    public static readonly DiagnosticCode WrongMachine = Error("CT4024", "Program for another kind of machine",
        "The training could not be started: {0}, and the engine runs programs for {1}. Log: '{2}'.",
        "Set ContainerRuntimeIdentifier (or RuntimeIdentifier) to the engine's machine, or take a base image for it.");

    public static readonly DiagnosticCode ProgramMissing = Error("CT4025", "Program not in the image",
        "The training could not be started: the image has no program {0}. Log: '{1}'.",
        "Check ContainerAppCommand and ContainerEntrypoint, and that ContainerBaseImage has the .NET runtime where the program needs it.");

    public static readonly DiagnosticCode ProgramNotExecutable = Error("CT4026", "Program not executable",
        "The training could not be started: {0} is not an executable file. Log: '{1}'.",
        "Give the file its executable bit (chmod +x) before the build, or start it with the program that reads it.");

    public static readonly DiagnosticCode NativeLibraryMissing = Program("CT4027", "Native library does not load in the training",
        "Add the package that brings the library, or TrainAptPackage for one of the system; TrainDoctor lists what is missing.");

    public static readonly DiagnosticCode DeviceLost = Program("CT4028", "Device failed during the training",
        "Look for Xid lines in the kernel's log (dmesg), and at nvidia-smi. The run goes on from its last checkpoint with TrainResume=auto.");

    public static readonly DiagnosticCode UnhandledException = Program("CT4029", "Unhandled exception in the training program",
        "The log has the stack trace.");

    public static readonly DiagnosticCode CanceledAfterTraining = Error("CT4021", "Build canceled after the training",
        "The build was canceled when the training had ended already, and successfully. Its results are in '{0}'; checksums of large files may be missing in run.json.",
        "Nothing has to be done again: the model and the metrics are whole.");
}
