namespace ContainerTrain.Runtime.Tests;

public sealed class FeaturesThatSayNothing : NeedsTorch
{
    private static readonly double[] A = [1, 4, 2, 8, 5, 7];
    private static readonly double[] B = [3, 1, 4, 1, 5, 9];

    [Fact]
    public void AreReportedWithCT4130WhereTheyDoNotVary()
    {
        var warning = Assert.Single(Check([("a", A), ("c", [7, 7, 7, 7, 7, 7])]));

        Assert.Equal(("CT4130", "cars.csv"), (warning.Code, warning.File));
        Assert.StartsWith("Feature 'c' is 7 in all 6 rows for training;", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AreReportedWithCT4131AndWhatTheyFollowFrom()
    {
        var warnings = Check([("a", A), ("b", B), ("sum", [.. A.Zip(B, (a, b) => 3 + (2 * a) - b)]), ("half", [.. B.Select(b => b / 2)])]);

        Assert.Equal(["CT4131", "CT4131"], warnings.Select(warning => warning.Code));
        Assert.Contains(": sum = 3 + 2·a - 1·b. ", warnings[0].Message, StringComparison.Ordinal);
        Assert.Contains(": half = 0 + 0.5·b. ", warnings[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AreReportedWhereRowsAreFewerThanFeatures()
    {
        var warning = Assert.Single(Check([("a", [1, 2]), ("b", [5, 3])]));

        Assert.Equal("CT4131", warning.Code);
    }

    [Fact]
    public void DoNotIncludeAConstantWithoutAnIntercept()
    {
        Assert.Empty(Check([("a", A), ("ones", [1, 1, 1, 1, 1, 1])], intercept: false));
        Assert.Equal("CT4130", Assert.Single(Check([("a", A), ("zeros", new double[6])], intercept: false)).Code);
    }

    [Fact]
    public void DoNotIncludeColumnsThatAreOnlyAlike()
    {
        Assert.Empty(Check([("a", A), ("b", B)]));
        Assert.Empty(Check([("a", A), ("nearly", [.. A.Select((a, i) => a + (1e-8 * i * i))])]));
        Assert.Empty(Check([("x", A), ("x2", [.. A.Select(a => a * a)]), ("x3", [.. A.Select(a => a * a * a)])]));
    }

    [Fact]
    public void IncludeTheSameColumnTwice()
    {
        var rows = NumericTable.Of(("a", A), ("b", B));

        Assert.Equal("CT4131", Assert.Single(FeatureChecks.Check(rows, ["a", "b", "a"])).Code);
    }

    /// <summary>The squares of such spreads are zero, and there is no other column to name.</summary>
    [Fact]
    public void IncludeColumnsWhoseSpreadIsNextToNothing() =>
        Assert.Equal(["CT4131", "CT4131"], Check([("one", [0, 5e-324, 0, 0, 0, 0]), ("other", [0, 0, 5e-324, 0, 0, 0])]).Select(warning => warning.Code));

    /// <summary>Large means lose digits of the spread, and would hide what is the same.</summary>
    [Fact]
    public void IncludeColumnsFarFromZero() =>
        Assert.Equal("CT4131", Assert.Single(Check([("year", [.. A.Select(a => 1970 + a)]), ("short", [.. A.Select(a => 70 + a)])])).Code);

    /// <summary>Dependent and constant columns at once: numbers, and the same by both ways.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void LeaveTheResultFinite(int batchSize)
    {
        var rows = NumericTable.Of(("y", [1, 3, 2, 6, 4, 5]), ("a", A), ("twice", [.. A.Select(a => 2 * a)]), ("c", [7, 7, 7, 7, 7, 7]));
        string[] features = ["a", "twice", "c"];
        var exact = LeastSquares.Fit(rows, "y", features);
        var fitted = GradientDescent.Fit(rows, "y", features, epochs: 3000, batchSize: batchSize);

        Assert.All(fitted.Coefficients.Concat(exact.Coefficients), value => Assert.True(double.IsFinite(value)));
        Assert.InRange(fitted.DigitsInCommon(exact, rows), batchSize == 0 ? 9 : 0.5, 17);
    }

    [Fact]
    public void MayBeAllOfThem()
    {
        var rows = NumericTable.Of(("y", [4, 4]), ("c", [7, 7]));

        Assert.Equal(new LinearEquation("y", ["c"], 4, [0]).ToString(), LeastSquares.Fit(rows, "y", "c").ToString());
        Assert.Equal(new LinearEquation("y", ["c"], 4, [0]).ToString(), GradientDescent.Fit(rows, "y", ["c"], epochs: 10).ToString());
    }

    private static IReadOnlyList<TrainingProblem> Check((string Name, double[] Values)[] columns, bool intercept = true) =>
        FeatureChecks.Check(NumericTable.Of(columns), [.. columns.Select(column => column.Name)], intercept, "cars.csv");
}
