using ContainerTrain.Plan;

namespace ContainerTrain.Outcome;

/// <summary>How a run ended.</summary>
public enum RunReason
{
    Succeeded,

    /// <summary>The program ended with an exit code other than zero.</summary>
    Failed,

    /// <summary>It was asked to end by someone else than this build, and can go on from a checkpoint.</summary>
    Stopped,

    /// <summary>The kernel ended it for using more memory than it may.</summary>
    OutOfMemory,

    /// <summary>It was stopped because TrainTimeout had passed.</summary>
    TimedOut,

    /// <summary>It was stopped because the build was canceled.</summary>
    Canceled,

    /// <summary>It was stopped because the build that watched it was gone.</summary>
    Abandoned,

    /// <summary>A signal that nobody here sent ended it.</summary>
    Killed,

    /// <summary>The program could not be started.</summary>
    NotStarted,

    /// <summary>The image that it was to run in is not on the engine.</summary>
    ImageMissing,

    /// <summary>The image has no such program.</summary>
    ProgramMissing,

    /// <summary>The program is a file that nobody may execute.</summary>
    ProgramNotExecutable,

    /// <summary>The program is for another kind of machine.</summary>
    WrongMachine,

    /// <summary>It failed, and a native library that it needs does not load.</summary>
    NativeMissing,

    /// <summary>It failed, and there is no room left where it writes.</summary>
    DiskFull,

    /// <summary>It failed, and the device that it computed on had failed before.</summary>
    DeviceLost,

    /// <summary>The device that the program was promised was not there; it ended before its first step.</summary>
    DeviceMissing,

    /// <summary>The connection to the engine broke before the end was known.</summary>
    EngineLost,
}

/// <summary>The end of a run, as data.</summary>
/// <param name="ExitCode">The program's exit code, -1 if there is none.</param>
/// <param name="Detail">What the engine said, where the reason needs words.</param>
public sealed record RunOutcome(RunReason Reason, int ExitCode, DateTimeOffset Started, DateTimeOffset Finished, string Detail = "")
{
    /// <summary>Exit codes above this mean "ended by signal number code - 128", as shells have it.</summary>
    private const int SignalBase = 128;

    /// <summary>"Stopped, resumable": TrainingProgram.StoppedResumable of ContainerTrain.Runtime (EX_TEMPFAIL of sysexits.h).</summary>
    private const int StoppedResumable = 75;

    /// <summary>Where the program found its data: what the paths that it reports begin with.</summary>
    public string DataDirectory { get; init; } = ContainerPaths.Data;

    /// <summary>The image's id; empty where there is none.</summary>
    public string Image { get; init; } = "";

    /// <summary>What the engine runs programs for, such as <c>linux/amd64</c>; empty where that is nothing of the outcome.</summary>
    public string Platform { get; init; } = "";

    /// <summary>Whether the engine did not do what ends it: its container may be there still.</summary>
    public bool IsLeftRunning { get; init; }

    public TimeSpan Duration => Finished - Started;

    /// <summary>Whether the program said that it saved what it can go on from.</summary>
    public bool IsResumable => ExitCode == StoppedResumable;

    public int? Signal => SignalOf(ExitCode);

    /// <summary>The reason that an exit code alone gives.</summary>
    public static RunReason ReasonOf(int exitCode) =>
        exitCode == 0 ? RunReason.Succeeded
        : exitCode == StoppedResumable ? RunReason.Stopped
        : SignalOf(exitCode) is null ? RunReason.Failed
        : RunReason.Killed;

    /// <summary>
    /// The signal that an exit code stands for. Signals 17 to 23 and 28 (SIGCHLD … SIGURG, SIGWINCH) end no program, so
    /// that those codes are a program's own: .NET's host ends with 150 where a framework is missing.
    /// </summary>
    private static int? SignalOf(int exitCode) =>
        exitCode - SignalBase is >= 1 and <= 64 and not (>= 17 and <= 23) and not 28 ? exitCode - SignalBase : null;
}
