using System.Collections.Immutable;
using System.Globalization;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>The paths that a training program is told, inside a container or on the host.</summary>
internal sealed record TrainPaths(string Data, string Output, string Checkpoints, string HyperparameterFile, string Secrets = "")
{
    public static TrainPaths InContainer { get; } = new(
        ContainerPaths.Data, ContainerPaths.Output, ContainerPaths.Checkpoints, ContainerPaths.HyperparameterFile, ContainerPaths.Secrets);
}

/// <summary>The environment variables that make up the contract with the training program; every engine sets the same.</summary>
internal static class TrainEnvironment
{
    public static ImmutableSortedDictionary<string, string> Of(RunPlan run, string runId, TrainPaths paths)
    {
        var variables = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        variables["TRAIN_RUN_ID"] = runId;
        variables["TRAIN_DATA_DIR"] = paths.Data;
        variables["TRAIN_OUTPUT_DIR"] = paths.Output;
        variables["TRAIN_CHECKPOINT_DIR"] = paths.Checkpoints;
        if (run.Mounts.FirstOrDefault(mount => mount.Target == ContainerPaths.Resume) is { } resume)
            variables["TRAIN_RESUME_FROM"] = paths == TrainPaths.InContainer ? resume.Target : resume.Source;
        if (run.CheckpointEvery.Length > 0)
            variables["TRAIN_CHECKPOINT_EVERY"] = run.CheckpointEvery;
        if (run.CheckpointKeep is { } keep)
            variables["TRAIN_CHECKPOINT_KEEP"] = keep.ToString(CultureInfo.InvariantCulture);
        variables["TRAIN_DEVICE"] = run.Device;
        if (run.Gpus.Promised is { } gpus)
            variables["TRAIN_GPU_COUNT"] = gpus.ToString(CultureInfo.InvariantCulture);
        variables["TRAIN_SEED"] = run.Seed.ToString(CultureInfo.InvariantCulture);
        variables["TRAIN_STOP_GRACE_SECONDS"] = Math.Ceiling(run.StopGrace.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        if (!run.Secrets.IsEmpty)
            variables["TRAIN_SECRETS_DIR"] = paths.Secrets;
        variables[RunPlanner.FileVariable] = paths.HyperparameterFile;
        foreach (var (name, value) in run.Hyperparameters)
            variables[RunPlanner.VariableName(name)] = value;
        // libtorch counts the processors it may be scheduled on, not the ones that the limit pays for.
        if (run.NanoCpus is { } nanoCpus)
            variables["OMP_NUM_THREADS"] = Math.Max(1, (int)(nanoCpus / 1_000_000_000)).ToString(CultureInfo.InvariantCulture);
        return variables.ToImmutable();
    }
}
