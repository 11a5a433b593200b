using System.IO.Compression;
using TorchSharp;
using TorchSharp.Modules;

namespace ContainerTrain.Runtime;

/// <summary>
/// What a run saves so that it can go on later, by name. Track everything that an epoch changes and the next one reads:
/// the model, the optimizer, the best loss so far. Torch's own random numbers belong to it without a word.
/// </summary>
public sealed class RunCheckpoints
{
    private const string RandomPart = "torch.random";

    private readonly Dictionary<string, TrackedState> _tracked = new(StringComparer.Ordinal);
    private readonly RunSettings _settings;
    private readonly CheckpointStore _store;
    private readonly TimeProvider _clock;
    private readonly string _writer = Guid.NewGuid().ToString("n");
    private readonly Action<TrainingProblem> _warn;
    private readonly TrackedState? _random;
    private BestCheckpoint? _best;
    private bool _isClosed;
    private int _begun;
    private int _savedEpoch = -1;
    private long _savedAt;

    internal RunCheckpoints(RunSettings settings, TrackedState? random, TimeProvider clock, Action<TrainingProblem> warn)
    {
        (_settings, _random, _clock, _warn) = (settings, random, clock, warn);
        _store = new CheckpointStore(settings.CheckpointDirectory);
    }

    /// <summary>Whether this run has saved a checkpoint.</summary>
    internal bool HasSaved => _savedEpoch >= 0;

    /// <summary>Whether there is anything to save.</summary>
    internal bool HasTracked => _tracked.Count > 0;

    /// <summary>Adds a module: its parameters and buffers, which are restored in place.</summary>
    /// <param name="name">Not used before, and the same when the run goes on.</param>
    public void Track(string name, torch.nn.Module module) => Add(name, module, new TrackedModule(module));

    /// <summary>Adds a tensor, which is restored in place.</summary>
    public void Track(string name, torch.Tensor tensor) => Add(name, tensor, new TrackedTensor(tensor));

    /// <summary>Adds one of TorchSharp's optimizers: its options, such as the learning rate, and what it remembers of each parameter.</summary>
    /// <exception cref="ArgumentException">The optimizer has no state that can be saved, as LBFGS.</exception>
    public void Track(string name, torch.optim.Optimizer optimizer) => Add(name, optimizer, new TrackedOptimizer(
        optimizer as OptimizerHelper ?? throw new ArgumentException($"TorchSharp cannot save the state of {optimizer?.GetType().Name}.", nameof(optimizer))));

    /// <summary>Adds state of the program's own.</summary>
    public void Track(string name, ICheckpointState state) => Add(name, state, new TrackedProgramState(state));

    /// <summary>Adds a value of the program's own, such as the best loss so far, saved as JSON.</summary>
    /// <exception cref="ArgumentException">The value of now does not come back from JSON as it was.</exception>
    public void Track<T>(string name, Func<T> get, Action<T> set)
    {
        ArgumentNullException.ThrowIfNull(get);
        ArgumentNullException.ThrowIfNull(set);
        var state = new TrackedValue<T>(get, set);
        if (state.WhyLost() is { } reason)
        {
            throw new ArgumentException($"'{name}' cannot be saved as JSON: {reason}. Track a value of another type, or an ICheckpointState.", nameof(get));
        }

        Add(name, get, state);
    }

    /// <summary>
    /// Also keeps, of the checkpoints that are written, the one with the best value of a metric. Log the metric with
    /// <see cref="TrainingRun.Log(string, double?, long)"/>: a checkpoint after an epoch that did not is no candidate.
    /// </summary>
    public void KeepBest(string metric, bool higherIsBetter = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(metric);
        _best = new BestCheckpoint(metric, higherIsBetter);
    }

    /// <summary>Restores what is tracked, if the run is to go on from a checkpoint. Returns the number of epochs that are done.</summary>
    /// <exception cref="TrainingException">CT4122: there is no usable checkpoint. CT4123: it is one of another model.</exception>
    internal int Begin()
    {
        _isClosed = true;
        _savedAt = _clock.GetTimestamp();
        return _begun = _settings.ResumeFrom is { } from ? new CheckpointReader(from, _settings, _warn).Restore(AllStates()) : 0;
    }

    /// <summary>Whether the interval says that this epoch ends with a checkpoint.</summary>
    internal bool IsDue(int epoch) => _tracked.Count > 0 && epoch > _begun
        && (epoch % _settings.Checkpoints.Epochs == 0 || _clock.GetElapsedTime(_savedAt) >= _settings.Checkpoints.Time);

    /// <summary>Saves what is tracked; nothing is done where nothing is, or where this epoch is saved already.</summary>
    /// <exception cref="TrainingException">CT4120: it cannot be written. Earlier checkpoints are as they were.</exception>
    internal void Save(int epoch, IReadOnlyDictionary<string, double> metrics)
    {
        if (_tracked.Count == 0 || epoch == _savedEpoch)
        {
            return;
        }

        // Of the attempt: one that fails is not tried again at each epoch.
        _savedAt = _clock.GetTimestamp();
        try
        {
            Directory.CreateDirectory(_settings.CheckpointDirectory);
            DurableFile.DeleteTemporaries(_settings.CheckpointDirectory, CheckpointStore.Prefix);
            var states = AllStates();
            _store.Write(Manifest(epoch, metrics, states), archive =>
            {
                foreach (var (name, state) in states)
                {
                    using var entry = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
                    state.Save(entry);
                }
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException(new TrainingProblem(ProblemCodes.CheckpointNotWritten,
                $"The checkpoint after epoch {epoch} was not written: {e.Message} Earlier checkpoints are as they were. "
                + "Free space in the output folder (TrainOutputRoot), or keep fewer checkpoints (TrainCheckpointKeep).", _settings.CheckpointDirectory));
        }

        _savedEpoch = epoch;
        _store.Prune(_settings.Checkpoints.Keep, _best?.Among(_store.List(), _writer) ?? new HashSet<int>());
    }

    private CheckpointManifest Manifest(int epoch, IReadOnlyDictionary<string, double> metrics, IEnumerable<KeyValuePair<string, TrackedState>> states) => new()
    {
        Sequence = _store.List() is [var newest, ..] ? newest.Sequence + 1 : 1,
        Epoch = epoch,
        RunId = _settings.RunId,
        Writer = _writer,
        Time = _clock.GetUtcNow(),
        Seed = _settings.Seed,
        Hyperparameters = _settings.Hyperparameters.Given,
        Metrics = metrics,
        Parts = states.ToDictionary(pair => pair.Key, pair => pair.Value.Describe()),
    };

    private KeyValuePair<string, TrackedState>[] AllStates() =>
        _random is null || _tracked.Count == 0 ? [.. _tracked] : [.. _tracked, new(RandomPart, _random)];

    private void Add(string name, object thing, TrackedState state)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(thing);
        if (_isClosed)
        {
            throw new InvalidOperationException($"'{name}' comes too late: track everything before the first epoch, when it is restored.");
        }

        if (name == RandomPart || !_tracked.TryAdd(name, state))
        {
            throw new ArgumentException($"'{name}' is tracked already.", nameof(name));
        }
    }
}
