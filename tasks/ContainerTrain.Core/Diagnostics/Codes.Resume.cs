namespace ContainerTrain.Diagnostics;

/// <summary>Runs that go on from a checkpoint.</summary>
public static partial class Codes
{
    public static readonly DiagnosticCode UnknownRun = Error("CT1030", "Run to resume not found",
        "TrainResume is '{0}', and there is no such run in '{1}'.{2}",
        "Use the name of a run's folder, or auto for the newest run that can go on.");

    public static readonly DiagnosticCode NothingToResume = Error("CT1031", "Run has no checkpoint",
        "TrainResume is '{0}', and that run has no whole checkpoint in '{1}'.",
        "A program writes checkpoints if it tracks its state with run.Checkpoints.Track and goes through run.Epochs. Start from scratch with TrainResume=never.");

    public static readonly DiagnosticCode RunOfAnotherProject = Error("CT1032", "Run of another project",
        "TrainResume is '{0}', which is a run of the project '{1}'; this is '{2}'.",
        "Name a run of this project, or set TrainOutputRoot to a folder of this project's own.");

    public static readonly DiagnosticCode RunIsGoingOn = Error("CT1033", "Run is still going on",
        "TrainResume is '{0}', and that run has not ended: a program still writes its metrics.",
        "Wait for its end, or stop it: what it saves then is where the next run goes on.");

    public static readonly DiagnosticCode StoppedResumable = Error("CT4011", "Training stopped by someone else",
        "Training was stopped by a signal that did not come from this build, after {0}. Log: '{1}'.{2}",
        "Go on with TrainResume=auto, or with the run's id. The engine's and the system's logs may say who sent the signal.");

    public static readonly DiagnosticCode CheckpointNotWritten = Program("CT4120", "Checkpoint cannot be written",
        "Free space in the output folder and give the user of the training write access to it.");

    public static readonly DiagnosticCode CheckpointDamaged = ProgramWarning("CT4121", "Damaged checkpoint passed over",
        "Nothing, unless it happens again: then look at the disk.");

    public static readonly DiagnosticCode NoCheckpoint = Program("CT4122", "No checkpoint to go on from",
        "Start from scratch with TrainResume=never, or name another run.");

    public static readonly DiagnosticCode CheckpointOfAnotherModel = Program("CT4123", "Checkpoint of another model",
        "Go on with the program and the hyperparameters that wrote it, or start from scratch with TrainResume=never.");

    public static readonly DiagnosticCode ResumedWithOtherSettings = ProgramWarning("CT4125", "Resumed with other settings",
        "Nothing, if the other settings are meant.");
}
