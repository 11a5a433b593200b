using System.Text.Json;

namespace ContainerTrain.Runtime.Tests;

public sealed class MetricsFile : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly List<TrainingProblem> _warnings = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void HasOneJsonObjectPerLineAfterTheLineThatBeginsTheRun()
    {
        var clock = new SetClock();
        using (var metrics = Open(clock))
        {
            clock.Pass(TimeSpan.FromSeconds(1.25));
            metrics.Log(1, ("train_mse", 0.1), ("val_mse", 1e-300));
            metrics.Log(2, ("train_mse", -0.0), ("val_mse", null));
        }

        Assert.Equal(
            """
            {"schema":"containertrain.metrics/1","run":"the-run","started":"2026-01-31T12:00:00Z"}
            {"step":1,"time":"2026-01-31T12:00:01.25Z","elapsed":1.25,"train_mse":0.1,"val_mse":1E-300}
            {"step":2,"time":"2026-01-31T12:00:01.25Z","elapsed":1.25,"train_mse":-0,"val_mse":null}

            """,
            Text());
    }

    [Fact]
    public void StaysJsonForNamesAndNumbersJsonDoesNotHave()
    {
        using (var metrics = Open())
        {
            metrics.AllowNonFinite = true;
            metrics.Log(1, ("a", double.NaN), ("b", double.PositiveInfinity), ("c \"quoted\"\n", double.NegativeInfinity), ("d", double.MaxValue));
        }

        var line = Assert.Single(Steps());
        Assert.Equal(JsonValueKind.Null, line.GetProperty("a").ValueKind);
        Assert.Equal(JsonValueKind.Null, line.GetProperty("b").ValueKind);
        Assert.Equal(JsonValueKind.Null, line.GetProperty("c \"quoted\"\n").ValueKind);
        Assert.Equal(double.MaxValue, line.GetProperty("d").GetDouble());
    }

    [Fact]
    public void HasEachLineAsSoonAsItIsLogged()
    {
        using var metrics = Open();

        for (var step = 1; step <= 3; step++)
        {
            metrics.Log(step, ("a", 1));
            Assert.Equal(step, Steps().Length);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("time")]
    [InlineData("step")]
    [InlineData("elapsed")]
    [InlineData("schema")]
    public void RefusesNamesItUsesItself(string name)
    {
        using var metrics = Open();

        Assert.Throws<ArgumentException>(() => metrics.Log(1, (name, 1.0)));
        metrics.Log(2, ("a", 1.0));
        Assert.Equal(2, Assert.Single(Steps()).GetProperty("step").GetInt64());
    }

    [Fact]
    public void TakesNothingAfterItIsClosed()
    {
        var metrics = Open();
        metrics.Dispose();

        Assert.Throws<ObjectDisposedException>(() => metrics.Log(1, ("a", 1.0)));
    }

    [Fact]
    public void KeepsEveryLineOfSeveralThreads()
    {
        using (var metrics = Open())
        {
            Parallel.For(0, 1000, step => metrics.Log(step, ("a", step)));
        }

        Assert.Equal(Enumerable.Range(0, 1000), Steps().Select(line => line.GetProperty("step").GetInt32()).Order());
        Assert.All(Steps(), line => Assert.Equal(line.GetProperty("step").GetInt32(), line.GetProperty("a").GetInt32()));
    }

    [Fact]
    public void GoesOnAfterWhatAnEarlierRunWrote()
    {
        using (var metrics = Open())
        {
            metrics.Log(1, ("a", 1));
        }

        var before = Text();
        using (var metrics = Open())
        {
            metrics.Log(2, ("a", 2));
        }

        Assert.StartsWith(before, Text(), StringComparison.Ordinal);
        Assert.Equal([1, 2], Steps().Select(line => line.GetProperty("step").GetInt32()));
        Assert.Equal(2, Text().Split("containertrain.metrics/1").Length - 1);
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData("{\"step\":1,\"a\":1}\n{\"step\":2,\"a\":", 14)]
    [InlineData("{\"st", 4)]
    public void BeginsANewLineWhereItWasCut(string before, int cut)
    {
        _folder.Write("metrics.jsonl", before);
        using (var metrics = Open())
        {
            metrics.Log(3, ("a", 3));
        }

        Assert.StartsWith(before + "\n{\"schema\"", Text(), StringComparison.Ordinal);
        Assert.Equal(3, Steps()[^1].GetProperty("step").GetInt32());
        var warning = Assert.Single(_warnings);
        Assert.Equal("CT4111", warning.Code);
        Assert.Contains($"Its last {cut} bytes", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FindsTheCutLineBehindAnyNumberOfBytes()
    {
        _folder.Write("metrics.jsonl", "{}\n" + new string('x', 1000));
        Open().Dispose();

        Assert.Contains("Its last 1000 bytes", Assert.Single(_warnings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MeasuresTimeThatNoClockTurnsBack()
    {
        var clock = new SetClock();
        using (var metrics = Open(clock))
        {
            clock.Pass(TimeSpan.FromSeconds(1));
            metrics.Log(1, ("a", 1));
            clock.Pass(TimeSpan.FromSeconds(1));
            clock.SetBack(TimeSpan.FromHours(1));
            metrics.Log(2, ("a", 1));
        }

        var lines = Steps();
        Assert.Equal([1, 2], lines.Select(line => line.GetProperty("elapsed").GetDouble()));
        Assert.Equal("2026-01-31T11:00:02Z", lines[1].GetProperty("time").GetString());
    }

    [Theory]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "infinite")]
    [InlineData(double.NegativeInfinity, "minus infinity")]
    public void EndsTheRunWithCT4012AtAValueThatIsNotFinite(double value, string word)
    {
        using var metrics = Open();
        metrics.Log(6, ("train_mse", 0.5), ("val_mse", 2));
        var problem = Assert.Single(Problems.Of(() => metrics.Log(7, ("train_mse", 0.25), ("val_mse", value))));

        Assert.Equal("CT4012", problem.Code);
        Assert.StartsWith($"Metric 'val_mse' is {word} in step 7; it was 2 in step 6.", problem.Message, StringComparison.Ordinal);
        var last = Steps()[^1];
        Assert.Equal((7, 0.25), (last.GetProperty("step").GetInt32(), last.GetProperty("train_mse").GetDouble()));
        Assert.Equal(JsonValueKind.Null, last.GetProperty("val_mse").ValueKind);
    }

    [Fact]
    public void SaysNothingOfAnEarlierValueWhereThereIsNone()
    {
        using var metrics = Open();
        var problem = Assert.Single(Problems.Of(() => metrics.Log(1, ("a", double.NaN))));

        Assert.StartsWith("Metric 'a' is NaN in step 1. ", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TellsTheNewestValuesInTheOrderInWhichTheNamesCameUp()
    {
        using var metrics = Open();
        metrics.Log(1, ("b", 1), ("a", 2));
        metrics.Log(2, ("a", null), ("b", 3));

        Assert.Equal(2, metrics.Snapshot().Count);
        Assert.Equal([("b", 3), ("a", (double?)null)], metrics.Snapshot().Newest);
    }

    private MetricsLog Open(TimeProvider? time = null) => MetricsLog.Open(_folder.FullPath, "the-run", time ?? TimeProvider.System, _warnings.Add);

    private string Text()
    {
        using var reader = new StreamReader(new FileStream(_folder.Path("metrics.jsonl"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    private JsonElement[] Steps() => MetricsReader.Steps(Text());
}

/// <summary>Reads as docs/metrics.md tells readers to: what is no JSON object with a step is skipped.</summary>
internal static class MetricsReader
{
    public static JsonElement[] Steps(string text) => [.. text.Split('\n').Select(Parse).OfType<JsonElement>().Where(line => line.TryGetProperty("step", out _))];

    public static JsonElement? Parse(string line)
    {
        try
        {
            return JsonDocument.Parse(line).RootElement is { ValueKind: JsonValueKind.Object } element ? element : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A clock whose time of day can be set back while time passes.</summary>
internal sealed class SetClock : TimeProvider
{
    private TimeSpan _passed;
    private TimeSpan _setBack;

    public void Pass(TimeSpan time) => _passed += time;

    public void SetBack(TimeSpan time) => _setBack += time;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero) + _passed - _setBack;

    public override long GetTimestamp() => _passed.Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
}
