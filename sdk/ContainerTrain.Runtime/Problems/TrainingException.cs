namespace ContainerTrain.Runtime;

/// <summary>Ends a training program because of one or more problems that its user can put right.</summary>
public sealed class TrainingException : Exception
{
    /// <summary>Reports all of <paramref name="problems"/> at once.</summary>
    /// <exception cref="ArgumentException">There is no problem.</exception>
    public TrainingException(params IEnumerable<TrainingProblem> problems)
        : this([.. problems])
    {
    }

    private TrainingException(TrainingProblem[] problems)
        : base(string.Join(Environment.NewLine, (IEnumerable<TrainingProblem>)problems))
    {
        if (problems.Length == 0)
        {
            throw new ArgumentException("At least one problem is needed.", nameof(problems));
        }

        Problems = problems;
    }

    /// <summary>The problems in the order they were found; at least one.</summary>
    public IReadOnlyList<TrainingProblem> Problems { get; }
}
