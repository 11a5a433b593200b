using System.Globalization;

namespace ContainerTrain.Runtime;

/// <summary>Ends a gradient descent on the mean squared error of a linear model that no longer descends.</summary>
/// <param name="learningRate">η in w := w − η·∂MSE/∂w.</param>
/// <param name="curvature">Of the features that the model is trained on.</param>
public sealed class DivergenceGuard(double learningRate, Curvature curvature)
{
    /// <summary>A stable descent never gets here: its loss falls in each full-batch step, and shuffled minibatches only blur that.</summary>
    private const double Tolerance = 1000;

    private double? _first;

    /// <summary>Looks at the loss of an epoch.</summary>
    /// <exception cref="TrainingException">CT4107: it is NaN or infinite, or more than a thousand times that of the first epoch looked at.</exception>
    public void Check(int epoch, double loss)
    {
        _first ??= loss;
        if (double.IsFinite(loss) && (loss <= Tolerance * _first || _first == 0))
        {
            return;
        }

        var stable = curvature.LargestStableRate;
        var suggestion = RoundDown(learningRate < stable ? learningRate / 4 : stable * 0.9);
        throw new TrainingException(new TrainingProblem(ProblemCodes.TrainingDiverged, string.Create(CultureInfo.InvariantCulture,
            $"The loss is {loss:G4} in epoch {epoch} with learning rate {learningRate}; it was {_first:G4} at first. On this data full-batch gradient "
            + $"descent is stable below a learning rate of {stable:G4}, and minibatches need less. Set it with <TrainHyperparameter Include=\"learning_rate\" Value=\"{suggestion}\" />, or let the data decide with Value=\"auto\".")));
    }

    /// <summary>Two significant digits, towards zero.</summary>
    private static double RoundDown(double value)
    {
        if (!double.IsFinite(value) || value <= 0)
        {
            return value;
        }

        var digits = 1 - (int)Math.Floor(Math.Log10(value));
        return double.Parse((Math.Floor(value * Math.Pow(10, digits)) / Math.Pow(10, digits)).ToString("G2", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }
}
