using TorchSharp;
using static TorchSharp.torch;

namespace ContainerTrain.Runtime.Tests;

public sealed class Gradients : NeedsTorch
{
    /// <summary>Widths around the vector's length, and rows around a block's.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(20, 7)]
    [InlineData(20, 8)]
    [InlineData(20, 9)]
    [InlineData(33, 17)]
    [InlineData(100, 64)]
    [InlineData(4096, 6)]
    [InlineData(4097, 6)]
    [InlineData(9000, 5)]
    public void AreThoseOfAutograd(int rows, int features)
    {
        foreach (var (dtype, tolerance) in ((ScalarType, double)[])[(float64, 1e-12), (float32, 1e-4)])
        {
            foreach (var intercept in (bool[])[true, false])
            {
                using var scope = NewDisposeScope();
                var (x, y, parameters) = (randn(rows, features, dtype), randn(rows, dtype), randn(features + (intercept ? 1 : 0), dtype));
                using var error = new SquaredError(parameters, features);
                error.Evaluate(x, y);

                var (w, b) = (parameters[..features].to(float64).detach(), intercept ? parameters[features].to(float64) : zeros(1, float64));
                w.requires_grad = true;
                b = b.detach().reshape(1);
                b.requires_grad = true;
                var loss = nn.functional.mse_loss(x.to(float64).mv(w) + b, y.to(float64));
                loss.backward();
                var expected = intercept ? cat([w.grad!, b.grad!]) : w.grad!;
                Assert.Equal(0, (error.Gradient.to(float64) - expected).abs().max().ToDouble(), tolerance * (1 + expected.abs().max().ToDouble()));
                var mean = error.TakeMean();
                Assert.Equal(loss.ToDouble(), mean.MeanSquaredError, tolerance * (1 + loss.ToDouble()));
                Assert.Equal(expected.abs().max().ToDouble(), mean.Slope, tolerance * (1 + mean.Slope));
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AreTheSameByTorchsOperations(bool intercept)
    {
        using var scope = NewDisposeScope();
        var (x, y, parameters) = (randn(50, 5, float64), randn(50, float64), randn(intercept ? 6 : 5, float64));
        using var error = new SquaredError(parameters, 5);
        error.Evaluate(x, y);
        using var pass = new TorchPass(5, CPU);
        var gradient = zeros_like(parameters);
        pass.Evaluate(x, y, parameters, gradient);

        Assert.Equal(0, (error.Gradient - gradient).abs().max().ToDouble(), 1e-12);
        Assert.Equal(error.TakeMean().MeanSquaredError, pass.TakeSquares() / 50, 1e-12);
        Assert.Equal(0, pass.TakeSquares());
    }

    [Fact]
    public void AreTheSameToTheLastBitWithAnyNumberOfThreads()
    {
        using var scope = NewDisposeScope();
        var (x, y, parameters) = (randn(30_000, 10), randn(30_000), randn(11));
        var threads = get_num_threads();
        try
        {
            set_num_threads(1);
            var one = Evaluate();
            set_num_threads(4);
            Assert.Equal(one, Evaluate());
        }
        finally
        {
            set_num_threads(threads);
        }

        (string, EpochError) Evaluate()
        {
            using var error = new SquaredError(parameters, 10);
            error.Evaluate(x, y);
            return (Convert.ToHexString(error.Gradient.bytes), error.TakeMean());
        }
    }

    [Fact]
    public void OfManyBatchesAreAveragedOverTheirRows()
    {
        using var scope = NewDisposeScope();
        var (x, y, parameters) = (randn(100, 3, float64), randn(100, float64), randn(4, float64));
        using var error = new SquaredError(parameters, 3);
        error.Evaluate(x, y);
        var all = error.TakeMean();
        error.Evaluate(x[..30], y[..30]);
        error.Evaluate(x[30..], y[30..]);
        var parts = error.TakeMean();

        Assert.Equal(all.MeanSquaredError, parts.MeanSquaredError, 1e-12);
        Assert.Equal(all.Slope, parts.Slope, 1e-12);
        Assert.True(double.IsNaN(error.TakeMean().MeanSquaredError));
    }

    [Fact]
    public void RefuseTensorsThatDoNotFit()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => new SquaredError(zeros(5), 3));
        Assert.Throws<ArgumentException>(() => new SquaredError(zeros(3, int64), 3));
        using var error = new SquaredError(zeros(4), 3);
        Assert.Throws<ArgumentException>(() => error.Evaluate(zeros(5, 4), zeros(5)));
        Assert.Throws<ArgumentException>(() => error.Evaluate(zeros(5, 3), zeros(4)));
        Assert.Throws<ArgumentException>(() => error.Evaluate(zeros(5, 3, float64), zeros(5, float64)));
        Assert.Throws<ArgumentException>(() => error.Evaluate(zeros(0, 3), zeros(0)));
    }
}
