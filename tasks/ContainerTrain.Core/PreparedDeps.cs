namespace ContainerTrain;

/// <summary>
/// A deps image that is being built while the compiler still works. Belongs to one build: disposing it cuts the work off
/// and waits until nothing of it runs any more.
/// </summary>
public sealed class PreparedDeps : IProgress<string>, IDisposable
{
    private readonly CancellationTokenSource _cancel = new();
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly Task<string?> _work;
    private IProgress<string>? _sink;

    private PreparedDeps(Func<IProgress<string>, CancellationToken, Task<string?>> work) =>
        _work = Task.Run(() => work(this, _cancel.Token));

    /// <summary>Begins the work, which gives the deps image's name, or null where there is none.</summary>
    public static PreparedDeps Begin(Func<IProgress<string>, CancellationToken, Task<string?>> work) => new(work);

    /// <summary>Waits for the work and shows what it has to say; gives the image's name, or null if there is none.</summary>
    /// <param name="progress">Gets the lines so far at once, the others as they come.</param>
    /// <param name="cancellation">Stops the waiting, and not the work.</param>
    public async Task<string?> JoinAsync(IProgress<string> progress, CancellationToken cancellation)
    {
        Show(progress);
        try
        {
            return await _work.WaitAsync(cancellation);
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            // The build itself goes the same way, and is the one to report what is in it.
            return null;
        }
        finally
        {
            Show(null);
        }
    }

    /// <summary>Keeps a line until somebody wants it: a task that has returned must not log.</summary>
    public void Report(string value)
    {
        lock (_gate)
        {
            if (_sink is { } sink)
                sink.Report(value);
            else
                _lines.Add(value);
        }
    }

    public void Dispose()
    {
        _cancel.Cancel();
        ((IAsyncResult)_work).AsyncWaitHandle.WaitOne();
        _ = _work.Exception;
        _cancel.Dispose();
    }

    private void Show(IProgress<string>? sink)
    {
        lock (_gate)
        {
            _sink = sink;
            foreach (var line in sink is null ? [] : _lines)
                sink!.Report(line);
            _lines.Clear();
        }
    }
}
