namespace ContainerTrain.Runtime.Tests;

/// <summary>Values of a program's own, which checkpoints hold as JSON.</summary>
public sealed class TrackedValues : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ComeBack()
    {
        ComesBack((Loss: 0.25, Epoch: 7), (0, 0));
        ComesBack(double.NaN, 0);
        ComesBack(new Best(0.5, "a"), new Best(0, ""));
        ComesBack<string?>(null, "x");
        ComesBack(new Dictionary<string, int>(), new Dictionary<string, int> { ["a"] = 1 });
    }

    [Fact]
    public void ThatWouldNotComeBackAreRefused()
    {
        Refuses(new Count(3));
        Refuses(new Random(1));
        Refuses(new Action(() => { }));
        Refuses<IComparable>(3);
    }

    private void ComesBack<T>(T value, T start)
    {
        var settings = RunSettings.Read(_folder.Environment());
        var first = new RunCheckpoints(settings, null, TimeProvider.System, _ => { });
        first.Track("value", () => value, _ => { });
        first.Save(1, new Dictionary<string, double>());
        var second = new RunCheckpoints(settings with { ResumeFrom = settings.CheckpointDirectory }, null, TimeProvider.System, _ => { });
        second.Track("value", () => start, restored => start = restored);
        second.Begin();

        Assert.Equal(value, start);
    }

    private void Refuses<T>(T value)
    {
        var checkpoints = new RunCheckpoints(RunSettings.Read(_folder.Environment()), null, TimeProvider.System, _ => { });
        var exception = Assert.Throws<ArgumentException>(() => checkpoints.Track("lost", () => value, _ => { }));

        Assert.StartsWith("'lost' cannot be saved as JSON: ", exception.Message, StringComparison.Ordinal);
        Assert.False(checkpoints.HasTracked);
    }

    private sealed record Best(double Loss, string Name);

    private sealed class Count
    {
        public Count()
        {
        }

        public Count(int value) => Value = value;

        public int Value { get; }
    }
}
