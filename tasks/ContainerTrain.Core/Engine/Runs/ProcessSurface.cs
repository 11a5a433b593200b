using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>What a run asks for that a process of the host cannot be given.</summary>
internal static class ProcessSurface
{
    /// <summary>Settings by which a project keeps a program from something: done without, they would be a false promise.</summary>
    public static IEnumerable<Problem> Check(RunPlan run)
    {
        if (run.Network == "none")
            yield return Codes.IsolationWithoutContainer.With("TrainNetwork=none");
        if (run.User.Length > 0)
            yield return Codes.IsolationWithoutContainer.With($"TrainUser={run.User}");
    }

    /// <summary>The rest, in one warning; null if there is nothing to say.</summary>
    public static Problem? Warning(RunPlan run)
    {
        ImmutableArray<(string Name, bool IsSet)> settings =
        [
            ("TrainMemory", run.Memory is not null), ("TrainMemorySwap", run.MemorySwap is not null), ("TrainCpus (but for OMP_NUM_THREADS)", run.NanoCpus is not null),
            ("TrainCpuSet", run.CpuSet.Length > 0), ("TrainPidsLimit", run.PidsLimit is not null), ("TrainShmSize", run.ShmSize is not null),
            ("TrainUlimit", !run.Ulimits.IsEmpty), ("TrainNetwork", run.Network.Length > 0), ("TrainWorkingDirectory", run.WorkingDirectory.Length > 0),
            ("TrainExtraHost", !run.ExtraHosts.IsEmpty), ("TrainDevice", !run.Devices.IsEmpty), ("TrainCapability", !run.Capabilities.IsEmpty),
            ("HostPort of ContainerPort", !run.Ports.IsEmpty),
        ];
        var names = settings.Where(setting => setting.IsSet).Select(setting => setting.Name).ToArray();
        return names.Length == 0 ? null : Codes.NoEffectInProcess.With(string.Join(", ", names));
    }
}
