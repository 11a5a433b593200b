using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>Whether there is space where images and results go.</summary>
internal static class DiskCheck
{
    private const long Spare = 1L << 30;
    private const long Comfortable = 5L << 30;
    private const long LeastForResults = 100L << 20;
    private const long ComfortableForResults = 1L << 30;

    /// <param name="folder">The engine's; null if it is on another machine or not to be seen.</param>
    /// <param name="free">Bytes.</param>
    /// <param name="needed">Bytes that the next build adds at most.</param>
    public static DoctorLine OfEngine(string? folder, long free, long needed)
    {
        const string name = "engine's disk";
        if (folder is null)
            return DoctorLine.Skipped(name, "the engine's folder is not on this host");
        var finding = $"{Units.Show(free)} free in '{folder}'" + (needed > 0 ? $"; the next build adds up to {Units.Show(needed)}" : "");
        const string remedy = "Remove images that nobody uses ('docker image prune'), or let the engine store elsewhere.";
        return free < needed + Spare ? DoctorLine.Error(name, finding, remedy)
            : free < Comfortable ? DoctorLine.Warning(name, finding, remedy)
            : DoctorLine.Ok(name, finding);
    }

    /// <param name="folder">TrainOutputRoot.</param>
    /// <param name="isWritable">By the user who runs the build.</param>
    /// <param name="free">Bytes.</param>
    public static DoctorLine OfResults(string folder, bool isWritable, long free)
    {
        const string name = "results";
        var finding = $"{Units.Show(free)} free in '{folder}'";
        return !isWritable ? DoctorLine.Error(name, $"'{folder}' cannot be written by this user", "Give the user write access, or set TrainOutputRoot to another folder.", Diagnostics.Codes.RunFolderUnwritable.Id)
            : free < LeastForResults ? DoctorLine.Error(name, finding, "Make room, or set TrainOutputRoot to another disk.")
            : free < ComfortableForResults ? DoctorLine.Warning(name, finding, "Make room for checkpoints and models, or set TrainOutputRoot to another disk.")
            : DoctorLine.Ok(name, finding);
    }
}
