using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ContainerTrain.Engine;

namespace ContainerTrain.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class ARequestToStop
{
    private const int SigCont = 18;
    private const int SigWinch = 28;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ByASignalOfTheProcessIsGracefulAndTheNextOneIsNot()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The numbers of signals are those of Linux.");
        var said = 0;
        using var signals = new StopSignals(() => said++);
        using (signals.Listen(own: [PosixSignal.SIGCONT], others: []))
        {
            Send(SigCont);
            await Requested(signals.Stop);
            Assert.False(signals.Kill.IsCancellationRequested);
            // One key press is one request, however often it arrives.
            await Task.Delay(300, Cancellation);
            Send(SigCont);
            await Requested(signals.Kill);
        }
        Assert.Equal(1, said);
    }

    [Fact]
    public async Task BySomebodyElseMakesTheNextSignalAKill()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The numbers of signals are those of Linux.");
        using var signals = new StopSignals();
        using var listening = signals.Listen(own: [], others: [PosixSignal.SIGWINCH]);
        signals.RequestStop();
        Assert.True(signals.Stop.IsCancellationRequested);
        await Task.Delay(300, Cancellation);
        Send(SigWinch);
        await Requested(signals.Kill);
    }

    [Fact]
    public void IsNoneAfterTheListening()
    {
        using var signals = new StopSignals();
        signals.Listen(own: [PosixSignal.SIGTTOU], others: []).Dispose();
        Assert.False(signals.Stop.IsCancellationRequested);
        signals.RequestStop();
        signals.RequestStop();
        Assert.Equal((true, false), (signals.Stop.IsCancellationRequested, signals.Kill.IsCancellationRequested));
    }

    private static void Send(int signal) => Assert.Equal(0, Posix.Kill(Environment.ProcessId, signal));

    private static async Task Requested(CancellationToken token)
    {
        var requested = new TaskCompletionSource();
        await using var registration = token.Register(requested.SetResult);
        await requested.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
    }
}
