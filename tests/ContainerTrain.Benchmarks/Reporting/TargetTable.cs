using System.Collections.Immutable;
using System.Globalization;
using ContainerTrain.Benchmarks.Measuring;
using ContainerTrain.Benchmarks.Samples;

namespace ContainerTrain.Benchmarks.Reporting;

/// <summary>What the product promises of its inner loop, and whether this run saw it.</summary>
internal static class TargetTable
{
    private const string NotMeasured = "not measured";

    public static ImmutableArray<Target> Evaluate(Results results) =>
    [
        .. Edits(results),
        NoOp(results),
        Payload(results),
        .. Cold(results),
        .. Bytes(results),
        Size(results, VariantSet.Ours, "image over base, CPU sample", 480),
        Size(results, VariantSet.Ours + "-stripped", "image over base, stripped", 400),
    ];

    private static IEnumerable<Target> Edits(Results results)
    {
        const string Case = "one-line edit → image";
        var ours = results.Find("edit", VariantSet.Ours);
        foreach (var (limit, name) in ((double, string)[])[(0.30, ""), (0.15, " (stretch)")])
        {
            yield return Compare(Case, $"≤ plain build + {Number(limit)} s{name}", ours, results.Find("edit", VariantSet.Plain), (own, plain) =>
                own.DifferenceTo(plain) is var difference
                    ? ($"plain {Signed(difference)} s ({Number(own.Median)} s and {Number(plain.Median)} s)", difference <= limit)
                    : default);
        }
        foreach (var (factor, peer, title) in ((double, string, string)[])[(10, VariantSet.PublishContainer, "PublishContainer"), (2.5, VariantSet.BuildKit, "publish + docker build with BuildKit")])
        {
            yield return Compare(Case, $"≥ {factor.ToString(CultureInfo.InvariantCulture)}× faster than {title}", ours, results.Find("edit", peer), (own, other) =>
                other.RatioTo(own) is var ratio ? ($"{ratio.ToString("0.0", CultureInfo.InvariantCulture)}× ({Number(other.Median)} s)", ratio >= factor) : default);
        }
    }

    private static Target NoOp(Results results) =>
        Compare("nothing changed", "≤ 1.05× plain no-op build", results.Find("no-op", VariantSet.Ours), results.Find("no-op", VariantSet.Plain), (own, plain) =>
            own.RatioTo(plain) is var ratio ? ($"{Number(ratio)}× ({Number(own.Median)} s and {Number(plain.Median)} s)", ratio <= 1.05) : default);

    private static Target Payload(Results results) =>
        Compare("one-line edit with 6 GB natives", "within 20 % of the 0.5 GB case", results.Find("edit-6gb", VariantSet.Ours + "-6gb"), results.Find("edit-6gb", VariantSet.Ours), (own, small) =>
        {
            var ratio = own.RatioTo(small);
            var payload = results.Environment.PayloadMegabytes < 6000 ? $", with {results.Environment.PayloadMegabytes / 1000.0:0.0} GB only" : "";
            return ($"{Number(ratio)}× ({Number(own.Median)} s and {Number(small.Median)} s{payload})", ratio <= 1.2);
        });

    private static IEnumerable<Target> Cold(Results results)
    {
        var ours = results.Find("cold", VariantSet.Ours);
        var peers = results.Cases.FirstOrDefault(one => one.Name == "cold")?.Series
            .Where(series => series.Variant is not (VariantSet.Ours or VariantSet.Plain)).OrderBy(series => series.Median).ToArray() ?? [];
        yield return Compare("cold", "faster than every peer", ours, peers.FirstOrDefault(), (own, best) =>
            ($"{Number(own.Median)} s; the fastest peer, {best.Variant}: {Number(best.Median)} s", own.RatioTo(best) < 1));
        yield return Compare("cold", "≤ 5 s for the 0.5 GB case", ours, ours, (own, _) => ($"{Number(own.Median)} s", own.Median <= 5));
    }

    private static IEnumerable<Target> Bytes(Results results)
    {
        const string Case = "edit → bytes sent";
        const string Goal = "≤ app layer + 16 KB, to the ";
        var ours = results.Bytes.FirstOrDefault(bytes => bytes.Variant == VariantSet.Ours);
        yield return Sent(ours?.ToEngine, "engine");
        yield return Sent(ours?.ToRegistry, "registry");

        Target Sent(long? sent, string receiver) => ours is null || sent is not { } bytes
            ? new Target(Case, Goal + receiver, NotMeasured, null)
            : new Target(Case, Goal + receiver, $"{Thousands(bytes)} bytes; the app layer has {Thousands(ours.TopLayer)}", bytes <= ours.TopLayer + (16 << 10));
    }

    private static Target Size(Results results, string variant, string @case, int megabytes)
    {
        var goal = $"≤ {megabytes} MB";
        return results.Sizes.FirstOrDefault(size => size.Variant == variant) is { } size
            ? new Target(@case, goal, $"{size.OverBase / 1e6:0.0} MB", size.OverBase <= megabytes * 1_000_000L)
            : new Target(@case, goal, NotMeasured, null);
    }

    private static Target Compare(string @case, string goal, Series? ours, Series? other, Func<Series, Series, (string Measured, bool IsMet)> compare)
    {
        if (ours is null || other is null)
            return new Target(@case, goal, NotMeasured, null);
        var (measured, isMet) = compare(ours, other);
        return new Target(@case, goal, measured, isMet);
    }

    private static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Signed(double value) => value.ToString("+ 0.00;− 0.00", CultureInfo.InvariantCulture);

    private static string Thousands(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
