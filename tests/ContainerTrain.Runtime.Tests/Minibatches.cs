using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace ContainerTrain.Runtime.Tests;

public sealed class Minibatches : NeedsTorch
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(19)]
    [InlineData(20)]
    [InlineData(1000)]
    [InlineData(0)]
    public void HoldEveryRowOnceWithItsTarget(int batchSize)
    {
        using var scope = NewDisposeScope();
        var x = arange(40, float64).reshape(20, 2);
        using var batches = new TensorBatches(x, arange(20, float32), batchSize);
        for (var epoch = 0; epoch < 2; epoch++)
        {
            var seen = new List<float>();
            foreach (var (rows, targets) in batches.Shuffled())
            {
                Assert.Equal(targets.shape[0], rows.shape[0]);
                Assert.Equal([2 * targets[0].ToDouble(), (2 * targets[0].ToDouble()) + 1], rows[0].data<double>().ToArray());
                seen.AddRange(targets.data<float>());
            }

            Assert.Equal(Enumerable.Range(0, 20).Select(i => (float)i), seen.Order());
        }
    }

    [Fact]
    public void HaveTheSizeAskedForExceptTheLast()
    {
        using var scope = NewDisposeScope();
        using var batches = new TensorBatches(zeros(20, 3), zeros(20), 8);

        Assert.Equal((20, 8, 3), (batches.RowCount, batches.BatchSize, batches.Count));
        Assert.Equal([8, 8, 4], batches.Shuffled().Select(batch => batch.X.shape[0]));
    }

    [Fact]
    public void AreShuffledAnewByTorchsGenerator()
    {
        using var scope = NewDisposeScope();
        using var batches = new TensorBatches(zeros(50, 1), arange(50, float32), 10);
        manual_seed(1);
        var (first, second) = (Order(), Order());
        manual_seed(1);

        Assert.NotEqual(first, second);
        Assert.Equal(first, Order());
        Assert.Equal(second, Order());

        float[] Order() => [.. batches.Shuffled().SelectMany(batch => batch.Y.data<float>())];
    }

    /// <summary>Bytes are copied on the CPU, and torch gathers elsewhere: both must mean the same.</summary>
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Bool)]
    public void TakeAnyType(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var x = arange(60, float32).reshape(10, 3, 2).to(dtype);
        using var batches = new TensorBatches(x, arange(10, float32), 4);
        foreach (var (rows, targets) in batches.Shuffled())
        {
            Assert.True(rows.equal(x.index_select(0, targets.to(int64))).all().ToBoolean());
        }
    }

    [Fact]
    public void AllOfThemInOneAreTheTensorsThemselves()
    {
        using var scope = NewDisposeScope();
        var (x, y) = (randn(5, 2), randn(5));
        using (var batches = new TensorBatches(x, y))
        {
            var batch = Assert.Single(batches.Shuffled());
            Assert.Same(x, batch.X);
            Assert.Same(y, batch.Y);
        }

        Assert.Equal(5, y.shape[0]);
    }

    [Fact]
    public void OutliveTheScopesOfACaller()
    {
        using var x = randn(10, 2);
        using var y = randn(10);
        TensorBatches batches;
        using (NewDisposeScope())
        {
            batches = new TensorBatches(x, y, 4);
        }

        foreach (var batch in batches.Shuffled())
        {
            using var scope = NewDisposeScope();
            Assert.True(batch.X.sum().isfinite().ToBoolean());
        }

        batches.Dispose();
    }

    [Fact]
    public void RefuseTensorsThatDoNotFit()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => new TensorBatches(zeros(3, 2), zeros(4), 2));
        Assert.Throws<ArgumentException>(() => new TensorBatches(zeros(0, 2), zeros(0), 2));
        Assert.Throws<ArgumentException>(() => new TensorBatches(zeros(2, 3).t(), zeros(3), 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TensorBatches(zeros(3, 2), zeros(3), -1));
    }

    /// <summary>10,000 steps, with full and last batches, by torch's own count and by the process's memory.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(96)]
    public void LeakNothingInTenThousandSteps(int batchSize)
    {
        using var scope = NewDisposeScope();
        var (x, y) = (randn(1000, 16, float64), randn(1000, float64));
        using var batches = new TensorBatches(x, y, batchSize);
        using var model = new LinearRegression(16, intercept: true, float64, CPU);
        var epochs = 5000 / batches.Count;
        Train();
        var (tensors, live, memory) = (Tensor.TotalCount, DisposeScopeManager.Statistics.ThreadTotalLiveCount, ResidentMegabytes());
        Train();

        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(tensors, Tensor.TotalCount);
        // One batch left behind in each step would be 120 MB; other tests run at the same time.
        Assert.InRange(ResidentMegabytes(), 0, memory + 48);

        void Train()
        {
            for (var epoch = 0; epoch < epochs; epoch++)
            {
                model.TrainEpoch(batches, 0.001);
            }

            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    /// <summary>VmRSS of this process.</summary>
    private static long ResidentMegabytes() =>
        long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) / 1024;
}
