using System.Globalization;
using System.Text;
using ContainerTrain.Outcome;

namespace ContainerTrain.Tests;

public sealed class TheCurvesOfARun : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void HaveEveryPointOfAShortRun()
    {
        var curves = Read("""
            {"schema":"metrics/1"}
            {"step":1,"time":"2026-11-23T17:44:09Z","train_mse":3,"note":{"deep":[1,2]}}
            {"step":2,"time":1,"val_mse":2.5,"train_mse":2}

            {"val_mse":2.25,"train_mse":1,"step":3}
            """);
        Assert.Equal(["train_mse", "val_mse"], curves.Series.Select(series => series.Name));
        Assert.Equal([new(1, 3), new(2, 2), new(3, 1)], curves.Series.First().Points());
        Assert.Equal([new(2, 2.5), new(3, 2.25)], curves.Series.Last().Points());
        Assert.Equal((0, "step"), (curves.Damaged, curves.Axis));
    }

    [Fact]
    public void RunOverEpochsWhereThereAreNoSteps()
    {
        Assert.Equal("epoch", Read("""{"epoch":1,"a":3}""").Axis);
        var both = Read("""{"epoch":1,"step":100,"a":3}""");
        Assert.Equal(("step", new MetricPoint(100, 3)), (both.Axis, both.Series.Single().Points().Single()));
    }

    [Fact]
    public void LeaveDamagedLinesOutAndCountThem()
    {
        var curves = Read("{\"step\":1,\"a\":1}\n{\"step\":2,\"a\":\nno json\n[1]\n{\"step\":3,\"a\":1} x\n\0\0\0\0\n{\"step\":4,\"a\":1}\n{\"step\":5,\"a");
        Assert.Equal([1, 4], curves.Series.Single().Points().Select(point => point.Step));
        Assert.Equal(6, curves.Damaged);
    }

    [Fact]
    public void LeaveLinesOutThatNeverEnd()
    {
        using (var file = File.CreateText(_folder.At("metrics.jsonl")))
        {
            file.Write("{\"step\":1,\"a\":1}\n");
            for (var i = 0; i < 50; i++)
                file.Write(new string('x', 100_000));
            file.Write("\n{\"step\":2,\"a\":2}");
        }
        var curves = MetricCurves.Read(_folder.At("metrics.jsonl"));
        Assert.Equal(1, curves.Damaged);
        Assert.Equal([1, 2], curves.Series.Single().Points().Select(point => point.Step));
    }

    [Fact]
    public void HaveNoPointWhereAValueIsNotFinite()
    {
        var series = Read("{\"step\":1,\"a\":1}\n{\"step\":2,\"a\":null}").Series.Single();
        Assert.Equal((2, 1, double.NaN), (series.Count, series.NotFinite, series.Last));
        Assert.Equal([1], series.Points().Select(point => point.Step));
    }

    [Fact]
    public void OfAThousandNamesAreTheFirstForty()
    {
        var curves = Read(string.Concat(Enumerable.Range(0, 1000).Select(i => $$"""{"step":1,"m{{i}}":1}""" + "\n")));
        Assert.Equal(40, curves.Series.Count());
        Assert.Equal(960, curves.NotShown);
    }

    [Fact]
    public void OfAMissingFileAreNone() => Assert.Empty(MetricCurves.Read(_folder.At("metrics.jsonl")).Series);

    [Fact]
    public void KeepEverySpikeOfAMillionStepsInAFewPoints()
    {
        var series = new MetricSeries("loss");
        for (var step = 0; step < 1_000_000; step++)
            series.Add(step, step switch { 123_456 => 1e6, 654_321 => -1e6, _ => 1 + (step % 2) });
        var points = series.Points();
        Assert.InRange(points.Count, MetricSeries.Buckets / 2, MetricSeries.Buckets * 2);
        Assert.Contains(new MetricPoint(123_456, 1e6), points);
        Assert.Contains(new MetricPoint(654_321, -1e6), points);
        Assert.True(points[0].Step < 10_000 && points[^1].Step > 990_000);
        Assert.Equal(points.OrderBy(point => point.Step), points);
        Assert.All([1.0, 2.0], value => Assert.True(points.Count(point => point.Value == value) > 200));
    }

    /// <summary>Shares of buckets that are not filled to the brim must not get lost either.</summary>
    [Theory]
    [InlineData(MetricSeries.Buckets)]
    [InlineData(MetricSeries.Buckets + 1)]
    [InlineData((MetricSeries.Buckets * 2) + 1)]
    [InlineData((MetricSeries.Buckets * 4) + 3)]
    public void EndWithTheLastValue(int count)
    {
        var series = new MetricSeries("loss");
        for (var step = 1; step <= count; step++)
            series.Add(step, step);
        Assert.Equal(new MetricPoint(count, count), series.Points()[^1]);
        Assert.Equal(new MetricPoint(1, 1), series.Points()[0]);
    }

    /// <summary>A million lines leave no more behind than ten thousand.</summary>
    [Fact]
    public void TakeNoMemoryForEachLine()
    {
        var (few, many) = (Allocated(10_000), Allocated(100_000));
        Assert.True(many < few + 100_000, $"{few} bytes for 10,000 lines, {many} for 100,000");

        long Allocated(int lines)
        {
            var text = new StringBuilder();
            for (var i = 0; i < lines; i++)
                text.Append(CultureInfo.InvariantCulture, $"{{\"step\":{i},\"train_mse\":{i % 17}.5,\"val_mse\":{i % 19}.5}}\n");
            File.WriteAllText(_folder.At("metrics.jsonl"), text.ToString());
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Equal(2, MetricCurves.Read(_folder.At("metrics.jsonl")).Series.Count());
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private MetricCurves Read(string text) => MetricCurves.Read(_folder.Write("metrics.jsonl", text));
}
