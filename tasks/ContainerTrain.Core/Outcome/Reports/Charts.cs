using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace ContainerTrain.Outcome;

/// <summary>A set of points with a name and one of the page's colours.</summary>
internal sealed record ChartSeries(string Name, int Color, IReadOnlyList<MetricPoint> Points);

/// <summary>
/// Charts as SVG elements for a page. Drawn by OxyPlot, whose exporter is managed code alone. Only this class may name
/// its types: a build that trains nothing must not load it.
/// </summary>
internal static partial class Charts
{
    private const double Width = 460;
    private const double Height = 300;

    // Stand for the page's own colours: OxyPlot knows no variables of CSS.
    private static readonly OxyColor Text = OxyColor.FromRgb(1, 1, 1);
    private static readonly OxyColor Lines = OxyColor.FromRgb(1, 1, 2);

    /// <summary>Curves over steps.</summary>
    /// <param name="name">Of the chart among those of the page.</param>
    /// <param name="log">Whether the values' axis is logarithmic; points without a logarithm are left out.</param>
    public static XElement Curves(string name, string label, string axis, ImmutableArray<ChartSeries> series, bool log)
    {
        var shown = series.Select(one => one with { Points = [.. one.Points.Where(point => !log || point.Value > 0)] }).ToArray();
        var values = shown.SelectMany(one => one.Points).Select(point => point.Value).ToArray();
        var steps = shown.SelectMany(one => one.Points).Select(point => point.Step).ToArray();
        var model = NewModel();
        model.Axes.Add(log ? LogAxis(values) : LinearAxis(AxisPosition.Left, values, ""));
        model.Axes.Add(LinearAxis(AxisPosition.Bottom, steps, axis, padding: 0));
        foreach (var one in shown)
        {
            var line = new LineSeries { Color = ColorOf(one.Color), StrokeThickness = 1.75, LineJoin = LineJoin.Round };
            line.Points.AddRange(one.Points.Select(point => new DataPoint(point.Step, point.Value)));
            if (one.Points.Count == 1)
                (line.MarkerType, line.MarkerSize, line.MarkerFill) = (MarkerType.Circle, 4, line.Color);
            model.Series.Add(line);
        }
        return Svg(model, name, label);
    }

    /// <summary>Points around the line on which what is predicted is what is so.</summary>
    public static XElement Predictions(string name, string label, string x, string y, ImmutableArray<ChartSeries> sets)
    {
        var points = sets.SelectMany(set => set.Points).ToArray();
        var model = NewModel();
        model.Axes.Add(LinearAxis(AxisPosition.Left, [.. points.Select(point => point.Value)], y));
        model.Axes.Add(LinearAxis(AxisPosition.Bottom, [.. points.Select(point => point.Step)], x));
        model.Annotations.Add(new LineAnnotation { Type = LineAnnotationType.LinearEquation, Slope = 1, Intercept = 0, Color = Text, StrokeThickness = 1, LineStyle = LineStyle.Dash });
        foreach (var set in sets)
        {
            var scatter = new ScatterSeries { MarkerType = MarkerType.Circle, MarkerSize = 2.6, MarkerFill = ColorOf(set.Color, alpha: 170) };
            scatter.Points.AddRange(set.Points.Select(point => new ScatterPoint(point.Step, point.Value)));
            model.Series.Add(scatter);
        }
        return Svg(model, name, label);
    }

    private static OxyColor ColorOf(int series, byte alpha = 255) => OxyColor.FromArgb(alpha, 1, 2, (byte)(series % ReportStyle.SeriesColors));

    private static PlotModel NewModel() => new()
    {
        Background = OxyColors.Undefined,
        TextColor = Text,
        PlotAreaBorderColor = Lines,
        PlotAreaBorderThickness = new OxyThickness(1),
        DefaultFontSize = 13,
        // OxyPlot measures a narrower font than many browsers have.
        Padding = new OxyThickness(16, 8, 14, 2),
    };

    private static LinearAxis LinearAxis(AxisPosition position, double[] values, string title, double padding = 0.04)
    {
        var axis = new LinearAxis { Position = position, Title = Html.Allowed(title.Length > 60 ? title[..60] + "…" : title) };
        // A range that is nothing beside its numbers would have more ticks than doubles between them.
        var (least, greatest) = (values.DefaultIfEmpty(0).Min(), values.DefaultIfEmpty(1).Max());
        var range = Math.Max(greatest - least, Math.Max(Math.Abs(least), Math.Abs(greatest)) * 1e-9);
        if (range < 1e-200)
            range = 1;
        var margin = greatest - least < range ? range / 2 : range * padding;
        (axis.Minimum, axis.Maximum) = (least - margin, greatest + margin);
        return Styled(axis);
    }

    private static LogarithmicAxis LogAxis(double[] values)
    {
        var (least, greatest) = (Math.Max(values.DefaultIfEmpty(1).Min(), 1e-150), values.DefaultIfEmpty(10).Max());
        var decades = Math.Max(Math.Log10(greatest / least), 0.1);
        var margin = Math.Pow(10, decades * 0.05);
        return Styled(new LogarithmicAxis { Position = AxisPosition.Left, Minimum = least / margin, Maximum = greatest * margin });
    }

    private static T Styled<T>(T axis) where T : Axis
    {
        axis.TicklineColor = axis.AxislineColor = axis.MajorGridlineColor = Lines;
        axis.MinorTicklineColor = OxyColors.Transparent;
        axis.MajorGridlineStyle = LineStyle.Solid;
        axis.AxisTitleDistance = axis.Position == AxisPosition.Left ? 16 : 6;
        axis.LabelFormatter = value => value.ToString("G5", CultureInfo.InvariantCulture);
        (axis.IsZoomEnabled, axis.IsPanEnabled) = (false, false);
        return axis;
    }

    private static XElement Svg(PlotModel model, string name, string label)
    {
        var exporter = new SvgExporter { Width = Width, Height = Height, IsDocument = false };
        var drawn = XElement.Parse(exporter.ExportToString(model));
        var svg = new XElement("svg",
            new XAttribute("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {Width} {Height}")),
            new XAttribute("role", "img"), new XAttribute("aria-label", label), drawn.Elements().Select(element => ForPage(element, name)));
        return svg;
    }

    /// <summary>The element without its namespace, with the page's font and colours, and ids that are the chart's own.</summary>
    private static XElement ForPage(XElement element, string name) => new(element.Name.LocalName,
        element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration && attribute.Name.LocalName is not ("font-family" or "style" or "fill" or "stroke"))
            .Select(attribute => new XAttribute(attribute.Name.LocalName, ClipPath().Replace(attribute.Value, $"{name}-$0"))),
        StyleOf(element) is { Length: > 0 } style ? new XAttribute("style", style) : null,
        element.Nodes().Select(node => node is XElement child ? ForPage(child, name) : node));

    private static string StyleOf(XElement element)
    {
        var declarations = element.Attributes().Where(attribute => attribute.Name.LocalName is "fill" or "stroke")
            .Select(attribute => $"{attribute.Name.LocalName}:{attribute.Value}").Append(element.Attribute("style")?.Value ?? "");
        return Rgb().Replace(string.Join(';', declarations.Where(text => text.Length > 0)), match => match.Groups[1].Value switch
        {
            "1,1,1" => "var(--text)",
            "1,1,2" => "var(--line)",
            ['1', ',', '2', ',', .. var series] => $"var(--s{series})",
            _ => match.Value,
        });
    }

    [GeneratedRegex(@"rgb\((\d+,\d+,\d+)\)")]
    private static partial Regex Rgb();

    [GeneratedRegex(@"clipPath\d+")]
    private static partial Regex ClipPath();
}
