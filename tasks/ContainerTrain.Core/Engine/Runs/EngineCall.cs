namespace ContainerTrain.Engine;

/// <summary>
/// Calls of an engine that end some time. An engine that hangs takes a request and never answers it, and a library's own
/// way of heeding a token may wait for the answer too: here nobody waits for it.
/// </summary>
internal static class EngineCall
{
    /// <exception cref="TimeoutException">No answer came within <paramref name="limit"/>.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was requested.</exception>
    public static async Task<T> LimitedAsync<T>(string what, TimeSpan limit, Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        source.CancelAfter(limit);
        var answer = call(source.Token);
        try
        {
            return await answer.WaitAsync(source.Token);
        }
        catch (OperationCanceledException) when (source.IsCancellationRequested)
        {
            _ = answer.ContinueWith(late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            cancellation.ThrowIfCancellationRequested();
            throw new TimeoutException($"the engine did not answer to {what} within {limit.TotalSeconds:0} s");
        }
    }

    /// <inheritdoc cref="LimitedAsync{T}"/>
    public static Task LimitedAsync(string what, TimeSpan limit, Func<CancellationToken, Task> call, CancellationToken cancellation) =>
        LimitedAsync(what, limit, async token =>
        {
            await call(token);
            return true;
        }, cancellation);
}
