using System.Collections.Immutable;
using ContainerTrain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ContainerTrain.Benchmarks.Training;

/// <summary>Steps of 1,024 rows, shuffled anew in each epoch; times are for one step, the epoch's shuffling included.</summary>
internal static class Minibatch
{
    public const string Loader = "DataLoader + SGD";
    public const string IndexSelect = "index_select + SGD";
    public const string Ours = "the template's step (TensorBatches, SquaredError)";

    private const int BatchSize = 1024;
    private const double LearningRate = 0.01;

    public static ImmutableArray<Series> Measure(int rounds)
    {
        using var problem = new Problem();
        AssertSameResult(problem);
        using var loader = new NaiveModel(Problem.Features, LearningRate);
        using var select = new NaiveModel(Problem.Features, LearningRate);
        using var ours = new LinearRegression(Problem.Features, intercept: true, float32, CPU);
        using var batches = new TensorBatches(problem.X, problem.Y, BatchSize);
        return Timing.Compare(rounds, batches.Count,
            new Variant(Loader, _ => EpochByLoader(problem, loader)),
            new Variant(IndexSelect, times => Repeat(times, () => EpochByIndexSelect(problem, select))) { Repetitions = 4 },
            new Variant(Ours, times => Repeat(times, () => ours.TrainEpoch(batches, LearningRate))) { Repetitions = 20 });
    }

    /// <summary>The same seed makes all of them go through the rows in the same order.</summary>
    private static void AssertSameResult(Problem problem)
    {
        using var loader = new NaiveModel(Problem.Features, LearningRate);
        using var select = new NaiveModel(Problem.Features, LearningRate);
        using var ours = new LinearRegression(Problem.Features, intercept: true, float32, CPU);
        using var batches = new TensorBatches(problem.X, problem.Y, BatchSize);
        manual_seed(7);
        EpochByLoader(problem, loader);
        manual_seed(7);
        EpochByIndexSelect(problem, select);
        manual_seed(7);
        ours.TrainEpoch(batches, LearningRate);
        using var byLoader = loader.Parameters();
        using var bySelect = select.Parameters();
        Problem.AssertSame(Loader, ours.Parameters, byLoader);
        Problem.AssertSame(IndexSelect, ours.Parameters, bySelect);
    }

    private static void EpochByLoader(Problem problem, NaiveModel model)
    {
        using var order = randperm(Problem.Rows);
        using var dataset = new RowDataset(problem);
        using var loader = new TorchSharp.Modules.DataLoader(dataset, BatchSize, order.data<long>().ToArray());
        foreach (var batch in loader)
        {
            using var x = batch["x"];
            using var y = batch["y"];
            model.Step(x, y);
        }
    }

    private static void EpochByIndexSelect(Problem problem, NaiveModel model)
    {
        using var order = randperm(Problem.Rows);
        for (var first = 0L; first < Problem.Rows; first += BatchSize)
        {
            using var scope = NewDisposeScope();
            var rows = order.narrow(0, first, Math.Min(BatchSize, Problem.Rows - first));
            model.Step(problem.X.index_select(0, rows), problem.Y.index_select(0, rows));
        }
    }

    private static void Repeat(int times, Action action)
    {
        for (var i = 0; i < times; i++)
        {
            action();
        }
    }

    private sealed class RowDataset(Problem problem) : utils.data.Dataset
    {
        public override long Count => Problem.Rows;

        public override Dictionary<string, Tensor> GetTensor(long index) =>
            new() { ["x"] = problem.X[index], ["y"] = problem.Y[index] };
    }
}
