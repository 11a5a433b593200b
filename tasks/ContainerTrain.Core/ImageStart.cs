using System.Collections.Immutable;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain;

/// <summary>
/// What of an edit's image does not wait for the compiler: the plan of the last build, an engine that answers, and what the
/// application stands on. Holds as long as the plan that it was made of.
/// </summary>
/// <param name="Settings">Where the engine was looked for.</param>
/// <param name="PlanState">The plan's file when it was read.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Engine">Where the image is to be.</param>
/// <param name="Builder">Makes it.</param>
/// <param name="Image">The plan's image with the files that are sent.</param>
/// <param name="Below">What it stands on.</param>
/// <param name="Files">The files of all layers but the project's own, as they were before they were looked at.</param>
/// <param name="Announced">The engine's readiness for the application (<see cref="IImageBuilder.Announce"/>).</param>
public sealed record ImageStart(
    EngineSettings Settings, FileState PlanState, PlannedImage Plan, EngineConnection Engine, IImageBuilder Builder, ImagePlan Image,
    ImageBelow Below, ImmutableArray<FileState> Files, IDisposable? Announced) : IDisposable
{
    /// <summary>Whether a build that looks for engines here would begin in the same way.</summary>
    public bool IsOf(EngineSettings settings) => Settings == settings && PlanState.IsUnchanged() && Files.All(file => file.IsUnchanged());

    public void Dispose()
    {
        Announced?.Dispose();
        Engine.Dispose();
    }
}
