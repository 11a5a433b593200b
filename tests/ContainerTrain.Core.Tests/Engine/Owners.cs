using System.Diagnostics;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;

namespace ContainerTrain.Tests;

public sealed class TheOwnerOfARun
{
    private static RunOwner Self
    {
        get
        {
            Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are looked at in /proc.");
            return RunOwner.OfThisProcess()!;
        }
    }

    [Fact]
    public void IsReadFromTheLabelThatItWrites() => Assert.Equal(Self, RunOwner.Parse(Self.ToString()));

    [Theory]
    [InlineData("")]
    [InlineData("host/boot/pid:[1]/x/7")]
    [InlineData("host/boot/pid:[1]/1")]
    public void IsNobodyInALabelOfSomethingElse(string label) => Assert.Null(RunOwner.Parse(label));

    [Fact]
    public void IsNotGoneWhileItsProcessLives() => Assert.False(Self.IsGone(Self, isRunning: true, isEngineHere: true));

    [Fact]
    public void IsGoneWhenItsProcessHasEnded()
    {
        using var process = Process.Start("sleep", "600");
        var start = File.ReadAllText($"/proc/{process.Id}/stat").Split(") ")[1].Split(' ')[19];
        var owner = Self with { Process = process.Id, Start = start };
        Assert.False(owner.IsGone(Self, isRunning: true, isEngineHere: true));
        process.Kill();
        process.WaitForExit();
        Assert.True(owner.IsGone(Self, isRunning: true, isEngineHere: true));
    }

    [Fact]
    public void IsGoneWhenItsNumberIsAnotherProcessNow() => Assert.True((Self with { Start = "1" }).IsGone(Self, isRunning: true, isEngineHere: true));

    [Fact]
    public void IsAnotherMachinesBusinessElsewhere()
    {
        Assert.False((Self with { Host = "elsewhere", Start = "1" }).IsGone(Self, isRunning: false, isEngineHere: true));
        Assert.False((Self with { Processes = "pid:[1]", Start = "1" }).IsGone(Self, isRunning: false, isEngineHere: true));
    }

    [Fact]
    public void IsGoneAfterARestartOfTheMachineUnlessItsContainerRuns()
    {
        Assert.True((Self with { Boot = "before" }).IsGone(Self, isRunning: false, isEngineHere: true));
        Assert.False((Self with { Boot = "before" }).IsGone(Self, isRunning: true, isEngineHere: true));
    }

    [Fact]
    public void IsNotGoneForARestartWhereAnotherMachineMayHaveItsName() =>
        Assert.False((Self with { Boot = "before" }).IsGone(Self, isRunning: false, isEngineHere: false));

    [Fact]
    public void IsNotGoneWhereProcessesOfOtherUsersAreHidden()
    {
        using var proc = new TempFolder();
        var owner = Self with { Process = 77, Start = "1" };
        Assert.False(owner.IsGone(Self, isRunning: true, isEngineHere: true, proc.Path));
        proc.Write("1/stat", File.ReadAllText("/proc/self/stat"));
        Assert.True(owner.IsGone(Self, isRunning: true, isEngineHere: true, proc.Path));
    }
}

public sealed class ATurn : IDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly TempFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task IsHadByOneAtATime()
    {
        await using (var first = FileTurn.TryTake(_folder.At("locks/x")))
        {
            Assert.NotNull(first);
            Assert.Null(FileTurn.TryTake(_folder.At("locks/x")));
        }
        await using var second = FileTurn.TryTake(_folder.At("locks/x"));
        Assert.NotNull(second);
    }

    [Fact]
    public async Task ThatTakesLongIsWaitedForWithItsHoldersName()
    {
        var said = new Reports<string>();
        var first = FileTurn.TryTake(_folder.At("x"))!;
        var waiting = FileTurn.TakeAsync(_folder.At("x"), "the deps image 1", Moment, FileTurn.Limit, said, Cancellation);
        while (said.Count == 0)
            await Task.Delay(10, Cancellation);
        await first.DisposeAsync();
        await (await waiting).DisposeAsync();
        Assert.StartsWith($"Waiting for the deps image 1, which another build is at (process {Environment.ProcessId} on {Environment.MachineName} since ", Assert.Single(said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ThatNeverEndsIsCT3060()
    {
        await using var first = FileTurn.TryTake(_folder.At("x"));
        var refused = await Assert.ThrowsAsync<ProblemException>(() => FileTurn.TakeAsync(_folder.At("x"), "the deps image 1", Moment, Moment, new Reports<string>(), Cancellation));
        var problem = Assert.Single(refused.Problems);
        Assert.Equal("CT3060", problem.Code.Id);
        Assert.Contains($"process {Environment.ProcessId} on ", problem.Message, StringComparison.Ordinal);
    }
}
