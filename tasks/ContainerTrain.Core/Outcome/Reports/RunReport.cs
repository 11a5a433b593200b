using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;
using static ContainerTrain.Outcome.Html;

namespace ContainerTrain.Outcome;

/// <summary>The page of one run, <c>report.html</c>: everything on it, in one file that asks the network for nothing.</summary>
internal sealed class RunReport(RunRecord record, RunResults results)
{
    /// <summary>In the order in which they happen.</summary>
    private static readonly string[] Phases = ["image", "prepare", "train", "collect"];

    /// <summary>Writes the page into the run's folder, replacing an earlier one; returns a warning where that was not possible.</summary>
    public static Problem? TryWrite(RunFolder folder, RunRecord record, RunResults results)
    {
        try
        {
            AtomicFile.WriteAllText(folder.Report, new RunReport(record, results).Render());
            return null;
        }
        catch (Exception e) when (e is not OperationCanceledException) // a page is never worth what the training has to say
        {
            return Codes.ReportNotWritten.With(folder.Report, e.Message);
        }
    }

    /// <summary>Makes a page of a run that has only begun, for nobody: the page at its end is then made at once.</summary>
    public static void Prepare(RunRecord record, RunFolder folder)
    {
        try
        {
            _ = new RunReport(record, RunResults.Read(folder)).Render();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Said when the page is written.
        }
    }

    public string Render() => Page($"{record.Id} · {record.Project}",
        Head(),
        record.Problems.Select(ProblemBox),
        LastLines(),
        Notes(),
        FinalMetrics(),
        new ReportCharts(results).Curves(),
        new ReportCharts(results).Predictions(),
        Coefficients(),
        Hyperparameters(),
        Section("Run", RunFacts()),
        Section("Time", Table(["phase", "seconds"], record.Seconds.OrderBy(phase => Array.IndexOf(Phases, phase.Key)).Select(phase => new object?[] { phase.Key, Number(phase.Value) }))),
        Artifacts(),
        Footer());

    private static object?[] Section(string title, params object?[] content) => [Element("h2", title), content];

    private object?[] Head() =>
    [
        Element("header", Element("h1", record.Project), RunWords.Badge(record.Outcome?.Reason)),
        Classed("p", "soft", Classed("span", "mono", record.Id), " · ", RunWords.Time(record.Started), " · ",
            Units.Show(TimeSpan.FromSeconds(record.Seconds.GetValueOrDefault("train"))), " on ", record.Device, " in ", RunWords.Engine(record.Engine)),
        record.RerunOf is { } original ? Element("p", "The same image and settings as ", Link(original), ".") : null,
    ];

    private static XElement Link(string run) => Element("a", new XAttribute("href", $"../{Uri.EscapeDataString(run)}/report.html"), run);

    private static XElement ProblemBox(ProblemRecord problem)
    {
        var known = Codes.All.GetValueOrDefault(problem.Code);
        var place = problem.File is null ? null
            : problem.Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{problem.File}, line {problem.Line}") : problem.File;
        return Classed("div", "box failed",
            Element("p", Element("strong", problem.Code), " ", known?.Title),
            place is null ? null : Classed("p", "mono", place),
            Element("p", problem.Message),
            known is null ? null : Classed("p", "soft", known.Fix));
    }

    private IEnumerable<object?> Notes()
    {
        foreach (var note in results.Program.Notes)
            yield return Classed("div", "box note", Element("p", note));
        if (results.Program.Damage.Length > 0)
            yield return Classed("div", "box note", Element("p", $"report.json could not be read: {results.Program.Damage}"));
        if (results.Curves.Damaged > 0)
            yield return Classed("div", "box note", Element("p", $"{Count(results.Curves.Damaged, "line")} of metrics.jsonl could not be read and {(results.Curves.Damaged == 1 ? "is" : "are")} left out."));
        if (results.Curves.NotShown > 0)
            yield return Classed("div", "box note", Element("p", $"metrics.jsonl has more names than a page can show: {Count(results.Curves.NotShown, "value")} left out."));
    }

    private object?[] FinalMetrics() => record.Metrics.IsEmpty ? [] : Section("Final metrics", Classed("div", "tiles",
        record.Metrics.Select(metric => Classed("div", "tile", Element("div", metric.Name), Number(metric.Value ?? double.NaN, metric.Unit ?? ""))).ToArray<object?>()));

    private object?[] Coefficients()
    {
        var all = results.Program.Coefficients;
        if (all.IsEmpty)
            return [];
        var hasExact = all.Any(one => one.Exact is not null);
        var hasUnit = all.Any(one => one.Unit.Length > 0);
        string[] heads = ["name", "fitted", .. hasExact ? ["exact", "difference", "relative"] : Array.Empty<string>(), .. hasUnit ? ["unit"] : Array.Empty<string>()];
        return Section("Coefficients", Table(heads, all.Select(one => (object?[])
        [
            one.Name, Number(one.Fitted),
            .. hasExact ? [Number(one.Exact), Number(one.Fitted - one.Exact), Number(Relative(one))] : Array.Empty<object?>(),
            .. hasUnit ? [one.Unit] : Array.Empty<object?>(),
        ])));

        static double? Relative(ReportedCoefficient one) =>
            one.Exact is not { } exact ? null : one.Fitted == exact ? 0 : exact == 0 ? null : Math.Abs((one.Fitted - exact) / exact);
    }

    private object?[] Hyperparameters() => record.Plan.Run.Hyperparameters.IsEmpty
        ? []
        : Section("Hyperparameters", Table(["name", "value"], record.Plan.Run.Hyperparameters.Select(pair => new object?[] { pair.Key, Classed("span", "mono", pair.Value) })));

    private XElement RunFacts() => Facts(
    [
        ("Device", record.Device),
        ("GPUs requested", record.Plan.Run.Gpus.IsNone ? null : record.Plan.Run.Gpus.ToString()),
        ("Engine", RunWords.Engine(record.Engine)),
        ("Image", record.Image is { } image ? Mono(image.Id) : "none: a process of the host"),
        ("Image name", record.Image?.References.FirstOrDefault()),
        ("Base image", record.Image?.BaseImage),
        ("Commit", record.Git is { } git ? Element("span", Mono(git.Commit), git.Dirty ? Classed("span", "warn", " with changes that are not committed") : null) : null),
        ("Seed", record.Seed.ToString(CultureInfo.InvariantCulture)),
        ("Arguments", record.Plan.Run.Arguments.IsEmpty ? null : Mono(string.Join(' ', record.Plan.Run.Arguments))),
        ("Data", Data()),
        ("Host", $"{record.Host.Name}, {record.Host.OperatingSystem}, {record.Host.Architecture}, {Count(record.Host.Processors, "processor")}"),
        ("Started", RunWords.Time(record.Started)),
        ("Finished", record.Outcome is { } outcome ? RunWords.Time(outcome.Finished) : null),
        ("Exit code", record.Outcome is { } end ? end.ExitCode.ToString(CultureInfo.InvariantCulture) : null),
    ]);

    private XElement? Data() => record.Data.IsEmpty ? null : Element("span", record.Data.Select((data, i) => new object?[]
    {
        i > 0 ? Element("br") : null, Mono(data.Target), data.Sha256 is { } sha ? Classed("span", "soft small", $" sha256 {sha[..Math.Min(12, sha.Length)]}") : null,
    }).ToArray<object?>());

    private object?[] LastLines() => record.Outcome?.Reason == RunReason.Succeeded || results.LastLines.IsEmpty
        ? []
        : Section("Last lines of the log", Element("pre", string.Join('\n', results.LastLines)));

    private object?[] Artifacts() => record.Artifacts.IsEmpty ? [] : Section("Files", Element("details",
        Element("summary", Count(record.Artifacts.Length, "file") + ", " + Units.Show(record.Artifacts.Sum(file => file.Bytes))),
        Table(["path", "size", "SHA-256"], record.Artifacts.Take(500).Select(file =>
            new object?[] { file.Path, Classed("span", "number", Units.Show(file.Bytes)), Classed("span", "mono small", file.Sha256 ?? $"not read: {file.Unread}") }))));

    private XElement Footer() => Element("footer",
        record.Image is null ? null : Element("p", "The same again: ", Classed("span", "mono", $"dotnet build -t:TrainRerun -p:TrainRunId={record.Id}")),
        Element("p", "Written by ContainerTrain.Sdk from run.json, metrics.jsonl and report.json in the same folder."));

    private static XElement Mono(string text) => Classed("span", "mono", text);

    private static string Count(long number, string noun) => string.Create(CultureInfo.InvariantCulture, $"{number:#,0} {noun}{(number == 1 ? "" : "s")}");
}
