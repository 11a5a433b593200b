using System.ComponentModel.DataAnnotations;
using ContainerTrain.Runtime;
using TorchSharp;

/// <summary>
/// The hyperparameters and their defaults. A TrainHyperparameter item in the project file sets one of them: learning_rate
/// is LearningRate.
/// </summary>
internal sealed record Knobs
{
    /// <summary>The CSV file in the data directory; empty for the only one.</summary>
    public string Data { get; init; } = "";

    /// <summary>The column to predict.</summary>
    public string Target { get; init; } = "mpg";

    /// <summary>The columns to predict it from; empty for all others.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>Whether the line has an intercept; without one it goes through the origin.</summary>
    public bool Intercept { get; init; } = true;

    /// <summary>The most passes over the training rows.</summary>
    [Range(1, int.MaxValue)]
    public int Epochs { get; init; } = 5000;

    /// <summary>The step size η.</summary>
    public LearningRate LearningRate { get; init; }

    /// <summary>Rows per step, shuffled anew in each epoch; 0 for all rows in one step.</summary>
    [Range(0, int.MaxValue)]
    public int BatchSize { get; init; }

    /// <summary>Training has converged when no element of the gradient is larger, in standardized units; 0 for all epochs.</summary>
    [Range(0, double.MaxValue)]
    public double Tolerance { get; init; }

    /// <summary>The share of rows that are kept out of training.</summary>
    [Range(0, 1, MaximumIsExclusive = true)]
    public double ValidationShare { get; init; } = 0.2;

    /// <summary>The type that training computes with.</summary>
    [AllowedValues(torch.ScalarType.Float64, torch.ScalarType.Float32)]
    public torch.ScalarType Dtype { get; init; } = torch.ScalarType.Float64;
}
