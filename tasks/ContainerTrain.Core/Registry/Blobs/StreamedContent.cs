using System.IO.Pipelines;
using System.Net;

namespace ContainerTrain.Registry;

/// <summary>
/// A request's body that is made while it is sent, by code that writes to a stream. The writing has a thread of its own:
/// it waits for the compression and for the network, and threads of the pool that wait starve both.
/// </summary>
/// <param name="write">Writes the body; called anew if the request is sent anew.</param>
internal sealed class StreamedContent(Action<Stream, CancellationToken> write) : HttpContent
{
    private const int Most = 8 << 20;

    /// <summary>What went wrong while writing: a file, for example, which the network is not to blame for.</summary>
    public Exception? Failure { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: Most, resumeWriterThreshold: Most / 2, minimumSegmentSize: 1 << 16, useSynchronizationContext: false));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var writing = Task.Factory.StartNew(() => Fill(pipe.Writer, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await pipe.Reader.CopyToAsync(stream, cancellationToken);
        }
        finally
        {
            // The connection broke: the writer must not go on for nobody.
            await stop.CancelAsync();
            await pipe.Reader.CompleteAsync();
            await writing;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private void Fill(PipeWriter writer, CancellationToken cancellation)
    {
        try
        {
            write(writer.AsStream(leaveOpen: true), cancellation);
            writer.Complete();
        }
        catch (OperationCanceledException e) when (cancellation.IsCancellationRequested)
        {
            writer.Complete(e);
        }
        catch (Exception e)
        {
            Failure = e;
            writer.Complete(e);
        }
    }
}
