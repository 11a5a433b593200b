using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Plan;

/// <summary>The run's half of the plan.</summary>
internal static partial class RunPlanner
{
    private static readonly ImmutableArray<string> Engines = ["auto", "docker", "podman", "process"];

    internal delegate bool Parser<T>(string text, out T value);

    public static RunPlan Plan(TrainInputs inputs, ProblemCollector problems)
    {
        var run = inputs.Run;
        if (!GpuRequest.TryParse(run.Gpus, run.HostHasGpu, out var gpus))
            problems.AddForProperty("TrainGpus", Codes.UnknownValue, "TrainGpus", run.Gpus, GpuRequest.Allowed, "");

        var hyperparameters = Hyperparameters(run, problems);
        var plan = new RunPlan
        {
            Engine = Engine(run.Engine, problems),
            EngineRemote = EngineRemote(run.EngineRemote, problems),
            Gpus = gpus,
            GpusAreAuto = GpuRequest.IsAuto(run.Gpus),
            Arguments = Arguments(run.Arguments, problems),
            Mounts = MountPlanner.Plan(inputs, problems),
            Hyperparameters = hyperparameters,
            Seed = Seed(hyperparameters, problems),
            OutputRoot = run.OutputRoot,
            HostAssembly = inputs.Project.OutputAssembly,
            Timeout = Optional<TimeSpan>("TrainTimeout", run.Timeout, Units.TryParseDuration, "a duration such as 90, 30m or 1h30m, at most 49d", problems),
            StopGrace = Optional<TimeSpan>("TrainStopGrace", run.StopGrace, Units.TryParseDuration, "a duration such as 120, 90s or 2m, at most 49d", problems)
                ?? TimeSpan.FromSeconds(120),
            Resume = Resume(run.Resume, problems),
            CheckpointEvery = CheckpointEvery(run.CheckpointEvery, problems),
            CheckpointKeep = Optional<long>("TrainCheckpointKeep", run.CheckpointKeep, TryParseCount, "a whole number of at least 1", problems),
            ReadOnlyRootfs = Boolean("TrainReadOnlyRootfs", run.ReadOnlyRootfs, problems),
            Init = Boolean("TrainInit", run.Init, problems),
            User = CheckUser("TrainUser", run.User, problems),
        };
        return SurfacePlanner.With(LimitPlanner.With(plan, run, problems), inputs, problems);
    }

    /// <summary>The user, which is no problem if it is empty.</summary>
    public static string CheckUser(string property, string text, ProblemCollector problems)
    {
        if (text.Length > 0 && !UserPattern().IsMatch(text))
            problems.AddForProperty(property, Codes.InvalidName, property, text, "is no user: uid, uid:gid, name or name:group");
        return text;
    }

    private static EngineKind Engine(string text, ProblemCollector problems)
    {
        var name = text.Length > 0 ? text.ToLowerInvariant() : "auto";
        if (Engines.Contains(name))
            return Enum.Parse<EngineKind>(name, ignoreCase: true);
        problems.AddForProperty("TrainEngine", Codes.UnknownValue, "TrainEngine", text, string.Join(", ", Engines), Suggestion.Sentence(text, Engines));
        return default;
    }

    private static bool? EngineRemote(string text, ProblemCollector problems)
    {
        if (bool.TryParse(text, out var remote))
            return remote;
        if (text.Length > 0 && !text.Trim().Equals("auto", StringComparison.OrdinalIgnoreCase))
            problems.AddForProperty("TrainEngineRemote", Codes.UnknownValue, "TrainEngineRemote", text, "auto, true, false", Suggestion.Sentence(text, ["auto", "true", "false"]));
        return null;
    }

    private static string Resume(string text, ProblemCollector problems)
    {
        string[] names = [RunPlan.ResumeNever, RunPlan.ResumeAuto];
        var name = text.Length > 0 ? text.Trim().ToLowerInvariant() : RunPlan.ResumeNever;
        if (!names.Contains(name) && !RunFolderName().IsMatch(name))
            problems.AddForProperty("TrainResume", Codes.UnknownValue, "TrainResume", text, string.Join(", ", names) + ", the name of a run's folder", Suggestion.Sentence(text, names));
        return name;
    }

    private static string CheckpointEvery(string text, ProblemCollector problems)
    {
        if (text.Length > 0 && !IntervalPattern().IsMatch(text))
            problems.AddForProperty("TrainCheckpointEvery", Codes.InvalidNumber, "TrainCheckpointEvery", text, "a number of epochs such as 10, a time such as 90s, 5m or 1h, or never");
        return text;
    }

    private static ImmutableArray<string> Arguments(string text, ProblemCollector problems)
    {
        if (CommandLine.TrySplit(text, out var arguments))
        {
            if (arguments.Select(argument => ProgramText.Fault(argument)).FirstOrDefault(fault => fault.Length > 0) is { } fault)
                problems.AddForProperty("TrainArguments", Codes.UncarriableText, "An argument in TrainArguments", fault);
            return arguments;
        }
        problems.AddForProperty("TrainArguments", Codes.InvalidName, "TrainArguments", text, "has a quote that is not closed");
        return [];
    }

    private static ImmutableSortedDictionary<string, string> Hyperparameters(RunInputs run, ProblemCollector problems)
    {
        foreach (var item in run.Hyperparameters)
        {
            if (!HyperparameterName().IsMatch(item.Include))
                Complain(item, "its name has characters other than letters, digits, '_', '-' and '.', or begins with none of the letters");
            if (!item.Metadata.ContainsKey("Value"))
                Complain(item, "it has no Value");
            if (ProgramText.Fault(item["Value"], VariableName(item.Include)) is { Length: > 0 } fault)
                problems.AddForItem("TrainHyperparameter", item.Include, Codes.UncarriableText, $"The Value of TrainHyperparameter '{item.Include}'", fault);
            if (VariableName(item.Include) == FileVariable)
                Complain(item, $"its variable {FileVariable} is the one that names the file of all hyperparameters");
        }
        // Two spellings of one environment variable would silently overwrite each other.
        foreach (var group in run.Hyperparameters.GroupBy(item => VariableName(item.Include)).Where(group => group.Count() > 1))
            Complain(group.Last(), $"it is given {group.Count()} times ({string.Join(", ", group.Select(item => $"'{item.Include}'='{item["Value"]}'"))})");
        return run.Hyperparameters
            .DistinctBy(item => item.Include, StringComparer.Ordinal)
            .ToImmutableSortedDictionary(item => item.Include, item => item["Value"], StringComparer.Ordinal);

        void Complain(InputItem item, string what) =>
            problems.AddForItem("TrainHyperparameter", item.Include, Codes.InvalidHyperparameter, item.Include, what);
    }

    /// <summary>The variable that names the JSON file of all hyperparameters; no hyperparameter may take it.</summary>
    public const string FileVariable = "TRAIN_HP_FILE";

    /// <summary>The environment variable that carries a hyperparameter: <c>learning-rate</c> is <c>TRAIN_HP_LEARNING_RATE</c>.</summary>
    public static string VariableName(string hyperparameter) =>
        "TRAIN_HP_" + hyperparameter.ToUpperInvariant().Replace('-', '_').Replace('.', '_');

    private static long Seed(ImmutableSortedDictionary<string, string> hyperparameters, ProblemCollector problems)
    {
        const long usual = 42;
        // By its variable, as the program sees it: 'Seed' is the seed too.
        if (hyperparameters.FirstOrDefault(pair => VariableName(pair.Key) == VariableName("seed")) is not ({ } name, { Length: > 0 } text))
            return usual;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed))
            return seed;
        problems.AddForItem("TrainHyperparameter", name, Codes.InvalidNumber, "TrainHyperparameter " + name, text, "a whole number from 0 to 9223372036854775807");
        return usual;
    }

    private static bool Boolean(string name, string text, ProblemCollector problems)
    {
        if (text.Length > 0 && !bool.TryParse(text, out _))
            problems.AddForProperty(name, Codes.UnknownValue, name, text, "true, false", "");
        return text.Length == 0 || !bool.TryParse(text, out var value) || value;
    }

    public static T? Optional<T>(string name, string text, Parser<T> parser, string expected, ProblemCollector problems)
        where T : struct
    {
        if (text.Length == 0)
            return null;
        if (parser(text, out var value))
            return value;
        problems.AddForProperty(name, Codes.InvalidNumber, name, text, expected);
        return null;
    }

    public static bool TryParseCount(string text, out long count) =>
        long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0;

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_.-]*\z")]
    private static partial Regex HyperparameterName();

    [GeneratedRegex(@"^[0-9]{8}-[0-9]{6}-[a-z]{4}\z")]
    private static partial Regex RunFolderName();

    // The program reads it again: CheckpointSettings in ContainerTrain.Runtime.
    [GeneratedRegex(@"^(never|[1-9][0-9]{0,8}[smh]?)\z")]
    private static partial Regex IntervalPattern();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?\z")]
    private static partial Regex UserPattern();
}
