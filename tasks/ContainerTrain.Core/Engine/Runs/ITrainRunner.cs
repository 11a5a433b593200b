using System.Collections.Immutable;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>Runs a training to its end.</summary>
public interface ITrainRunner
{
    /// <summary>Finds what would keep the plan from running here, before anything is made for it.</summary>
    /// <exception cref="Diagnostics.ProblemException">With everything that is wrong.</exception>
    void Check(TrainPlan plan);

    /// <summary>
    /// Runs the training and returns how it ended. When <paramref name="cancellation"/> is requested, the program gets its
    /// stop grace to save its work.
    /// </summary>
    Task<RunOutcome> RunAsync(RunRequest request, IProgress<OutputLine> output, CancellationToken cancellation);
}

/// <summary>A run that is to be done now.</summary>
/// <param name="Image">The image's id; null where no container is used.</param>
public sealed record RunRequest(TrainPlan Plan, RunFolder Folder, string? Image)
{
    /// <summary>An engine that is restarted is back within seconds; one with many containers takes longer.</summary>
    internal static readonly TimeSpan UsualEngineReturn = TimeSpan.FromMinutes(1);

    /// <summary>How long an engine that goes away during the run may take to come back.</summary>
    public TimeSpan EngineReturn { get; init; } = UsualEngineReturn;

    /// <summary>What a container mounts in place of the plan's mounts and the run's own folders; null: those.</summary>
    public ImmutableArray<MountPlan>? Mounts { get; init; }

    /// <summary>The run's secrets; null for a run without.</summary>
    public SecretFiles? Secrets { get; init; }

    /// <summary>Gets what the engine decides at the start and the user has to know, such as the number of a port.</summary>
    public IProgress<string>? Notices { get; init; }

    /// <summary>Ends the stop grace at once. Nobody asks for it before a stop.</summary>
    public CancellationToken Kill { get; init; }

    /// <summary>Gets what the runner itself has to say.</summary>
    public IProgress<string> Progress { get; init; } = new DirectProgress<string>(_ => { });
}

/// <summary>A line that the training program wrote.</summary>
public sealed record OutputLine(string Text, bool IsError);
