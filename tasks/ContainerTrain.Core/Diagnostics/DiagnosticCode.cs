using System.Collections.Immutable;
using System.Globalization;

namespace ContainerTrain.Diagnostics;

/// <summary>How a problem ends: an error stops the stage, a warning does not.</summary>
public enum Severity
{
    Warning,
    Error,
}

/// <summary>One row of the diagnostics table.</summary>
/// <param name="Id">The code a user sees, searches and suppresses, such as <c>CT1001</c>. Never reused.</param>
/// <param name="Severity">What a problem with this code does to the build.</param>
/// <param name="Title">A short name, the heading of the page in <c>docs/codes</c>.</param>
/// <param name="Format">The message: the value seen and what would be right, as a composite format string.</param>
/// <param name="Fix">What to do about it, in a sentence or two.</param>
public sealed record DiagnosticCode(string Id, Severity Severity, string Title, string Format, string Fix)
{
    /// <summary>Whether the training program words the message, remedy included.</summary>
    public bool IsWordedByProgram => Format == "{0}";

    /// <summary>A problem with this code at <paramref name="location"/>.</summary>
    public Problem At(SourceLocation? location, params object[] arguments) =>
        new(this, string.Format(CultureInfo.InvariantCulture, Format, arguments), location);

    /// <summary>A problem with this code that belongs to no line of a file.</summary>
    public Problem With(params object[] arguments) => At(null, arguments);
}

/// <summary>A place in a file; line and column count from one, zero means unknown.</summary>
public sealed record SourceLocation(string File, int Line = 0, int Column = 0);

/// <summary>Something wrong, worded for the user.</summary>
public sealed record Problem(DiagnosticCode Code, string Message, SourceLocation? Location = null)
{
    public bool IsError => Code.Severity == Severity.Error;

    /// <summary>What is wrong, then what to do; on a line of its own where the message has several.</summary>
    public string Sentence
    {
        get
        {
            var message = Message.TrimEnd();
            if (Code.IsWordedByProgram)
                return message;
            var end = message[^1] is '.' or '?' or '!' or ':' ? "" : ".";
            return message.Contains('\n', StringComparison.Ordinal) ? $"{message}\n  {Code.Fix}" : $"{message}{end} {Code.Fix}";
        }
    }

    /// <summary>The line that editors and build servers recognize, as MSBuild prints it.</summary>
    /// <param name="otherwise">The file of a problem that belongs to none.</param>
    public string ToLine(string otherwise)
    {
        var place = Location switch
        {
            null => otherwise,
            { Line: 0 } => Location.File,
            { Column: 0 } => string.Create(CultureInfo.InvariantCulture, $"{Location.File}({Location.Line})"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{Location.File}({Location.Line},{Location.Column})"),
        };
        return $"{place}: {(IsError ? "error" : "warning")} {Code.Id}: {Sentence}";
    }

    public override string ToString() => $"{Code.Id}: {Message}";
}

/// <summary>Stops a stage with every problem that was found, so that all of them are reported together.</summary>
public sealed class ProblemException : Exception
{
    public ProblemException(params IEnumerable<Problem> problems)
        : this(problems.ToImmutableArray(), inner: null)
    {
    }

    public ProblemException(Problem problem, Exception inner)
        : this([problem], inner)
    {
    }

    private ProblemException(ImmutableArray<Problem> problems, Exception? inner)
        : base(string.Join(Environment.NewLine, problems), inner) => Problems = problems;

    public ImmutableArray<Problem> Problems { get; }
}
