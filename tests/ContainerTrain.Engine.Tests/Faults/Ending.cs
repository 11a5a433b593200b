using System.Collections.Immutable;
using System.Globalization;
using ContainerTrain.Diagnostics;
using ContainerTrain.Outcome;

namespace ContainerTrain.Engine.Tests.Faults;

/// <summary>What came of a build and its training.</summary>
/// <param name="Text">"success", or the codes in order, warnings too; with the signal that ended the program, if one did.</param>
/// <param name="Words">The messages.</param>
/// <param name="Result">Null where no run began.</param>
/// <param name="Lines">What the program printed.</param>
internal sealed record Ending(string Text, string Words, TrainResult? Result, ImmutableList<OutputLine> Lines)
{
    /// <summary>How TrainTask words a build that was canceled outside of a run.</summary>
    private const string BuildCanceled = "CT3010";

    public static Ending Of(TrainResult result, ImmutableList<OutputLine> lines)
    {
        var codes = result.Problems.Select(problem => problem.Code.Id);
        if (result.Outcome.Reason == RunReason.Succeeded)
            codes = codes.Prepend("success");
        var signal = result.Outcome.Reason == RunReason.Killed ? string.Create(CultureInfo.InvariantCulture, $", signal {result.Outcome.Signal}") : "";
        return new Ending(string.Join(' ', codes) + signal, Join(result.Problems), result, lines);
    }

    /// <param name="train">Null for a build without a training.</param>
    /// <param name="lines">What was printed until then.</param>
    public static async Task<Ending> OfAsync(Func<Task<TrainResult?>> train, Func<ImmutableList<OutputLine>> lines)
    {
        try
        {
            return await train() is { } result ? Of(result, lines()) : new Ending("success", "", null, lines());
        }
        catch (ProblemException e)
        {
            return new Ending(string.Join(' ', e.Problems.Select(problem => problem.Code.Id)), Join(e.Problems), null, lines());
        }
        catch (OperationCanceledException e)
        {
            return new Ending(BuildCanceled, e.Message, null, lines());
        }
    }

    public IReadOnlyList<string> Texts => [.. Lines.Select(line => line.Text)];

    private static string Join(ImmutableArray<Problem> problems) => string.Join('\n', problems);
}
