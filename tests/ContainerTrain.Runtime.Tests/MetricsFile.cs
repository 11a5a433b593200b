using System.Globalization;
using System.Text.Json;

namespace ContainerTrain.Runtime.Tests;

public sealed class MetricsFile : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void HasOneJsonObjectPerLine()
    {
        using (var metrics = new MetricsLog(_folder.Path("metrics.jsonl"), new FixedClock()))
        {
            metrics.Log(1, ("train_mse", 0.1), ("val_mse", 1e-300));
            metrics.Log(2, ("train_mse", -0.0));
        }

        Assert.Equal(
            """
            {"time":"2026-01-31T12:00:00.0000000Z","epoch":1,"train_mse":0.1,"val_mse":1E-300}
            {"time":"2026-01-31T12:00:00.0000000Z","epoch":2,"train_mse":-0}

            """,
            File.ReadAllText(_folder.Path("metrics.jsonl")));
    }

    [Fact]
    public void StaysJsonForNumbersJsonDoesNotHave()
    {
        using (var metrics = new MetricsLog(_folder.Path("metrics.jsonl"), TimeProvider.System))
        {
            metrics.Log(1, ("a", double.NaN), ("b", double.PositiveInfinity), ("c \"quoted\"\n", double.NegativeInfinity), ("d", double.MaxValue));
        }

        var line = JsonDocument.Parse(Assert.Single(File.ReadAllLines(_folder.Path("metrics.jsonl")))).RootElement;
        Assert.Equal(JsonValueKind.Null, line.GetProperty("a").ValueKind);
        Assert.Equal(JsonValueKind.Null, line.GetProperty("b").ValueKind);
        Assert.Equal(JsonValueKind.Null, line.GetProperty("c \"quoted\"\n").ValueKind);
        Assert.Equal(double.MaxValue, line.GetProperty("d").GetDouble());
        var time = DateTimeOffset.Parse(line.GetProperty("time").GetString()!, CultureInfo.InvariantCulture);
        Assert.Equal(TimeSpan.Zero, time.Offset);
    }

    [Fact]
    public void CanBeFollowedWhileItIsWritten()
    {
        var clock = new FixedClock();
        using var metrics = new MetricsLog(_folder.Path("metrics.jsonl"), clock);

        metrics.Log(1, ("a", 1));
        Assert.Equal(1, Lines());
        metrics.Log(2, ("a", 1));
        Assert.Equal(1, Lines());
        clock.Advance(TimeSpan.FromSeconds(1));
        metrics.Log(3, ("a", 1));
        Assert.Equal(3, Lines());

        int Lines()
        {
            using var reader = new StreamReader(new FileStream(_folder.Path("metrics.jsonl"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            return reader.ReadToEnd().Count(c => c == '\n');
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("time")]
    [InlineData("epoch")]
    public void RefusesNamesItUsesItself(string name)
    {
        using var metrics = new MetricsLog(_folder.Path("metrics.jsonl"), TimeProvider.System);

        Assert.Throws<ArgumentException>(() => metrics.Log(1, (name, 1.0)));
    }

    [Fact]
    public void KeepsEveryLineOfSeveralThreads()
    {
        using (var metrics = new MetricsLog(_folder.Path("metrics.jsonl"), TimeProvider.System))
        {
            Parallel.For(0, 1000, epoch => metrics.Log(epoch, ("a", epoch)));
        }

        var epochs = File.ReadLines(_folder.Path("metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("epoch").GetInt32());
        Assert.Equal(Enumerable.Range(0, 1000), epochs.Order());
    }

    private sealed class FixedClock : TimeProvider
    {
        private TimeSpan _elapsed;

        public void Advance(TimeSpan time) => _elapsed += time;

        public override DateTimeOffset GetUtcNow() => new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

        public override long GetTimestamp() => _elapsed.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }
}
