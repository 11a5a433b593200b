using System.Collections.Immutable;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine.Tests.Faults;

/// <summary>Something that goes wrong, and what a build must say of it. A row of the table in docs/reliability.md.</summary>
/// <param name="Phase">What the build or the training is at.</param>
/// <param name="Name">What goes wrong, as a sentence; unique.</param>
/// <param name="Done">What the test does for it.</param>
/// <param name="Expected">The codes, or "success"; see <see cref="Ending.Text"/>.</param>
/// <param name="Act">Does it, and returns what came of it.</param>
internal sealed record Fault(string Phase, string Name, string Done, string Expected, Func<FaultScene, Task<Ending>> Act)
{
    public static readonly ImmutableArray<EngineKind> Everywhere = [EngineKind.Docker, EngineKind.Podman, EngineKind.Process];

    /// <summary>Where it can happen.</summary>
    public ImmutableArray<EngineKind> Engines { get; init; } = [EngineKind.Docker, EngineKind.Podman];

    /// <summary>Whether it is done to the daemon itself, and so not to one that others use.</summary>
    public bool NeedsOwnDaemon { get; init; }

    /// <summary>What Podman makes of it, where that differs.</summary>
    public string OnPodman { get; init; } = "";

    /// <summary>What a process of the host makes of it, where that differs.</summary>
    public string OnProcess { get; init; } = "";

    public string ExpectedOn(EngineKind engine) => engine switch
    {
        EngineKind.Podman when OnPodman.Length > 0 => OnPodman,
        EngineKind.Process when OnProcess.Length > 0 => OnProcess,
        _ => Expected,
    };
}

/// <summary>All of them, in the order of the table.</summary>
internal static class FaultTable
{
    public static readonly ImmutableArray<Fault> All =
        [.. FindingFaults.All, .. ImageFaults.All, .. StartFaults.All, .. ProgramFaults.All, .. OutputFaults.All, .. StopFaults.All, .. EngineFaults.All, .. DaemonFaults.All];

    public static TheoryData<string> On(EngineKind engine, bool ownDaemon = false) =>
        [.. All.Where(fault => fault.Engines.Contains(engine) && fault.NeedsOwnDaemon == ownDaemon).Select(fault => fault.Name)];
}
