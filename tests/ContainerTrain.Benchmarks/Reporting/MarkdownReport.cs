using System.Globalization;
using System.Text;
using ContainerTrain.Benchmarks.Measuring;

namespace ContainerTrain.Benchmarks.Reporting;

/// <summary>The results for people.</summary>
internal sealed class MarkdownReport(Results results)
{
    private readonly StringBuilder _text = new();

    public string Write()
    {
        WriteEnvironment();
        foreach (var one in results.Cases)
            WriteCase(one);
        WriteSizes();
        WriteBytes();
        WriteTargets();
        WriteProfiles();
        return _text.ToString();
    }

    private void WriteEnvironment()
    {
        var environment = results.Environment;
        Line("# Inner loop");
        Line();
        Line($"{environment.Time}, commit {environment.Commit}, packages {environment.PackageVersion}, TorchSharp {environment.TorchSharpVersion}.");
        Line($"{environment.Cores} cores ({environment.Processor}), {environment.MemoryGigabytes} GB, {environment.OperatingSystem}; .NET SDK {environment.DotnetSdk};");
        Line($"{environment.Engine}, client {environment.DockerClient}, BuildKit by {environment.BuildKitClient}; base {environment.BaseImage}.");
        Line($"Load average {environment.LoadAtStart} at the start and {environment.LoadAtEnd} at the end; {environment.Rounds} rounds, all variants in each.");
        Line("Ratios and differences are medians over builds that ran side by side.");
        Line();
    }

    private void WriteCase(CaseResult one)
    {
        Line($"## {one.Title}");
        Line();
        Row("variant", "builds", "median s", "min–max s", "× plain", "− plain s");
        Row("---", "--:", "--:", "--:", "--:", "--:");
        foreach (var series in one.Series)
        {
            Row(series.Title, $"{series.Samples.Length}", Number(series.Median), $"{Number(series.Min)}–{Number(series.Max)}",
                Number(series.RatioToPlain), series.DifferenceToPlain.ToString("+0.00;−0.00;0.00", CultureInfo.InvariantCulture));
        }
        Line();
    }

    private void WriteSizes()
    {
        if (results.Sizes.IsEmpty)
            return;
        Line("## Image over the base image");
        Line();
        Row("variant", "MB");
        Row("---", "--:");
        foreach (var size in results.Sizes)
            Row(size.Title, Megabytes(size.OverBase));
        Line();
    }

    private void WriteBytes()
    {
        if (results.Bytes.IsEmpty)
            return;
        Line("## Bytes that an edit sends");
        Line();
        Row("variant", "to the engine", "to a registry that has the image before", "top layer as tar");
        Row("---", "--:", "--:", "--:");
        foreach (var bytes in results.Bytes)
            Row(bytes.Title, Thousands(bytes.ToEngine), bytes.ToRegistry is { } sent ? Thousands(sent) : "—", Thousands(bytes.TopLayer));
        Line();
        Line($"Engine: bytes of all clients' connections to its socket, through a counting proxy. Registry: {results.Environment.Registry}.");
        Line();
    }

    private void WriteTargets()
    {
        Line("## Targets");
        Line();
        Row("case", "target", "measured", "");
        Row("---", "---", "---", "---");
        foreach (var target in results.Targets)
            Row(target.Case, target.Goal, target.Measured, target.IsMet switch { true => "met", false => "**missed**", null => "—" });
        Line();
    }

    private void WriteProfiles()
    {
        foreach (var ours in results.Profiles.Where(profile => profile.Variant != Plain))
        {
            var plain = results.Profiles.FirstOrDefault(profile => profile.Variant == Plain && profile.Case == ours.Case);
            Line($"## Where the time goes: {ours.Case}, {Number(ours.Seconds)} s" + (plain is null ? "" : $" (plain {Number(plain.Seconds)} s)"));
            Line();
            Line("By MSBuild's performance summary; a target's time includes its tasks'. Entries that differ by 5 ms or more, or last 30.");
            Line();
            Row("kind", "name", "ours ms", "plain ms", "difference");
            Row("---", "---", "--:", "--:", "--:");
            foreach (var (kind, name) in Names(ours, plain))
                WriteEntry(kind, name, ours.Of(kind, name), plain?.Of(kind, name) ?? 0);
            Line();
        }
    }

    private const string Plain = Samples.VariantSet.Plain;

    private static IEnumerable<(string Kind, string Name)> Names(Profile ours, Profile? plain) =>
        ours.Entries.Concat(plain?.Entries ?? []).Select(entry => (entry.Kind, entry.Name)).Distinct()
            .OrderBy(entry => entry.Kind, StringComparer.Ordinal)
            .ThenByDescending(entry => ours.Of(entry.Kind, entry.Name));

    private void WriteEntry(string kind, string name, double ours, double plain)
    {
        if (Math.Abs(ours - plain) >= 5 || Math.Max(ours, plain) >= 30)
            Row(kind, name, $"{ours:0}", $"{plain:0}", (ours - plain).ToString("+0;−0;0", CultureInfo.InvariantCulture));
    }

    private void Row(params ReadOnlySpan<string> cells) => Line($"| {string.Join(" | ", cells)} |");

    private void Line(string text = "") => _text.Append(text).Append('\n');

    private static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Megabytes(long bytes) => (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Thousands(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
