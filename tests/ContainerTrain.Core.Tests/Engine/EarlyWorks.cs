namespace ContainerTrain.Tests;

public sealed class WorkBegunBeforeTheCompiler
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ShowsItsLinesToWhoJoinsIt()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var prepared = EarlyWork.Begin<string>(async (progress, _) =>
        {
            progress.Report("one");
            await goOn.Task;
            progress.Report("two");
            return "deps:1";
        });
        var lines = new Lines();
        var joined = prepared.JoinAsync(lines, Cancellation);
        goOn.SetResult();
        Assert.Equal("deps:1", await joined);
        Assert.Equal(["one", "two"], lines.All);
    }

    [Fact]
    public async Task LeavesItsErrorsToTheBuildThatFindsThemAgain()
    {
        using var prepared = EarlyWork.Begin<string>((_, _) => throw new IOException("gone"));
        Assert.Null(await prepared.JoinAsync(new Lines(), Cancellation));
    }

    [Fact]
    public async Task EndsWithTheBuild()
    {
        var (began, ended) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), false);
        var prepared = EarlyWork.Begin<string>(async (_, cancellation) =>
        {
            began.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            finally
            {
                ended = true;
            }
            return null;
        });
        await began.Task;
        prepared.Dispose();
        Assert.True(ended);
    }

    [Fact]
    public async Task TakesWhatCameOfItAlong()
    {
        var result = new Disposed();
        var work = EarlyWork.Begin<Disposed>((_, _) => Task.FromResult<Disposed?>(result));
        Assert.Same(result, await work.JoinAsync(new Lines(), Cancellation));
        Assert.False(result.Is);
        work.Dispose();
        Assert.True(result.Is);
    }

    [Fact]
    public async Task DoesNotKeepACanceledBuildWaiting()
    {
        using var prepared = EarlyWork.Begin<string>(async (_, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return null;
        });
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var joined = prepared.JoinAsync(new Lines(), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => joined);
    }

    private sealed class Disposed : IDisposable
    {
        public bool Is { get; private set; }

        public void Dispose() => Is = true;
    }

    private sealed class Lines : IProgress<string>
    {
        public List<string> All { get; } = [];

        public void Report(string value) => All.Add(value);
    }
}
