using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ContainerTrain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ContainerTrain.Benchmarks.Training;

/// <summary>A step over all rows, beside the time that reading them takes.</summary>
internal static class FullBatch
{
    public const string Read = "read X once, all threads (roofline)";
    public const string Naive = "Linear + MSELoss + autograd + SGD";
    public const string Operations = "torch operations: mv, then t().mv";
    public const string Ours = "the template's step (SquaredError)";

    private const double LearningRate = 0.01;

    public static ImmutableArray<Series> Measure(int rounds)
    {
        using var problem = new Problem();
        AssertSameResult(problem);
        using var naive = new NaiveModel(Problem.Features, LearningRate);
        using var ours = new LinearRegression(Problem.Features, intercept: true, float32, CPU);
        using var batches = new TensorBatches(problem.X, problem.Y);
        using var parameters = zeros(Problem.Features + 1);
        return Timing.Compare(rounds, 1,
            new Variant(Read, times => Repeat(times, () => ReadAll(problem.X))) { Repetitions = 50 },
            new Variant(Naive, times => Repeat(times, () => naive.Step(problem.X, problem.Y))) { Repetitions = 10 },
            new Variant(Operations, times => Repeat(times, () => StepByOperations(problem, parameters))) { Repetitions = 10 },
            new Variant(Ours, times => Repeat(times, () => ours.TrainEpoch(batches, LearningRate))) { Repetitions = 50 });
    }

    private static void AssertSameResult(Problem problem)
    {
        using var naive = new NaiveModel(Problem.Features, LearningRate);
        using var ours = new LinearRegression(Problem.Features, intercept: true, float32, CPU);
        using var batches = new TensorBatches(problem.X, problem.Y);
        for (var step = 0; step < 20; step++)
        {
            naive.Step(problem.X, problem.Y);
            ours.TrainEpoch(batches, LearningRate);
        }

        using var parameters = naive.Parameters();
        Problem.AssertSame("full batch", ours.Parameters, parameters);
    }

    private static void StepByOperations(Problem problem, Tensor parameters)
    {
        using var scope = NewDisposeScope();
        var (w, b) = (parameters[..Problem.Features], parameters[Problem.Features..]);
        var residuals = problem.X.mv(w).add_(b).sub_(problem.Y);
        w.sub_(problem.X.t().mv(residuals).mul_(2 * LearningRate / Problem.Rows));
        b.sub_(residuals.sum().mul_(2 * LearningRate / Problem.Rows));
    }

    /// <summary>Adds up all elements, which takes as long as getting them from memory.</summary>
    private static void ReadAll(Tensor x)
    {
        var threads = get_num_threads();
        var sums = new float[threads];
        Parallel.For(0, threads, thread =>
        {
            var elements = MemoryMarshal.Cast<byte, float>(x.bytes);
            var share = elements.Length / threads;
            sums[thread] = Sum(elements.Slice(thread * share, share));
        });
    }

    private static float Sum(ReadOnlySpan<float> elements)
    {
        ref var first = ref MemoryMarshal.GetReference(elements);
        var (one, two, three, four) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        for (nuint i = 0; i + 64 <= (nuint)elements.Length; i += 64)
        {
            one += Vector512.LoadUnsafe(ref first, i);
            two += Vector512.LoadUnsafe(ref first, i + 16);
            three += Vector512.LoadUnsafe(ref first, i + 32);
            four += Vector512.LoadUnsafe(ref first, i + 48);
        }

        return Vector512.Sum(one + two + three + four);
    }

    private static void Repeat(int times, Action action)
    {
        for (var i = 0; i < times; i++)
        {
            action();
        }
    }
}

/// <summary>The loop as tutorials have it.</summary>
internal sealed class NaiveModel : IDisposable
{
    private readonly TorchSharp.Modules.Linear _linear;
    private readonly TorchSharp.Modules.SGD _optimizer;
    private readonly TorchSharp.Modules.MSELoss _loss = nn.MSELoss();

    public NaiveModel(int features, double learningRate)
    {
        _linear = nn.Linear(features, 1);
        nn.init.zeros_(_linear.weight!);
        nn.init.zeros_(_linear.bias!);
        _optimizer = optim.SGD(_linear.parameters(), learningRate);
    }

    /// <param name="y">Of shape (rows).</param>
    public void Step(Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        _optimizer.zero_grad();
        var loss = _loss.forward(_linear.forward(x).squeeze(1), y);
        loss.backward();
        _optimizer.step();
    }

    /// <summary>Weights and bias as one vector.</summary>
    public Tensor Parameters() => cat([_linear.weight!.detach().reshape(-1), _linear.bias!.detach()]);

    public void Dispose()
    {
        _loss.Dispose();
        _optimizer.Dispose();
        _linear.Dispose();
    }
}
