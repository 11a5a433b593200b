using System.Globalization;

namespace ContainerTrain.Runtime;

/// <summary>What the environment says about a run, with local defaults for what it does not say.</summary>
internal sealed record RunSettings
{
    public const long DefaultSeed = 42;

    private const string SeedName = "seed";

    public required string RunId { get; init; }

    public required string DataDirectory { get; init; }

    public required string OutputDirectory { get; init; }

    public required string CheckpointDirectory { get; init; }

    public required string SecretsDirectory { get; init; }

    public string? ResumeFrom { get; init; }

    public required bool UsesCuda { get; init; }

    /// <summary>How many CUDA devices the run was promised (TRAIN_GPU_COUNT); null where any number will do.</summary>
    public required int? GpuCount { get; init; }

    public required long Seed { get; init; }

    public required TimeSpan StopGrace { get; init; }

    public required CheckpointSettings Checkpoints { get; init; }

    public required Hyperparameters Hyperparameters { get; init; }

    /// <summary>Where the run's files go; known even when the rest of the environment is wrong.</summary>
    public static string ReadOutputDirectory(IReadOnlyDictionary<string, string> environment) =>
        Path.GetFullPath(Value(environment, "TRAIN_OUTPUT_DIR") ?? Path.Combine("runs", "local"));

    /// <exception cref="TrainingException">Settings have values that are not allowed; all of them.</exception>
    public static RunSettings Read(IReadOnlyDictionary<string, string> environment)
    {
        var problems = new List<TrainingProblem>();
        var output = ReadOutputDirectory(environment);
        var hyperparameters = Hyperparameters.Read(environment, problems);
        var settings = new RunSettings
        {
            RunId = Value(environment, "TRAIN_RUN_ID") ?? "local",
            DataDirectory = Path.GetFullPath(Value(environment, "TRAIN_DATA_DIR") ?? "data"),
            OutputDirectory = output,
            CheckpointDirectory = Path.GetFullPath(Value(environment, "TRAIN_CHECKPOINT_DIR") ?? Path.Combine(output, "checkpoints")),
            SecretsDirectory = Path.GetFullPath(Value(environment, "TRAIN_SECRETS_DIR") ?? "/run/secrets"),
            ResumeFrom = Value(environment, "TRAIN_RESUME_FROM") is { } resume ? Path.GetFullPath(resume) : null,
            UsesCuda = ReadDevice(environment, problems),
            GpuCount = ReadGpuCount(environment, problems),
            Seed = ReadSeed(environment, hyperparameters, problems),
            StopGrace = ReadStopGrace(environment, problems),
            Checkpoints = ReadCheckpoints(environment, problems),
            Hyperparameters = hyperparameters,
        };

        return problems.Count == 0 ? settings : throw new TrainingException(problems);
    }

    private static bool ReadDevice(IReadOnlyDictionary<string, string> environment, List<TrainingProblem> problems)
    {
        var device = Value(environment, "TRAIN_DEVICE") ?? "cpu";
        if (device is not ("cpu" or "cuda"))
        {
            problems.Add(new(ProblemCodes.DeviceMissing,
                $"TRAIN_DEVICE is {Wording.Quote(device)}; it must be 'cpu' or 'cuda'. ContainerTrain.Sdk sets it from TrainGpus."));
        }

        return device == "cuda";
    }

    private static int? ReadGpuCount(IReadOnlyDictionary<string, string> environment, List<TrainingProblem> problems)
    {
        if (Value(environment, "TRAIN_GPU_COUNT") is not { } text)
        {
            return null;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count == 0)
        {
            problems.Add(new(ProblemCodes.DeviceMissing,
                $"TRAIN_GPU_COUNT is {Wording.Quote(text)}; it must be a whole number of at least 1. ContainerTrain.Sdk sets it from TrainGpus."));
        }

        return count;
    }

    private static long ReadSeed(IReadOnlyDictionary<string, string> environment, Hyperparameters hyperparameters, List<TrainingProblem> problems)
    {
        var (name, text) = Value(environment, "TRAIN_SEED") is { } variable
            ? ("TRAIN_SEED", variable)
            : ($"Hyperparameter '{SeedName}'", hyperparameters.Take(SeedName));
        if (text is null)
        {
            return DefaultSeed;
        }

        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed))
        {
            problems.Add(new(ProblemCodes.HyperparameterInvalid,
                $"{name} is {Wording.Quote(text)}; it must be a whole number from {long.MinValue} to {long.MaxValue}. "
                + $"Set it with <TrainHyperparameter Include=\"{SeedName}\" Value=\"{DefaultSeed}\" />."));
        }

        return seed;
    }

    private static TimeSpan ReadStopGrace(IReadOnlyDictionary<string, string> environment, List<TrainingProblem> problems)
    {
        const double defaultSeconds = 120;
        var text = Value(environment, "TRAIN_STOP_GRACE_SECONDS");
        if (text is null)
        {
            return TimeSpan.FromSeconds(defaultSeconds);
        }

        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= TimeSpan.MaxValue.TotalSeconds / 2)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        problems.Add(new(ProblemCodes.HyperparameterInvalid,
            $"TRAIN_STOP_GRACE_SECONDS is {Wording.Quote(text)}; it must be a number of seconds, 0 or more. ContainerTrain.Sdk sets it from TrainStopGrace."));
        return TimeSpan.Zero;
    }

    private static CheckpointSettings ReadCheckpoints(IReadOnlyDictionary<string, string> environment, List<TrainingProblem> problems)
    {
        var settings = CheckpointSettings.Default;
        if (Value(environment, "TRAIN_CHECKPOINT_EVERY") is { } every)
        {
            if (!CheckpointSettings.TryParseInterval(every, out var epochs, out var time))
            {
                problems.Add(new(ProblemCodes.HyperparameterInvalid,
                    $"TRAIN_CHECKPOINT_EVERY is {Wording.Quote(every)}; it must be a number of epochs such as 10, a time such as 90s, 5m or 1h, or 'never'. "
                    + "ContainerTrain.Sdk sets it from TrainCheckpointEvery."));
            }

            settings = settings with { Epochs = epochs, Time = time };
        }

        if (Value(environment, "TRAIN_CHECKPOINT_KEEP") is { } keep)
        {
            if (!int.TryParse(keep, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count < 1)
            {
                problems.Add(new(ProblemCodes.HyperparameterInvalid,
                    $"TRAIN_CHECKPOINT_KEEP is {Wording.Quote(keep)}; it must be a whole number, 1 or more. ContainerTrain.Sdk sets it from TrainCheckpointKeep."));
            }

            settings = settings with { Keep = count };
        }

        return settings;
    }

    /// <summary>A variable that is set and empty counts as absent: engines cannot unset what an image sets.</summary>
    private static string? Value(IReadOnlyDictionary<string, string> environment, string name) =>
        environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
}
