using CsCheck;

namespace ContainerTrain.Runtime.Tests;

public sealed class StandardizedColumns
{
    private static readonly Gen<double[]> Column = Gen.Double[-1e6, 1e6].Array[2, 100];

    [Fact]
    public void HaveMeanZeroAndDeviationOne() =>
        Column.Where(values => values.Max() - values.Min() > 1e-3).Sample(values =>
        {
            var table = NumericTable.Of(("x", values));
            var standardized = Standardizer.Fit(table).Transform(table)["x"].ToArray();

            Assert.Equal(0, standardized.Average(), 1e-7);
            Assert.Equal(1, Math.Sqrt(standardized.Average(x => x * x)), 1e-7);
        });

    [Fact]
    public void ComeBackUnchanged() =>
        Gen.Select(Column, Gen.Double[-1e6, 1e6].Array[1, 20]).Sample((fitted, other) =>
        {
            var standardizer = Standardizer.Fit(NumericTable.Of(("x", fitted)));
            var back = standardizer.InverseTransform(standardizer.Transform(NumericTable.Of(("x", other))))["x"].ToArray();

            Assert.All(other.Zip(back), pair => Assert.Equal(pair.First, pair.Second, 1e-8));
        });

    [Fact]
    public void StayFiniteWhereTheyAreConstant() =>
        Gen.Select(Gen.Double.Where(double.IsFinite), Gen.Int[1, 50]).Sample((value, rows) =>
        {
            var table = NumericTable.Of(("x", [.. Enumerable.Repeat(value, rows)]));
            var standardizer = Standardizer.Fit(table);

            Assert.Equal(1, standardizer.Scales[0]);
            Assert.All(standardizer.Transform(table)["x"].ToArray(), x => Assert.Equal(0, x));
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AreRefusedWithCT4132WhereTheirSquaresAreBeyondFloat64(bool center)
    {
        var table = NumericTable.Of(("a", [1, -1e200, 3]), ("good", [1, 1e150, 3]), ("b", [1e308, 1.5e308, 1]));
        var problems = Problems.Of(() => Standardizer.Fit(table, center));

        Assert.Equal(["CT4132", "CT4132"], problems.Select(problem => problem.Code));
        Assert.StartsWith("Column 'a' holds -1E+200; ", problems[0].Message, StringComparison.Ordinal);
        Assert.StartsWith("Column 'b' holds 1.5E+308; ", problems[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void KnowOnlyTheRowsTheyWereFittedOn()
    {
        var standardizer = Standardizer.Fit(NumericTable.Of(("x", [1, 3]), ("y", [10, 10])));

        Assert.Equal([2, 10], standardizer.Means);
        Assert.Equal([1, 1], standardizer.Scales);
        Assert.Equal([3.0], standardizer.Transform(NumericTable.Of(("x", [5]), ("y", [10])))["x"].ToArray());
        Assert.Throws<ArgumentException>(() => standardizer.Transform(NumericTable.Of(("y", [1]), ("x", [1]))));
        Assert.Throws<ArgumentException>(() => Standardizer.Fit(NumericTable.Of(("x", []))));
    }

    /// <summary>Predicting in standardized units and converting the prediction is predicting with the converted equation.</summary>
    [Fact]
    public void GiveAnEquationInOwnUnits() =>
        Gen.Select(Gen.Double[-100, 100].Array[3], Gen.Double[-100, 100].Array[3], Gen.Double[-10, 10], Gen.Double[-10, 10], Gen.Double[-10, 10])
            .Sample((x, y, w, b, at) =>
            {
                var (xs, ys) = (NumericTable.Of(("x", x)), NumericTable.Of(("y", y)));
                var (xScale, yScale) = (Standardizer.Fit(xs), Standardizer.Fit(ys));
                if (xScale.Scales[0] < 1e-3)
                {
                    return;
                }

                var standardized = new LinearEquation("y", ["x"], b, [w]);
                var probe = NumericTable.Of(("x", [at]));
                var expected = (standardized.Predict(xScale.Transform(probe))[0] * yScale.Scales[0]) + yScale.Means[0];

                Assert.Equal(expected, standardized.InOwnUnits(xScale, yScale).Predict(probe)[0], 1e-6 * (1 + Math.Abs(expected)));
            });
}
