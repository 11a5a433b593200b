namespace ContainerTrain;

/// <summary>Begins what goes on while the compiler works.</summary>
public static class EarlyWork
{
    /// <summary>Begins the work, which may come to nothing (null).</summary>
    public static EarlyWork<T> Begin<T>(Func<IProgress<string>, CancellationToken, Task<T?>> work)
        where T : class => new(work);
}

/// <summary>
/// Part of the image's build that goes on while the compiler still works. Belongs to one build: disposing it cuts the work
/// off, waits until nothing of it runs any more, and disposes what came of it.
/// </summary>
/// <typeparam name="T">What comes of it.</typeparam>
public sealed class EarlyWork<T> : IProgress<string>, IDisposable
    where T : class
{
    private readonly CancellationTokenSource _cancel = new();
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly Task<T?> _work;
    private IProgress<string>? _sink;

    internal EarlyWork(Func<IProgress<string>, CancellationToken, Task<T?>> work) =>
        _work = Task.Run(() => work(this, _cancel.Token));

    /// <summary>Waits for the work and shows what it has to say; gives what came of it, or null.</summary>
    /// <param name="progress">Gets the lines so far at once, the others as they come.</param>
    /// <param name="cancellation">Stops the waiting, and not the work.</param>
    public async Task<T?> JoinAsync(IProgress<string> progress, CancellationToken cancellation)
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
        if (_work.IsCompletedSuccessfully)
            (_work.Result as IDisposable)?.Dispose();
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
