using System.Runtime.InteropServices;
using ContainerTrain.Diagnostics;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ContainerTrain.Tasks;

/// <summary>
/// The base of every task: runs it, turns problems into coded errors and warnings, and stops it when the build is
/// canceled. Exceptions that nobody expects pass through, so that MSBuild shows their stack.
/// </summary>
public abstract class TrainTask : Microsoft.Build.Utilities.Task, ICancelableTask, IDisposable
{
    private readonly StopSignals _signals = new();

    /// <summary>The project file, absolute; problems that belong to no line point to it.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>The folder with one page per diagnostic; errors link to theirs. Default: none.</summary>
    public string CodesFolder { get; set; } = "";

    /// <summary>Requested when the build is canceled (Ctrl-C, SIGTERM).</summary>
    protected CancellationToken Cancellation => _signals.Stop;

    /// <summary>Requested when the build is canceled once more.</summary>
    protected CancellationToken Kill => _signals.Kill;

    public void Cancel() => _signals.RequestStop();

    public sealed override bool Execute()
    {
        // MSBuild turns Ctrl-C into Cancel, and lets SIGTERM end the process with whatever it was at.
        using var listening = _signals.Listen(own: [PosixSignal.SIGTERM], others: [PosixSignal.SIGINT]);
        try
        {
            Run();
            // Also where it came to its end all the same: returning success here would let later targets go on.
            if (Cancellation.IsCancellationRequested && !Log.HasLoggedErrors)
                ReportCanceled();
        }
        catch (ProblemException e)
        {
            Report(e.Problems);
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            ReportCanceled();
        }
        return !Log.HasLoggedErrors;
    }

    public void Dispose()
    {
        _signals.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Does the task's work.</summary>
    /// <exception cref="ProblemException">With everything that is wrong.</exception>
    protected abstract void Run();

    /// <summary>Logs each problem under its code, on its line.</summary>
    protected void Report(IEnumerable<Problem> problems)
    {
        foreach (var problem in problems)
        {
            var file = problem.Location?.File ?? ProjectFile;
            var (line, column) = (problem.Location?.Line ?? 0, problem.Location?.Column ?? 0);
            var page = CodesFolder.Length > 0 ? new Uri(Path.Join(CodesFolder, problem.Code.Id + ".md")).AbsoluteUri : null;
            var text = problem.Sentence;
            if (problem.IsError)
                Log.LogError(null, problem.Code.Id, null, page, file, line, column, 0, 0, "{0}", text);
            else
                Log.LogWarning(null, problem.Code.Id, null, page, file, line, column, 0, 0, "{0}", text);
        }
    }

    private void ReportCanceled() => Report([Codes.BuildCanceled.With(GetType().Name)]);
}
