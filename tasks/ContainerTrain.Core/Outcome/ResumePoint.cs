using System.Text.Json;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;

namespace ContainerTrain.Outcome;

/// <summary>The run that another one goes on from.</summary>
/// <param name="Checkpoints">The folder of its checkpoints, absolute.</param>
/// <param name="Epoch">How many epochs its newest checkpoint has behind it.</param>
public sealed record ResumePoint(string RunId, string Checkpoints, int Epoch)
{
    /// <summary>The checkpoints as something the program may read.</summary>
    public MountPlan Mount => new(MountKind.Bind, Checkpoints, ContainerPaths.Resume, ReadOnly: true);

    /// <summary>What TrainResume asks for; null for a start from scratch.</summary>
    /// <exception cref="ProblemException">CT1030 to CT1033: the run that it names is not one to go on from.</exception>
    public static ResumePoint? Find(RunPlan run, string project) => run.Resume switch
    {
        // A plan that a run recorded says where that run went on from.
        _ when run.Mounts.Any(mount => mount.Target == ContainerPaths.Resume) => null,
        RunPlan.ResumeNever => null,
        RunPlan.ResumeAuto => Newest(run.OutputRoot, project),
        var id => Named(id, run.OutputRoot, project),
    };

    private static ResumePoint Named(string id, string root, string project)
    {
        var folder = Path.Join(root, id);
        if (!Directory.Exists(folder))
            throw new ProblemException(Codes.UnknownRun.With(id, root, Suggestion.Sentence(id, Runs(root))));
        var state = State(folder);
        if (state is { } known && known.Project != project)
            throw new ProblemException(Codes.RunOfAnotherProject.With(id, known.Project, project));
        if (state is { Reason: null } && IsGoingOn(folder))
            throw new ProblemException(Codes.RunIsGoingOn.With(id));
        return Of(folder) ?? throw new ProblemException(Codes.NothingToResume.With(id, Path.Join(folder, "checkpoints")));
    }

    /// <summary>
    /// The newest run of the project that left a checkpoint, unless it has succeeded: then the training is done, and what
    /// older runs left is older than its result. Runs that are going on are nobody else's.
    /// </summary>
    private static ResumePoint? Newest(string root, string project)
    {
        foreach (var id in Runs(root).OrderDescending(StringComparer.Ordinal))
        {
            var folder = Path.Join(root, id);
            if (State(folder) is not { } state || state.Project != project || (state.Reason is null && IsGoingOn(folder)) || Of(folder) is not { } point)
                continue;
            return state.Reason == "succeeded" ? null : point;
        }
        return null;
    }

    private static ResumePoint? Of(string folder)
    {
        var checkpoints = Path.Join(folder, "checkpoints");
        return SavedCheckpoint.NewestOf(checkpoints) is { } saved ? new ResumePoint(Path.GetFileName(folder), checkpoints, saved.Epoch) : null;
    }

    private static IEnumerable<string> Runs(string root) => !Directory.Exists(root) ? [] :
        Directory.EnumerateDirectories(root).Where(folder => File.Exists(Path.Join(folder, "run.json")) && new DirectoryInfo(folder).LinkTarget is null)
            .Select(folder => Path.GetFileName(folder)!);

    private static (string Project, string? Reason)? State(string folder)
    {
        try
        {
            using var json = JsonDocument.Parse(PlainFile.ReadAllBytes(Path.Join(folder, "run.json")));
            var reason = json.RootElement.TryGetProperty("outcome", out var outcome) && outcome.ValueKind == JsonValueKind.Object
                ? outcome.GetProperty("reason").GetString() : null;
            return (json.RootElement.GetProperty("project").GetString() ?? "", reason);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether a program has the run's metrics locked, as it has as long as it lives; a build that was killed leaves no outcome either.</summary>
    private static bool IsGoingOn(string folder)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsWindows())
            return false;
        try
        {
            using var metrics = new FileStream(Path.Join(folder, "metrics.jsonl"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            metrics.Lock(0, 1);
            metrics.Unlock(0, 1);
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
