using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace ContainerTrain;

/// <summary>
/// Requests to end a training: the first asks it to save its work, a later one ends it at once. They come by a call, or by
/// signals of this process while somebody listens.
/// </summary>
/// <param name="onStop">Called at the first request.</param>
public sealed class StopSignals(Action? onStop = null) : IDisposable
{
    /// <summary>One key press may arrive twice: from the terminal, and handed on by the program that started this one.</summary>
    private const int OneRequest = 200;

    /// <summary>After the last listener, for the process to end by itself and with its own exit code.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _kill = new();
    private readonly ManualResetEventSlim _isOver = new();
    private long? _requestedAt;

    /// <summary>Requested when the training is to save its work and end.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Requested when nobody wants to wait for that any more.</summary>
    public CancellationToken Kill => _kill.Token;

    /// <summary>What a first signal does.</summary>
    public void RequestStop()
    {
        lock (_gate)
            _requestedAt ??= Environment.TickCount64;
        RequestOnce();
    }

    /// <summary>Takes signals until the result is disposed.</summary>
    /// <param name="own">Signals that would end the process: they do not any more, and are requests.</param>
    /// <param name="others">Signals that somebody else turns into <see cref="RequestStop"/>; only a later one is a request of its own.</param>
    public IDisposable Listen(ImmutableArray<PosixSignal> own, ImmutableArray<PosixSignal> others)
    {
        var registrations = new Registrations(_isOver);
        foreach (var signal in own)
            registrations.Add(PosixSignalRegistration.Create(signal, TakeOwn));
        foreach (var signal in others)
            registrations.Add(PosixSignalRegistration.Create(signal, TakeOther));
        return registrations;
    }

    public void Dispose()
    {
        _stop.Dispose();
        _kill.Dispose();
    }

    private void TakeOwn(PosixSignalContext context)
    {
        context.Cancel = true;
        if (IsAgain())
            _kill.Cancel();
        else
            RequestOnce();
        // Handlers of one signal run one after the other, and that of the dotnet command, which comes later, is
        // Environment.Exit(0): it would end the build in the middle, and as a success.
        _isOver.Wait();
        Thread.Sleep(LastWords);
        if (CodeOf(context.Signal) is { } code)
            Environment.Exit(code);
    }

    /// <summary>As shells have it; null for a signal that ends no process.</summary>
    private static int? CodeOf(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGHUP => 128 + 1,
        PosixSignal.SIGINT => 128 + 2,
        PosixSignal.SIGTERM => 128 + 15,
        _ => null,
    };

    private void TakeOther(PosixSignalContext context)
    {
        if (IsAgain())
            _kill.Cancel();
    }

    private bool IsAgain()
    {
        lock (_gate)
        {
            var now = Environment.TickCount64;
            var isAgain = now - _requestedAt > OneRequest;
            _requestedAt ??= now;
            return isAgain;
        }
    }

    private void RequestOnce()
    {
        if (_stop.IsCancellationRequested)
            return;
        onStop?.Invoke();
        _stop.Cancel();
    }

    private sealed class Registrations(ManualResetEventSlim isOver) : IDisposable
    {
        private readonly List<PosixSignalRegistration> _registrations = [];

        public void Add(PosixSignalRegistration registration) => _registrations.Add(registration);

        public void Dispose()
        {
            foreach (var registration in _registrations)
                registration.Dispose();
            isOver.Set();
        }
    }
}
