namespace ContainerTrain.Runtime.Tests;

public sealed class Equations
{
    private static readonly LinearEquation Line = new("y", ["a", "b"], -17.25, [0.12345678, -2]);

    [Fact]
    public void ReadLikeEquations() => Assert.Equal("y = -17.25 + 0.12346·a - 2·b", Line.ToString());

    [Fact]
    public void PredictFromColumnsInAnyOrder() =>
        Assert.Equal([-17.25 + 0.12345678 - 4], Line.Predict(NumericTable.Of(("b", [2]), ("a", [1]))));

    [Fact]
    public void AreJudgedByTheirErrors()
    {
        var fit = RegressionMetrics.Of(new LinearEquation("y", ["x"], 0, [1]), NumericTable.Of(("x", [0, 2]), ("y", [1, 3])));

        Assert.Equal(new RegressionMetrics(2, Rmse: 1, R2: 0), fit);
    }

    [Fact]
    public void HaveNoR2WhereTheTargetIsConstant() =>
        Assert.Null(RegressionMetrics.Of(new LinearEquation("y", ["x"], 0, [1]), NumericTable.Of(("x", [0, 2]), ("y", [3, 3]))).R2);
}
