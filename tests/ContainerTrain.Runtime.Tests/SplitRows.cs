using CsCheck;

namespace ContainerTrain.Runtime.Tests;

public sealed class SplitRows
{
    [Fact]
    public void KeepEveryRowOnce() =>
        Gen.Select(Gen.Int[1, 200], Gen.Double[0, 0.999], Gen.Long).Sample((rows, share, seed) =>
        {
            var (training, validation) = Table(rows).Split(share, seed);

            Assert.Equal(Enumerable.Range(0, rows).Select(i => (double)i), training["x"].ToArray().Concat(validation["x"].ToArray()).Order());
            Assert.Equal(training["x"].ToArray().Order(), training["x"].ToArray());
            Assert.Equal(validation["x"].ToArray().Order(), validation["x"].ToArray());
            Assert.True(training.RowCount > 0);
            Assert.Equal(share * rows, validation.RowCount, 1.0);
        });

    [Fact]
    public void AreTheSameForTheSameSeedOnly()
    {
        Assert.Equal(Validation(1), Validation(1));
        Assert.NotEqual(Validation(1), Validation(2));
        Assert.NotEqual(Validation(1), Validation(1L << 40));

        static double[] Validation(long seed) => Table(100).Split(0.2, seed).Validation["x"].ToArray();
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.0001, 1)]
    [InlineData(0.2, 20)]
    public void TakeTheShareAskedFor(double share, int expected) => Assert.Equal(expected, Table(100).Split(share, 42).Validation.RowCount);

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    public void RefuseOtherShares(double share) => Assert.Throws<ArgumentOutOfRangeException>(() => Table(10).Split(share, 42));

    private static NumericTable Table(int rows) => NumericTable.Of(("x", [.. Enumerable.Range(0, rows)]));
}
