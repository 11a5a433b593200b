namespace ContainerTrain.Runtime;

/// <summary>Collects the problems of one file: the first twenty lines in full, the rest as a count.</summary>
internal sealed class ProblemList(string file)
{
    /// <summary>How many problems are shown.</summary>
    public const int Shown = 20;

    private const int Kept = 1000;

    private readonly List<TrainingProblem> _problems = [];
    private int _notKept;

    public void Add(string code, string message, int? line = null, int? column = null)
    {
        if (_problems.Count < Kept)
        {
            _problems.Add(new(code, message, file, line, column));
        }
        else
        {
            _notKept++;
        }
    }

    /// <summary>Counts problems that come after those shown anyway.</summary>
    public void AddHidden(int count) => _notKept += count;

    /// <exception cref="TrainingException">Something was added.</exception>
    public void ThrowIfAny()
    {
        if (_problems.Count == 0)
        {
            return;
        }

        var inOrder = _problems.OrderBy(problem => problem.Line).ThenBy(problem => problem.Column).ToArray();
        var hidden = inOrder.Length - Shown + _notKept;
        throw inOrder.Length <= Shown
            ? new TrainingException(inOrder)
            : new TrainingException([.. inOrder[..Shown], inOrder[Shown] with { Message = $"and {hidden} more in this file, from here on" }]);
    }
}
