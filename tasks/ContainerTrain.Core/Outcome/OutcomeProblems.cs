using System.Collections.Immutable;
using System.Text.Json;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;

namespace ContainerTrain.Outcome;

/// <summary>An outcome in the words of the build: every end but success is at least one error.</summary>
public static class OutcomeProblems
{
    public static ImmutableArray<Problem> Of(RunOutcome outcome, RunPlan run, RunFolder folder, IReadOnlyCollection<string> lastLines)
    {
        var reported = ReadReported(outcome, folder, run);
        // Errors beside a success are of an earlier run in the folder, or of a program that found a way around them.
        if (outcome.Reason == RunReason.Succeeded)
            return [.. reported.Where(problem => !problem.IsError)];
        // The end has a code of its own, which says all there is to say.
        if (reported.Any(problem => SaysAll(problem, outcome.Reason)))
            return reported;
        // A program that reported what is wrong has printed it too: its last lines would say everything twice. Not so an exception's.
        var tail = !reported.Any(problem => problem.IsError && problem.Code != Codes.UnhandledException) && lastLines.Count > 0 ? " Last lines:" + string.Concat(lastLines.Select(line => "\n    " + line)) : "";
        return [.. reported, Main(outcome, run, folder, Left(outcome, folder) + GoOn(folder) + tail)];
    }

    /// <summary>The outcome with the reason that the program itself gave, or its disk, where that is one that has a name of its own.</summary>
    public static RunOutcome Explained(RunOutcome outcome, RunPlan run, RunFolder folder) => Explained(outcome, run, folder, DiskSpace.IsFull);

    internal static RunOutcome Explained(RunOutcome outcome, RunPlan run, RunFolder folder, Func<string, bool> isFull)
    {
        if (outcome.Reason == RunReason.Failed)
        {
            foreach (var problem in ReadReported(outcome, folder, run))
            {
                if (ReasonOf(problem.Code) is { } reason)
                    return outcome with { Reason = reason };
            }
        }
        // A program that maps a file and finds no room for a page of it is ended by a signal.
        return outcome.Reason is RunReason.Failed or RunReason.NotStarted or RunReason.Killed && isFull(folder.Path) ? outcome with { Reason = RunReason.DiskFull } : outcome;
    }

    private static bool SaysAll(Problem problem, RunReason reason) => reason switch
    {
        RunReason.Failed => problem.Code == Codes.LossNotFinite,
        RunReason.NativeMissing or RunReason.DeviceLost => ReasonOf(problem.Code) == reason,
        _ => false,
    };

    private static RunReason? ReasonOf(DiagnosticCode code) =>
        code == Codes.DeviceMismatch ? RunReason.DeviceMissing
        : code == Codes.DeviceLost ? RunReason.DeviceLost
        : code == Codes.NativeLibraryMissing ? RunReason.NativeMissing
        : null;

    private static Problem Main(RunOutcome outcome, RunPlan run, RunFolder folder, string tail)
    {
        var duration = Units.Show(outcome.Duration);
        return outcome.Reason switch
        {
            RunReason.OutOfMemory => Codes.OutOfMemory.With(run.Memory is { } limit ? $"TrainMemory={Units.Show(limit)}" : "the host has", duration, folder.Log, tail),
            RunReason.TimedOut => Codes.TimedOut.With(run.Timeout is { } timeout ? Units.Show(timeout) : "", folder.Log, tail),
            RunReason.Canceled => Codes.Canceled.With(duration, folder.Log, Left(outcome, folder) + GoOn(folder)),
            RunReason.Abandoned => Codes.Abandoned.With(duration, folder.Log, outcome.Detail.Length > 0 ? $" ({outcome.Detail})" : "", Left(outcome, folder) + GoOn(folder)),
            RunReason.Stopped when GoOn(folder) is { Length: > 0 } saved => Codes.StoppedResumable.With(duration, folder.Log, saved),
            RunReason.Killed => Codes.KilledBySignal.With(outcome.Signal ?? 0, duration, folder.Log, tail),
            RunReason.ImageMissing => Codes.RunImageMissing.With(outcome.Image, outcome.Detail),
            RunReason.WrongMachine => Codes.WrongMachine.With(outcome.Detail, outcome.Platform, folder.Log),
            RunReason.ProgramMissing => Codes.ProgramMissing.With(outcome.Detail, folder.Log),
            RunReason.ProgramNotExecutable => Codes.ProgramNotExecutable.With(outcome.Detail, folder.Log),
            RunReason.DiskFull => Codes.DiskFull.With(outcome.ExitCode, duration, folder.Path, folder.Log, tail),
            RunReason.NotStarted when !run.Gpus.IsNone => Codes.NoGpu.With(run.Gpus, outcome.Detail),
            RunReason.NotStarted => Codes.NotStarted.With(outcome.Detail),
            RunReason.DeviceMissing => Codes.DeviceNotThere.With(run.Device, run.Gpus, folder.Log),
            RunReason.EngineLost => Codes.EngineLost.With(duration, outcome.Detail, $"train-{folder.Id}"),
            _ => Codes.TrainingFailed.With(outcome.ExitCode, duration, folder.Log, tail),
        };
    }

    /// <summary>A sentence for an engine that did not end or remove the container; CT4007 says so anyway.</summary>
    private static string Left(RunOutcome outcome, RunFolder folder) => outcome is { IsLeftRunning: true, Reason: not RunReason.EngineLost }
        ? $" The engine did not remove the container 'train-{folder.Id}'{(outcome.Detail.Length > 0 ? $" ({outcome.Detail})" : "")}: it may still be running."
        : "";

    /// <summary>A sentence for a run that can go on; empty for one that cannot.</summary>
    private static string GoOn(RunFolder folder) => SavedCheckpoint.NewestOf(folder.Checkpoints) is { } saved
        ? $" It saved a checkpoint after epoch {saved.Epoch} and can go on: TrainResume={folder.Id}."
        : "";

    /// <summary>What the program itself reported, in <c>problems.json</c>.</summary>
    private static ImmutableArray<Problem> ReadReported(RunOutcome outcome, RunFolder folder, RunPlan run)
    {
        if (!File.Exists(folder.Problems))
            return [];
        try
        {
            using var document = JsonDocument.Parse(PlainFile.ReadAllBytes(folder.Problems));
            return [.. document.RootElement.EnumerateArray().Select(element => ToProblem(element, outcome, run, folder))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return [Codes.ProgramProblem.With($"'{folder.Problems}' cannot be read: {e.Message}")];
        }
    }

    private static Problem ToProblem(JsonElement element, RunOutcome outcome, RunPlan run, RunFolder folder)
    {
        var id = Text("code");
        var message = Text("message");
        var code = Codes.All.TryGetValue(id, out var known) && known.IsWordedByProgram ? known : Codes.ProgramProblem;
        var text = message.Length == 0 ? code.Title : code == Codes.ProgramProblem && id.Length > 0 ? $"{id}: {message}" : message;
        var location = Text("file") is { Length: > 0 } file ? new SourceLocation(OnHost(file, outcome, run, folder), Number("line"), Number("column")) : null;
        // The program may live with what is an error elsewhere, such as a checkpoint that was not written in time for the next.
        return (IsWarning() ? code with { Severity = Severity.Warning } : code).At(location, text);

        bool IsWarning() => element.TryGetProperty("isWarning", out var value) && value.ValueKind == JsonValueKind.True;

        string Text(string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

        int Number(string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : 0;
    }

    /// <summary>A path that the program saw as the path of the host that was mounted or linked there.</summary>
    private static string OnHost(string file, RunOutcome outcome, RunPlan run, RunFolder folder)
    {
        ImmutableArray<MountPlan> own =
        [
            new(MountKind.Bind, folder.Path, ContainerPaths.Output, ReadOnly: false),
            new(MountKind.Bind, folder.Checkpoints, ContainerPaths.Checkpoints, ReadOnly: false),
            new(MountKind.Bind, folder.Hyperparameters, ContainerPaths.HyperparameterFile, ReadOnly: true),
        ];
        if (file.StartsWith(outcome.DataDirectory + "/", StringComparison.Ordinal))
            file = ContainerPaths.Data + file[outcome.DataDirectory.Length..];
        var mount = run.Mounts.Concat(own)
            .Where(mount => mount.Kind == MountKind.Bind && (file == mount.Target || file.StartsWith(mount.Target + "/", StringComparison.Ordinal)))
            .MaxBy(mount => mount.Target.Length);
        return mount is null ? file : mount.Source + file[mount.Target.Length..];
    }
}
