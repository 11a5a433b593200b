using System.Collections.Immutable;

namespace ContainerTrain.Engine;

/// <summary>
/// Digests that are computed on a thread of their own while the same files are sent. Ends with its owner: one that went
/// on reading and hashing would outlive the build.
/// </summary>
internal sealed class Hashing : IDisposable
{
    private readonly CancellationTokenSource _cancel;
    private readonly Task<ImmutableArray<LayerDigest>> _work;

    /// <param name="compute">Computes the digests.</param>
    /// <param name="cancellation">Stops that.</param>
    public Hashing(Func<CancellationToken, ImmutableArray<LayerDigest>> compute, CancellationToken cancellation)
    {
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _work = Task.Factory.StartNew(() => compute(_cancel.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The digests; waits for them.</summary>
    public ImmutableArray<LayerDigest> Result => _work.GetAwaiter().GetResult();

    public void Dispose()
    {
        _cancel.Cancel();
        ((IAsyncResult)_work).AsyncWaitHandle.WaitOne();
        _ = _work.Exception; // of interest only to who asked for the result
        _cancel.Dispose();
    }
}
