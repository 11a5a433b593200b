namespace ContainerTrain.Runtime.Tests;

/// <summary>A training without torch: its model is the list of epochs that it went through.</summary>
internal sealed class CountingProgram(TestFolder folder) : IDisposable
{
    private readonly StringWriter _errors = new();

    public List<int> Epochs { get; private set; } = [];

    public TrainingRun? Run { get; private set; }

    public string Errors => _errors.ToString();

    public string Checkpoints => folder.Path("output/checkpoints");

    public void Dispose() => _errors.Dispose();

    /// <summary>Trains for a number of epochs, with variables of the run, and something done in each epoch.</summary>
    public Task<int> Train(int count, Action<TrainingRun, Epoch>? body = null, Action<TrainingRun>? begin = null, params (string, string)[] variables)
    {
        Epochs = [];
        _errors.GetStringBuilder().Clear();
        return TrainingProgram.RunAsync(
            run =>
            {
                Run = run;
                run.Checkpoints.Track("epochs", () => Epochs, value => Epochs = value);
                begin?.Invoke(run);
                foreach (var epoch in run.Epochs(count))
                {
                    Epochs.Add(epoch.Number);
                    body?.Invoke(run, epoch);
                }

                return Task.CompletedTask;
            },
            folder.Environment(variables), new FakeAccelerator(), _errors);
    }

    /// <summary>The same, going on from this program's own checkpoints.</summary>
    public Task<int> Resume(int count, Action<TrainingRun, Epoch>? body = null, params (string, string)[] variables) =>
        Train(count, body, null, [("TRAIN_RESUME_FROM", Checkpoints), .. variables]);

    public string[] Files() => [.. Directory.GetFiles(Checkpoints).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];
}
