using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using static ContainerTrain.Outcome.Html;

namespace ContainerTrain.Outcome;

/// <summary>The charts of a run's page: one for each metric, with training and validation together, and the predictions.</summary>
internal sealed partial class ReportCharts(RunResults results)
{
    private const int Most = 12;

    /// <summary>From which ratio on a curve is only seen on a logarithmic scale.</summary>
    private const double WideRange = 50;

    public object?[] Curves()
    {
        var groups = results.Curves.Series.Where(series => series.Count > series.NotFinite)
            .GroupBy(series => Quantity(series.Name), StringComparer.Ordinal).ToArray();
        if (groups.Length == 0)
            return [];
        return
        [
            Element("h2", "Curves"),
            Classed("div", "charts", groups.Take(Most).Select(Curve).ToArray<object?>()),
            groups.Length > Most ? Classed("p", "soft", $"{groups.Length - Most} more in metrics.jsonl.") : null,
        ];
    }

    public object?[] Predictions()
    {
        var report = results.Program;
        var sets = report.Predictions.Where(set => !set.Pairs.IsEmpty)
            .Select((set, i) => new ChartSeries(set.Set, ColorOf(set.Set, i), set.Pairs)).ToImmutableArray();
        if (sets.IsEmpty)
            return [];
        var target = report.Target.Length > 0 ? report.Target : "target";
        var unit = report.TargetUnit.Length > 0 ? $" ({report.TargetUnit})" : "";
        return
        [
            Element("h2", "Predicted and actual"),
            Classed("div", "charts", Classed("div", "chart",
                Element("h3", target),
                Charts.Predictions("fit", $"Predicted against actual {target}", $"actual{unit}", $"predicted{unit}", sets),
                Legend(sets, report.Predictions))),
        ];
    }

    private XElement Curve(IGrouping<string, MetricSeries> group, int index)
    {
        var series = group.Select((one, i) => new ChartSeries(one.Name, ColorOf(one.Name, i), one.Points())).ToImmutableArray();
        var name = string.Create(CultureInfo.InvariantCulture, $"curve{index}");
        var label = $"{group.Key} over {results.Curves.Axis}s";
        var values = series.SelectMany(one => one.Points).Select(point => point.Value).ToArray();
        var linear = Charts.Curves(name + "a", label, results.Curves.Axis, series, log: false);
        var notFinite = group.Sum(one => one.NotFinite);
        return Classed("div", "chart",
            Element("h3", group.Key),
            values.Any(value => value > 0)
                ? Switch(name, linear, Charts.Curves(name + "b", label + ", logarithmic", results.Curves.Axis, series, log: true), startsWithLog: IsWideFall(series[0].Points, values))
                : linear,
            series.Length == 1 && series[0].Name == group.Key ? null : Legend(series, []),
            notFinite > 0 ? Classed("p", "bad small", string.Create(CultureInfo.InvariantCulture, $"{notFinite:#,0} of {group.Sum(one => one.Count):#,0} values were not finite.")) : null);
    }

    /// <summary>An error that falls far goes on falling where a linear scale shows a flat line. What rises is seen on a linear one.</summary>
    private static bool IsWideFall(IReadOnlyList<MetricPoint> points, double[] values) =>
        points.Count > 0 && points[0].Value > points[^1].Value && values.Min() > 0 && values.Max() / values.Min() > WideRange;

    /// <summary>Two pictures of which one is seen; buttons of a form do it, so that the page needs no script.</summary>
    private static object?[] Switch(string name, XElement linear, XElement log, bool startsWithLog)
    {
        return [Button("linear", !startsWithLog), Button("log", startsWithLog), Classed("div", "on-linear", linear), Classed("div", "on-log", log)];

        object?[] Button(string scale, bool isOn) =>
        [
            Classed("input", scale, new XAttribute("type", "radio"), new XAttribute("name", name), new XAttribute("id", $"{name}-{scale}"), isOn ? new XAttribute("checked", "checked") : null),
            Element("label", new XAttribute("for", $"{name}-{scale}"), scale),
        ];
    }

    private static XElement Legend(ImmutableArray<ChartSeries> series, ImmutableArray<ReportedPredictions> sets) => Classed("div", "legend",
        series.Select(one => Element("span",
            Classed("span", "swatch", new XAttribute("style", string.Create(CultureInfo.InvariantCulture, $"background:var(--s{one.Color % ReportStyle.SeriesColors})"))),
            one.Name, Rows(one, sets))).ToArray<object?>());

    private static string Rows(ChartSeries one, ImmutableArray<ReportedPredictions> sets) =>
        sets.FirstOrDefault(set => set.Set == one.Name) is not { } found ? ""
        : found.Rows > one.Points.Count ? string.Create(CultureInfo.InvariantCulture, $" ({one.Points.Count:#,0} of {found.Rows:#,0} rows)")
        : string.Create(CultureInfo.InvariantCulture, $" ({one.Points.Count:#,0} rows)");

    /// <summary>Training and validation keep their colours from chart to chart; others take what comes.</summary>
    private static int ColorOf(string name, int index) => Part().Match(name) switch
    {
        { Success: true } part when part.Value.StartsWith("tr", StringComparison.OrdinalIgnoreCase) => 0,
        { Success: true } part when part.Value.StartsWith("va", StringComparison.OrdinalIgnoreCase) => 1,
        { Success: true } => 2,
        _ => index,
    };

    /// <summary><c>mse</c> for <c>train_mse</c> and <c>val_mse</c>.</summary>
    private static string Quantity(string name) => Part().Match(name) is { Success: true } part && part.Length < name.Length ? name[part.Length..] : name;

    [GeneratedRegex(@"^(train(ing)?|val(id(ation)?)?|test)([_/.\- ]|\z)", RegexOptions.IgnoreCase)]
    private static partial Regex Part();
}
