using System.Globalization;
using System.IO.Compression;
using System.Text.Json;

namespace ContainerTrain.Runtime;

/// <summary>Goes on from the newest checkpoint of a folder that is whole.</summary>
internal sealed class CheckpointReader(string directory, RunSettings settings, Action<TrainingProblem> warn)
{
    /// <summary>Restores the states and returns the number of epochs that are done.</summary>
    /// <exception cref="TrainingException">CT4122: no checkpoint is usable. CT4123: the newest usable one is of another model.</exception>
    public int Restore(IReadOnlyCollection<KeyValuePair<string, TrackedState>> states)
    {
        var entry = NewestUsable();
        var manifest = entry.Manifest!;
        CheckParts(entry, states.ToDictionary(pair => pair.Key, pair => pair.Value.Describe()));
        WarnOfOtherSettings(entry);
        using var archive = ZipFile.OpenRead(entry.ContentPath);
        foreach (var (name, state) in states)
        {
            try
            {
                using var stream = (archive.GetEntry(name) ?? throw new InvalidDataException("it is not in the file")).Open();
                state.Load(stream);
            }
            // What a state of the program's own, or torch, makes of bytes that are as they were written.
            catch (Exception e) when (e is ArgumentException or InvalidDataException or EndOfStreamException or JsonException or FormatException)
            {
                throw Mismatch(entry, $"'{name}' cannot be read from it: {e.Message}");
            }
        }

        return manifest.Epoch;
    }

    private CheckpointStore.Entry NewestUsable()
    {
        var damaged = new List<string>();
        foreach (var entry in new CheckpointStore(directory).List())
        {
            if (CheckpointStore.DamageOf(entry) is not { } damage)
            {
                if (damaged.Count > 0)
                {
                    warn(new TrainingProblem(ProblemCodes.CheckpointDamaged,
                        $"{string.Join(" ", damaged)} The run goes on from the one before, after epoch {entry.Manifest!.Epoch}.", entry.Path));
                }

                return entry;
            }

            damaged.Add($"The checkpoint '{Path.GetFileName(entry.Path)}' is damaged: {damage}.");
        }

        throw new TrainingException(new TrainingProblem(ProblemCodes.NoCheckpoint,
            damaged.Count > 0
                ? $"No checkpoint is left to go on from. {string.Join(" ", damaged)} Start from scratch with TrainResume=never."
                : "TRAIN_RESUME_FROM names a folder without checkpoints. A program writes them if it tracks its state with run.Checkpoints.Track "
                    + "and goes through run.Epochs. Start from scratch with TrainResume=never.",
            directory));
    }

    /// <summary>Before anything is changed: every difference at once.</summary>
    private static void CheckParts(CheckpointStore.Entry entry, Dictionary<string, CheckpointPart> expected)
    {
        var saved = entry.Manifest!.Parts;
        string[] differences =
        [
            .. expected.Keys.Except(saved.Keys).Select(name => $"it has no '{name}'"),
            .. saved.Keys.Except(expected.Keys).Select(name => $"this program does not track its '{name}'"),
            .. expected.Where(part => saved.ContainsKey(part.Key)).SelectMany(part => Differences(part.Key, saved[part.Key], part.Value)),
        ];
        if (differences.Length > 0)
        {
            const int shown = 10;
            var more = differences.Length > shown ? $"; and {differences.Length - shown} more" : "";
            throw Mismatch(entry, string.Join("; ", differences.Take(shown)) + more);
        }
    }

    private static IEnumerable<string> Differences(string name, CheckpointPart saved, CheckpointPart expected)
    {
        if (saved.Kind != expected.Kind)
        {
            return [$"its '{name}' is of kind {saved.Kind}, here it is {expected.Kind}"];
        }

        var (before, now) = (saved.Tensors.ToDictionary(tensor => tensor.Name), expected.Tensors.ToDictionary(tensor => tensor.Name));
        return
        [
            .. now.Keys.Except(before.Keys).Select(tensor => $"its '{name}' has no {now[tensor]}"),
            .. before.Keys.Except(now.Keys).Select(tensor => $"its '{name}' has {before[tensor]}, which is not here"),
            .. now.Keys.Intersect(before.Keys).Where(tensor => before[tensor].ToString() != now[tensor].ToString())
                .Select(tensor => $"its '{name}' has {before[tensor]}, here it is {now[tensor]}"),
        ];
    }

    private static TrainingException Mismatch(CheckpointStore.Entry entry, string what) => new(new TrainingProblem(ProblemCodes.CheckpointOfAnotherModel,
        $"The checkpoint after epoch {entry.Manifest!.Epoch} of run {entry.Manifest.RunId} is of another model: {what}. "
        + "Go on with the program and the hyperparameters that wrote it, or start from scratch with TrainResume=never.", entry.Path));

    /// <summary>Other values may be meant, such as more epochs; but then the result is not that of one run without a stop.</summary>
    private void WarnOfOtherSettings(CheckpointStore.Entry entry)
    {
        var manifest = entry.Manifest!;
        var (before, now) = (new Hyperparameters(manifest.Hyperparameters), settings.Hyperparameters);
        var names = before.Given.Keys.Concat(now.Given.Keys).Distinct(HyperparameterNames.Comparer).Order(StringComparer.Ordinal);
        var changes = names.Where(name => before.Given.GetValueOrDefault(name) != now.Given.GetValueOrDefault(name))
            .Select(name => $"{name} was {Value(before, name)} and is {Value(now, name)}").ToList();
        if (manifest.Seed != settings.Seed)
        {
            changes.Add(string.Create(CultureInfo.InvariantCulture, $"the seed was {manifest.Seed} and is {settings.Seed}"));
        }

        if (changes.Count > 0)
        {
            warn(new TrainingProblem(ProblemCodes.ResumedWithOtherSettings,
                $"The run goes on from epoch {manifest.Epoch} of run {manifest.RunId} with other settings: {string.Join("; ", changes)}. "
                + "What the checkpoint holds, such as the optimizer's learning rate, stays as it was there.", entry.Path));
        }

        static string Value(Hyperparameters from, string name) => from.Given.TryGetValue(name, out var value) ? Wording.Quote(value) : "not given";
    }
}
