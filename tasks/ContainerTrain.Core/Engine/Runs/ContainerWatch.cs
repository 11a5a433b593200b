using System.Net;
using ContainerTrain.Plan;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine;

/// <summary>How the watch over a container ended.</summary>
/// <param name="End">The container as the engine shows it after its end; null if that could not be seen.</param>
/// <param name="IsCanceled">Whether the build asked it to end.</param>
/// <param name="IsTimedOut">Whether it was asked to end because its time was over.</param>
/// <param name="Lost">Why the end was not seen; empty if it was.</param>
internal sealed record WatchResult(ContainerInspectResponse? End, bool IsCanceled, bool IsTimedOut, string Lost = "");

/// <summary>A container that was started, watched to its end, whatever its engine does in between.</summary>
internal sealed class ContainerWatch(ContainerCalls calls, string container, RunRequest request, IProgress<OutputLine> output)
{
    /// <summary>An engine that comes back and fails again at the same question is not restarting.</summary>
    private const int MostReturns = 10;

    /// <summary>One that was there for so long has come back; a connection by SSH may be cut often in a training of days.</summary>
    private static readonly TimeSpan Stay = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>What a kill takes, and the rest of the output after it.</summary>
    private static readonly TimeSpan AfterKill = TimeSpan.FromSeconds(5);

    /// <summary>Between the end of the output and the end of the program, unless the program closed its output or the connection broke.</summary>
    private static readonly TimeSpan AfterOutput = TimeSpan.FromSeconds(2);

    private readonly ContainerLines _lines = new(output);
    private int _returns;
    private long _returnedAt;

    /// <summary>False if the program ended by itself before it could be asked.</summary>
    private bool _wasAsked;

    /// <summary>Returns when the program has ended, or a stop request was not done within the grace and a few seconds.</summary>
    /// <param name="stream">Its output; null to read it from the engine's log.</param>
    /// <param name="cancellation">Makes the program end.</param>
    /// <exception cref="DockerApiException">The engine does not know the container any more.</exception>
    public async Task<WatchResult> AttendAsync(MultiplexedStream? stream, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(request.Plan.Run.Timeout ?? Timeout.InfiniteTimeSpan);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        using var abandon = new CancellationTokenSource();
        var following = FollowAsync(stream, abandon.Token);
        var stopping = Task.CompletedTask;
        await using (stop.Token.Register(() => stopping = StopAsync(following, abandon)))
            await Task.WhenAny(following);
        await stopping;
        try
        {
            return new WatchResult(await following, _wasAsked && cancellation.IsCancellationRequested, _wasAsked && timeout.IsCancellationRequested);
        }
        catch (Exception e) when (EngineConnection.IsUnreachable(e))
        {
            var why = abandon.IsCancellationRequested ? "the engine did not do what it was asked to" : (e.InnerException ?? e).Message;
            return new WatchResult(null, cancellation.IsCancellationRequested, timeout.IsCancellationRequested, why);
        }
        finally
        {
            _lines.Complete();
        }
    }

    /// <summary>Only the container's end ends this, and a stop request makes it end.</summary>
    private async Task<ContainerInspectResponse> FollowAsync(MultiplexedStream? stream, CancellationToken abandon)
    {
        stream ??= await TryLogsAsync(abandon);
        while (true)
        {
            try
            {
                if (stream is not null)
                {
                    using var output = stream;
                    await _lines.ReadAsync(output, abandon);
                }
                var ended = calls.WaitAsync(container, abandon);
                if (stream is not null && await Task.WhenAny(ended, Task.Delay(AfterOutput, CancellationToken.None)) != ended)
                {
                    // The log has what the program prints after the connection for it has gone.
                    using var output = await TryLogsAsync(abandon);
                    if (output is not null)
                        await _lines.ReadAsync(output, abandon);
                }
                await ended;
                return await calls.InspectAsync(container, abandon);
            }
            catch (Exception e) when (IsAway(e) && !abandon.IsCancellationRequested && MayReturn())
            {
                await ReconnectAsync(e, abandon);
                _returnedAt = Environment.TickCount64;
                stream = await TryLogsAsync(abandon);
            }
        }
    }

    private bool MayReturn()
    {
        if (Environment.TickCount64 - _returnedAt > Stay.TotalMilliseconds)
            _returns = 0;
        return _returns++ < MostReturns;
    }

    /// <summary>Waits until the engine answers again.</summary>
    /// <exception cref="Exception">It did not; the exception is the one that broke the connection.</exception>
    private async Task ReconnectAsync(Exception broken, CancellationToken abandon)
    {
        request.Progress.Report($"The engine went away ({(broken.InnerException ?? broken).Message}); waiting up to {request.EngineReturn.TotalSeconds:0} s for it to come back");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(abandon);
        limit.CancelAfter(request.EngineReturn);
        while (true)
        {
            try
            {
                await Task.Delay(Pause, limit.Token);
                var isRunning = (await calls.InspectAsync(container, limit.Token)).State?.Running == true;
                request.Progress.Report($"The engine is back, and the training {(isRunning ? "goes on" : "has ended")}; its output is taken up from where it was");
                return;
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(broken);
            }
            catch (Exception e) when (IsAway(e))
            {
                // Not yet.
            }
        }
    }

    /// <summary>An engine that starts or ends refuses what it is asked with a status of its own failure.</summary>
    private static bool IsAway(Exception e) =>
        EngineConnection.IsUnreachable(e) || e is DockerApiException { StatusCode: >= HttpStatusCode.InternalServerError };

    /// <summary>The output from its beginning, to be read from where it was; null where the engine keeps no log, as with the log driver "none".</summary>
    private async Task<MultiplexedStream?> TryLogsAsync(CancellationToken abandon)
    {
        try
        {
            var stream = await calls.LogsAsync(container, abandon);
            _lines.Rewind();
            return stream;
        }
        catch (DockerApiException e) when (e.StatusCode is not HttpStatusCode.NotFound)
        {
            request.Progress.Report($"What the training prints from now on cannot be shown, as the engine gives no log: {EngineMessage.Of(e)}");
            return null;
        }
    }

    /// <summary>Asks the program to end, kills it when the grace is over, and stops waiting where the engine does neither.</summary>
    private async Task StopAsync(Task following, CancellationTokenSource abandon)
    {
        await Task.Yield(); // off the thread that asked for it
        using var grace = CancellationTokenSource.CreateLinkedTokenSource(request.Kill);
        grace.CancelAfter(request.Plan.Run.StopGrace);
        var graceEnd = Task.Delay(Timeout.InfiniteTimeSpan, grace.Token);
        await SignalAsync("SIGTERM", Task.WhenAny(following, graceEnd));
        await Task.WhenAny(following, graceEnd);
        if (following.IsCompleted)
            return;
        var patience = Task.Delay(AfterKill, CancellationToken.None);
        await SignalAsync("SIGKILL", Task.WhenAny(following, patience));
        // The rest of a long output may take its time.
        for (long read = -1; !following.IsCompleted && read != _lines.BytesRead; await Task.WhenAny(following, Task.Delay(AfterKill, CancellationToken.None)))
            read = _lines.BytesRead;
        if (!following.IsCompleted)
            await abandon.CancelAsync();
    }

    /// <summary>Again until the engine has taken it, as it may be away.</summary>
    private async Task SignalAsync(string signal, Task until)
    {
        while (!until.IsCompleted)
        {
            var answer = await calls.TrySignalAsync(container, signal);
            _wasAsked |= answer is SignalAnswer.Sent or SignalAnswer.None;
            if (answer is SignalAnswer.Sent or SignalAnswer.Ended)
                return;
            await Task.WhenAny(until, Task.Delay(Pause, CancellationToken.None));
        }
    }
}
