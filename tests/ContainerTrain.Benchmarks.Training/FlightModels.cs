using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using ContainerTrain.Runtime;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace ContainerTrain.Benchmarks.Training;

/// <summary>What one process found.</summary>
/// <param name="ReadSeconds">From the file to columns in memory.</param>
/// <param name="TrainSeconds">From columns to weights after one pass over the rows, shuffled.</param>
/// <param name="Rmse">Of the weights over all rows, in minutes.</param>
/// <param name="PeakMegabytes">The process's largest resident size up to then.</param>
/// <param name="FullBatchSeconds">One step over all rows, where the library has such a thing: the median of five.</param>
internal sealed record FlightRun(int Rows, double ReadSeconds, double TrainSeconds, double Rmse, double PeakMegabytes, double? FullBatchSeconds);

/// <summary>One pass of stochastic gradient descent over the flights, each way in a process of its own.</summary>
internal static class FlightModels
{
    private const int BatchSize = 1024;

    public static async Task<FlightRun> RunAsync(string library, string path)
    {
        var start = Stopwatch.GetTimestamp();
        var flights = await Flights.ReadAsync(path);
        var read = Stopwatch.GetElapsedTime(start).TotalSeconds;
        start = Stopwatch.GetTimestamp();
        var (weights, bias, fullBatch) = library == "ours" ? TrainOurs(flights, start, out var train) : TrainMlNet(flights, start, out train);
        var peak = PeakMegabytes();
        return new FlightRun(flights.Rows, read, train, Rmse(flights, weights, bias), peak, fullBatch);
    }

    /// <summary>The least error that any line has.</summary>
    public static async Task<double> ExactRmseAsync(string path)
    {
        var flights = await Flights.ReadAsync(path);
        using var scope = NewDisposeScope();
        var (x, y) = Tensors(flights);
        var ones = cat([x.to(float64), torch.ones(flights.Rows, 1, float64)], dim: 1);
        var solution = linalg.solve(ones.t().mm(ones), ones.t().mv(y.to(float64)));
        return (ones.mv(solution) - y).square().mean().sqrt().ToDouble();
    }

    private static (float[] Weights, float Bias, double? FullBatchSeconds) TrainOurs(Flights flights, long start, out double seconds)
    {
        using var scope = NewDisposeScope();
        var (x, y) = Tensors(flights);
        using var batches = new TensorBatches(x, y, BatchSize);
        using var model = new LinearRegression(Flights.Features, intercept: true, float32, CPU);
        manual_seed(1);
        model.TrainEpoch(batches, learningRate: 0.01);
        seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var parameters = model.Parameters.data<float>().ToArray();

        using var all = new TensorBatches(x, y);
        var full = Timing.Compare(5, 1, new Variant("", _ => model.TrainEpoch(all, learningRate: 0.01)))[0].Median / 1000;
        return (parameters[..Flights.Features], parameters[Flights.Features], full);
    }

    private static (Tensor X, Tensor Y) Tensors(Flights flights)
    {
        var (x, y) = (empty(flights.Rows, Flights.Features), empty(flights.Rows));
        var features = MemoryMarshal.Cast<byte, float>(x.bytes);
        var delays = MemoryMarshal.Cast<byte, float>(y.bytes);
        for (var row = 0; row < flights.Rows; row++)
        {
            flights.Write(row, features.Slice(row * Flights.Features, Flights.Features));
            delays[row] = flights.Delay(row);
        }

        return (x, y);
    }

    private static (float[] Weights, float Bias, double? FullBatchSeconds) TrainMlNet(Flights flights, long start, out double seconds)
    {
        var context = new MLContext(seed: 1);
        var trainer = context.Regression.Trainers.OnlineGradientDescent(nameof(FlightRow.Delay), nameof(FlightRow.Features), numberOfIterations: 1);
        var model = trainer.Fit(context.Data.LoadFromEnumerable(RowsOf(flights))).Model;
        seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return ([.. model.Weights], model.Bias, null);
    }

    /// <summary>One row object for all rows, as ML.NET copies what it needs.</summary>
    private static IEnumerable<FlightRow> RowsOf(Flights flights)
    {
        var row = new FlightRow();
        for (var i = 0; i < flights.Rows; i++)
        {
            flights.Write(i, row.Features);
            row.Delay = flights.Delay(i);
            yield return row;
        }
    }

    private static double Rmse(Flights flights, float[] weights, float bias)
    {
        var squares = 0.0;
        Span<float> features = stackalloc float[Flights.Features];
        for (var row = 0; row < flights.Rows; row++)
        {
            flights.Write(row, features);
            var predicted = (double)bias;
            for (var i = 0; i < features.Length; i++)
            {
                predicted += weights[i] * features[i];
            }

            squares += Math.Pow(predicted - flights.Delay(row), 2);
        }

        return Math.Sqrt(squares / flights.Rows);
    }

    private static double PeakMegabytes() =>
        long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024.0;

    private sealed class FlightRow
    {
        [VectorType(Flights.Features)]
        public float[] Features { get; set; } = new float[Flights.Features];

        public float Delay { get; set; }
    }
}
