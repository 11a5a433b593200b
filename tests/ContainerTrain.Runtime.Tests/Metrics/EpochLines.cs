namespace ContainerTrain.Runtime.Tests;

public sealed class EpochLines : IDisposable
{
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly SetClock _clock = new();
    private MetricsSnapshot _metrics = new(0, []);

    public void Dispose() => _output.Dispose();

    [Fact]
    public void AreOnePerSecondAndTheFirstAndTheLast()
    {
        Train(first: 1, total: 5000, last: 5000, TimeSpan.FromMilliseconds(1));

        Assert.Equal(
            """
            epoch    1/5000   train_mse 1
            epoch 1001/5000   train_mse 0.000999001   1,000 epochs/s   ETA 4.0 s
            epoch 2001/5000   train_mse 0.00049975   1,000 epochs/s   ETA 3.0 s
            epoch 3001/5000   train_mse 0.000333222   1,000 epochs/s   ETA 2.0 s
            epoch 4001/5000   train_mse 0.000249938   1,000 epochs/s   ETA 1.0 s
            epoch 5000/5000   train_mse 0.0002       1,000 epochs/s   in 5.0 s

            """,
            _output.ToString());
    }

    [Fact]
    public void AreOneForEachEpochThatTakesLong()
    {
        Train(first: 1, total: 4, last: 4, TimeSpan.FromSeconds(2000));

        Assert.Equal(
            """
            epoch 1/4   train_mse 1
            epoch 2/4   train_mse 0.5          2,000 s/epoch   ETA 1:06:40
            epoch 3/4   train_mse 0.333333     2,000 s/epoch   ETA 33:20
            epoch 4/4   train_mse 0.25         2,000 s/epoch   in 2:13:20

            """,
            _output.ToString());
    }

    [Fact]
    public void EndWithTheEpochThatTheTrainingStoppedAfter()
    {
        Train(first: 1, total: 5000, last: 700, TimeSpan.FromMilliseconds(1));

        Assert.Equal(["epoch    1/5000   train_mse 1", "epoch  700/5000   train_mse 0.00142857   1,000 epochs/s   ETA 4.3 s", ""], _output.ToString().Split('\n'));
    }

    [Fact]
    public void CountFromWhereTheTrainingGoesOn()
    {
        Train(first: 4001, total: 5000, last: 5000, TimeSpan.FromMilliseconds(10));

        var lines = _output.ToString().Split('\n');
        Assert.StartsWith("epoch 4001/5000 ", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("   100 epochs/s   ETA 9.0 s", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("   100 epochs/s   in 0:10", lines[^2], StringComparison.Ordinal);
    }

    [Fact]
    public void TellTheSpeedOfSeveralStepsInAnEpoch()
    {
        Train(first: 1, total: 3, last: 3, TimeSpan.FromSeconds(1), stepsPerEpoch: 50);

        Assert.Contains("1.0 epochs/s, 50.0 steps/s", _output.ToString().Split('\n')[1], StringComparison.Ordinal);
    }

    [Fact]
    public void LeaveOutMetricsThatDoNotExistAndAllAfterTheFourth()
    {
        var progress = new EpochProgress(() => new MetricsSnapshot(1, [("a", 1), ("none", null), ("b", 2), ("c", 3), ("d", 4), ("e", 5)]), _output, _clock);
        progress.Began(1, 10);
        progress.Ended(1);

        Assert.Equal("epoch  1/10   a 1            b 2            c 3            d 4\n", _output.ToString());
    }

    [Fact]
    public void AreNoneWhereNothingIsLeftToTrain()
    {
        var progress = new EpochProgress(() => _metrics, _output, _clock);
        progress.Began(11, 10);
        progress.Done();

        Assert.Empty(_output.ToString());
    }

    private void Train(int first, int total, int last, TimeSpan each, int stepsPerEpoch = 1)
    {
        var progress = new EpochProgress(() => _metrics, _output, _clock);
        progress.Began(first, total);
        for (var epoch = first; epoch <= last; epoch++)
        {
            _clock.Pass(each);
            // A clock that is set back changes nothing.
            _clock.SetBack(TimeSpan.FromSeconds(1));
            _metrics = new MetricsSnapshot(_metrics.Count + stepsPerEpoch, [("train_mse", 1.0 / epoch)]);
            progress.Ended(epoch);
        }

        progress.Done();
    }
}
