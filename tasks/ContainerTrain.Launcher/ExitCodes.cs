using ContainerTrain.Outcome;

namespace ContainerTrain.Launcher;

/// <summary>How the launcher ends.</summary>
internal static class ExitCodes
{
    /// <summary>Of a training that succeeded, and of the guard, which nobody asks.</summary>
    public const int Done = 0;

    /// <summary>The training could not begin, or its end has no code.</summary>
    public const int NotTrained = 1;

    /// <summary>EX_USAGE of sysexits.h.</summary>
    public const int Usage = 64;

    /// <summary>128 + SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;

    /// <summary>The program's own code, as if it had run here, except where somebody else ended it and it has nothing to say to that.</summary>
    public static int Of(RunOutcome outcome) => outcome.Reason switch
    {
        RunReason.Succeeded => Done,
        // Whoever starts trainings again looks for this code, whoever stopped them.
        RunReason.Canceled or RunReason.TimedOut when outcome.IsResumable => outcome.ExitCode,
        RunReason.Canceled => Interrupted,
        RunReason.TimedOut => NotTrained,
        // A program may have ended with 0 and its results not have come back.
        _ => outcome.ExitCode > 0 ? outcome.ExitCode : NotTrained,
    };
}
