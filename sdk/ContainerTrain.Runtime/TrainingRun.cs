using System.Collections;
using System.Runtime.InteropServices;
using TorchSharp;

namespace ContainerTrain.Runtime;

/// <summary>
/// One run of a training program: what it reads, where it writes, on which device. The values come from environment
/// variables that ContainerTrain.Sdk sets, the same in a container and on the host; without them, in a plain
/// <c>dotnet run</c>, local defaults apply.
/// </summary>
public sealed class TrainingRun : IDisposable
{
    private readonly RunSettings _settings;

    // Not disposed: it holds no timer or handle, and a signal may arrive while the run is being disposed.
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _interrupt;

    private readonly ProblemReport _problems;
    private bool _hasLooped;
    private bool _hasEnded;
    private string? _endReason;
    private long _linesBefore;
    private int _interrupts;

    private TrainingRun(RunSettings settings, IAccelerator accelerator, ProblemReport report)
    {
        (_settings, _problems) = (settings, report);
        Device = new torch.Device(settings.UsesCuda ? DeviceType.CUDA : DeviceType.CPU);
        var warnings = new List<TrainingProblem>();
        Metrics = MetricsLog.Open(OutputDirectory, RunId, TimeProvider.System, warnings.Add);
        Observer = new EpochProgress(Metrics.Snapshot, Console.Out, TimeProvider.System);
        // Only now is it known that the folder is no other process's.
        report.ForgetEarlierRun();
        warnings.ForEach(report.Warn);
        Secrets = new RunSecrets(settings.SecretsDirectory);
        Report = new TrainingReport(Path.Combine(OutputDirectory, "report.json"));
        Checkpoints = new RunCheckpoints(settings, accelerator.Random, TimeProvider.System, Warn);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, RequestStop);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, RequestStop);
    }

    /// <summary>The name of the run's folder (TRAIN_RUN_ID). Default: <c>local</c>.</summary>
    public string RunId => _settings.RunId;

    /// <summary>Where the csproj's <c>TrainData</c> items are (TRAIN_DATA_DIR); read-only in a container. Default: <c>./data</c>.</summary>
    public string DataDirectory => _settings.DataDirectory;

    /// <summary>Where what the run makes goes (TRAIN_OUTPUT_DIR); exists. Default: <c>./runs/local</c>.</summary>
    public string OutputDirectory => _settings.OutputDirectory;

    /// <summary><c>model</c> in the <see cref="OutputDirectory"/>; made when first asked for.</summary>
    public string ModelDirectory => Directory.CreateDirectory(Path.Combine(OutputDirectory, "model")).FullName;

    /// <summary>Where checkpoints go (TRAIN_CHECKPOINT_DIR); made when first asked for. Default: <c>checkpoints</c> in the <see cref="OutputDirectory"/>.</summary>
    public string CheckpointDirectory => Directory.CreateDirectory(_settings.CheckpointDirectory).FullName;

    /// <summary>The csproj's <c>TrainSecret</c> items (TRAIN_SECRETS_DIR); in no variable and in no file of the run.</summary>
    public RunSecrets Secrets { get; }

    /// <summary>The folder of checkpoints to go on from (TRAIN_RESUME_FROM), or null for a start from scratch. <see cref="Epochs"/> does so.</summary>
    public string? ResumeFrom => _settings.ResumeFrom;

    /// <summary>The device the run was promised (TRAIN_DEVICE), known to work. Default: <c>cpu</c>.</summary>
    public torch.Device Device { get; }

    /// <summary>What torch is seeded with (TRAIN_SEED, else the hyperparameter <c>seed</c>). Default: 42.</summary>
    public long Seed => _settings.Seed;

    /// <summary>The time between a stop request and the kill (TRAIN_STOP_GRACE_SECONDS). Default: 120 s.</summary>
    public TimeSpan StopGrace => _settings.StopGrace;

    /// <summary>
    /// Cancelled by SIGTERM or SIGINT: finish the epoch, save what there is and return. A second SIGINT (Ctrl+C) ends the process at once.
    /// </summary>
    public CancellationToken StopRequested => _stop.Token;

    /// <summary>The csproj's <c>TrainHyperparameter</c> items.</summary>
    public Hyperparameters Hyperparameters => _settings.Hyperparameters;

    /// <summary>What is saved with each checkpoint, and restored when the run goes on from one.</summary>
    public RunCheckpoints Checkpoints { get; }

    /// <summary>Whether <see cref="Epochs"/> ended before its last epoch, on a stop request.</summary>
    public bool WasStopped { get; private set; }

    /// <summary>
    /// How many epochs are trained, those before a resume among them. The epoch in progress counts when the loop asks for the
    /// next one; one that is left with <c>break</c> does not.
    /// </summary>
    public int EpochsDone { get; private set; }

    /// <summary>Whether the loop over <see cref="Epochs"/> was left by <c>break</c> or <c>return</c>.</summary>
    internal bool LeftEarly => _hasLooped && !_hasEnded;

    /// <summary>Sees the epochs begin and end.</summary>
    internal IEpochObserver? Observer { get; set; }

    /// <summary>The curve of the run: <c>metrics.jsonl</c> and <c>tensorboard</c> in the <see cref="OutputDirectory"/>.</summary>
    public MetricsLog Metrics { get; }

    /// <summary>What the run's page shows beside the curve; <c>report.json</c> in the <see cref="OutputDirectory"/> when the run ends.</summary>
    public TrainingReport Report { get; }

    /// <summary>Reads the environment, makes sure that the promised device is there, and seeds torch.</summary>
    /// <param name="environment">Variables by name; null for those of the process.</param>
    /// <exception cref="TrainingException">CT4106: a setting's value is not allowed. CT4108: the device cannot be used. CT4110, CT4112: the output directory cannot be written.</exception>
    public static TrainingRun Start(IReadOnlyDictionary<string, string>? environment = null) =>
        Start(environment ?? ProcessEnvironment(), new TorchAccelerator());

    internal static TrainingRun Start(IReadOnlyDictionary<string, string> environment, IAccelerator accelerator, ProblemReport? report = null)
    {
        var settings = RunSettings.Read(environment);
        PromisedDevice.Require(settings, accelerator);
        accelerator.Seed(settings.Seed);
        return new TrainingRun(settings, accelerator, report ?? ProblemReport.In(settings.OutputDirectory, Console.Error));
    }

    /// <summary>The full path of a file in the <see cref="DataDirectory"/>.</summary>
    /// <param name="name">Its name there; empty for the only CSV file there.</param>
    /// <exception cref="TrainingException">CT4101: no name was given and there is no CSV file, or more than one.</exception>
    public string DataFile(string name = "") =>
        name.Length > 0 ? Path.GetFullPath(name, DataDirectory) : CsvDirectory.SingleFile(DataDirectory);

    /// <summary>
    /// The epochs that are left to train, up to <paramref name="count"/>: from 1, or from the one after the checkpoint that
    /// the run goes on from, which is restored before the first. After a stop request (SIGTERM, Ctrl+C) the epoch in progress
    /// is the last, and what <see cref="Checkpoints"/> tracks is saved; so it is at intervals and at the end.
    /// <see cref="EndTraining"/> ends the training before; leaving the loop with <c>break</c> saves nothing.
    /// </summary>
    /// <param name="count">The number of the last epoch.</param>
    /// <exception cref="TrainingException">
    /// CT4120: the checkpoint at a stop request cannot be written. CT4122, CT4123: there is none to go on from, or it is of
    /// another model.
    /// </exception>
    public IEnumerable<Epoch> Epochs(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Loop(count);
    }

    /// <summary>
    /// Makes the epoch in progress the last of <see cref="Epochs"/>, as where the model has converged: the rest of the loop's
    /// body runs, a checkpoint is saved, and the training has ended as if it had gone through all epochs.
    /// </summary>
    /// <param name="reason">A line for the user.</param>
    public void EndTraining(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        if (_endReason is null)
        {
            _endReason = reason;
            Console.WriteLine(reason);
        }
    }

    /// <summary>Logs one value of an epoch, as <see cref="Metrics"/> does; checkpoints carry the last value of each name in their epoch.</summary>
    public void Log(string name, double? value, long epoch) => Metrics.Log(epoch, (name, value));

    /// <summary>Logs the values of an epoch on one line of <see cref="Metrics"/>.</summary>
    public void Log(long epoch, params ReadOnlySpan<(string Name, double? Value)> values) => Metrics.Log(epoch, values);

    /// <summary>
    /// Tells the user of something that may be wrong without ending the run: a line on standard error, and a warning of the
    /// build that started it.
    /// </summary>
    public void Warn(TrainingProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        _problems.Warn(problem);
    }

    /// <summary>Closes <see cref="Metrics"/>, writes the <see cref="Report"/>, and gives SIGTERM and SIGINT their usual meaning back.</summary>
    public void Dispose()
    {
        _terminate.Dispose();
        _interrupt.Dispose();
        Metrics.Dispose();
        WriteReport();
    }

    private IEnumerable<Epoch> Loop(int count)
    {
        if (_hasLooped)
        {
            throw new InvalidOperationException("A run goes through its epochs once: a checkpoint says after which of them it was made.");
        }

        _hasLooped = true;
        EpochsDone = Checkpoints.Begin();
        Observer?.Began(EpochsDone + 1, count);
        try
        {
            for (; EpochsDone < count && _endReason is null; EpochsDone++)
            {
                if (_stop.IsCancellationRequested)
                {
                    (WasStopped, _hasEnded) = (true, true);
                    Checkpoints.Save(EpochsDone, MetricsOfEpoch());
                    yield break;
                }

                if (Checkpoints.IsDue(EpochsDone))
                {
                    TrySave();
                }

                var epoch = new Epoch(EpochsDone + 1, count) { Seed = Seed };
                if (_settings.UsesCuda)
                {
                    torch.cuda.manual_seed_all(epoch.DeviceSeed);
                }

                _linesBefore = Metrics.Count;
                yield return epoch;
                Observer?.Ended(epoch.Number);
            }

            _hasEnded = true;
            TrySave();
        }
        finally
        {
            WasStopped |= LeftEarly && _stop.IsCancellationRequested;
            Observer?.Done();
        }
    }

    /// <summary>A value of an epoch before says nothing of the model that is saved now.</summary>
    private Dictionary<string, double> MetricsOfEpoch() => Metrics.ValuesSince(_linesBefore);

    /// <summary>A checkpoint that may fail: the training is worth more, and the disk may have space again at the next.</summary>
    private void TrySave()
    {
        try
        {
            Checkpoints.Save(EpochsDone, MetricsOfEpoch());
        }
        catch (TrainingException e)
        {
            foreach (var problem in e.Problems)
            {
                Warn(problem);
            }
        }
    }

    internal static Dictionary<string, string> ProcessEnvironment() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!);

    /// <summary>A page without it is better than a training that counts as failed, or an exception that hides the first one.</summary>
    private void WriteReport()
    {
        try
        {
            Report.Write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"report.json was not written: {e.Message}");
        }
    }

    internal void RequestStop(PosixSignalContext context)
    {
        // Ctrl+C in a terminal reaches this process and the build, which then sends SIGTERM too, in either order: only the same key again is impatience.
        context.Cancel = context.Signal == PosixSignal.SIGTERM || Interlocked.Increment(ref _interrupts) == 1;
        RequestStop();
    }

    /// <summary>What SIGTERM does.</summary>
    internal void RequestStop() => _stop.Cancel();
}
