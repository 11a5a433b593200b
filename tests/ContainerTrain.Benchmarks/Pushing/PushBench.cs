using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using ContainerTrain.Benchmarks.Machine;
using ContainerTrain.Benchmarks.Measuring;
using ContainerTrain.Benchmarks.Reporting;
using ContainerTrain.Benchmarks.Samples;

namespace ContainerTrain.Benchmarks.Pushing;

/// <summary>From an edit to an image in a registry, beside PublishContainer to the same registry and a plain build.</summary>
internal sealed class PushBench
{
    private const string Direct = VariantSet.Ours + "-direct";

    /// <summary>What an edit may send besides the application's compressed layer.</summary>
    private const int AllowedBytes = 16 << 10;

    private readonly Options _options;
    private readonly Workspace _workspace;
    private readonly Action<string> _report;
    private readonly ImmutableArray<Variant> _variants;
    private int _edits;

    private PushBench(Options options, Action<string> report)
    {
        (_options, _report) = (options, report);
        _workspace = new Workspace(options.Folder);
        var set = new VariantSet(options, _workspace, null);
        var all = set.Create("", []);
        _variants =
        [
            all.Single(variant => variant.Name == VariantSet.Plain),
            all.Single(variant => variant.Name == VariantSet.Ours) with { Title = "ours: dotnet build -t:PushImage" },
            set.CreateOurs("-direct", [], ("TrainPush", "direct")) with { Title = "ours, TrainPush=direct: no engine takes part" },
            all.Single(variant => variant.Name == VariantSet.PublishContainer) with { Title = "dotnet publish -t:PublishContainer" },
        ];
        _workspace.Engine.Pull(set.BaseImage);
    }

    /// <summary>Writes push.md and returns it.</summary>
    /// <exception cref="BenchException">A build failed, or the registry does not have what was pushed.</exception>
    public static string Run(Options options, Action<string> report)
    {
        if (options.RegistryProgram.Length == 0)
            throw new BenchException("there is no docker-registry program; Debian's package has it");
        var bench = new PushBench(options with { Variants = [] }, report);
        bench._workspace.RemoveTraces([]);
        using var servers = new BuildServers(bench._workspace.Run);
        var load = HostState.LoadLine();
        try
        {
            var text = bench.Measure(load);
            File.WriteAllText(Path.Join(options.Folder, "push.md"), text);
            return text;
        }
        finally
        {
            if (!options.Keep)
                bench._workspace.RemoveTraces(bench._variants.Select(variant => variant.DepsImage(bench._workspace)));
        }
    }

    private string Measure(string load)
    {
        foreach (var variant in _variants)
        {
            variant.Project.Edit(NextMarker());
            variant.Steps[0].Run(_workspace.Log("start-" + variant.Name));
        }
        var first = _options.Has("first") ? MeasureFirst() : [];
        using var registry = StartRegistry("edit");
        using var proxy = CountingProxy.OnPort(registry.Port);
        var (edit, bytes) = MeasureEdits(proxy);
        return Report(load, first, edit, bytes);
    }

    /// <summary>Everything is built; the registry is empty, and no layer was ever compressed.</summary>
    private ImmutableArray<Series> MeasureFirst()
    {
        var samples = NewSamples();
        for (var round = 0; round < _options.Rounds; round++)
        {
            foreach (var variant in InTurn(round).Where(variant => variant.Image.Length > 0))
            {
                using var registry = StartRegistry($"first-{round}-{variant.Name}");
                if (variant.Cache.Length > 0)
                    File.Delete(Path.Join(variant.Cache, "blobs.tsv"));
                samples[variant.Name].Add(Measure(variant, $"localhost:{registry.Port}", $"first-{round}", round));
                _report($"first push, round {round + 1}: {variant.Name} {samples[variant.Name][^1].Seconds:0.00} s");
            }
        }
        return SeriesOf(samples);
    }

    private (ImmutableArray<Series> Series, ImmutableArray<(string Variant, long Sent, long Layer)> Bytes) MeasureEdits(CountingProxy proxy)
    {
        var registry = $"localhost:{proxy.Port}";
        foreach (var variant in _variants)
            Measure(variant, registry, "edit-start", 0);
        var (samples, bytes) = (NewSamples(), new List<(string, long, long)>());
        for (var round = 0; round < _options.Rounds; round++)
        {
            foreach (var variant in InTurn(round))
            {
                variant.Project.Edit(NextMarker());
                proxy.Reset();
                samples[variant.Name].Add(Measure(variant, registry, $"edit-{round}", round));
                if (variant.Image.Length > 0)
                    bytes.Add((variant.Name, proxy.Sent, TopLayer(registry, variant)));
                _report($"edit, round {round + 1}: {variant.Name} {samples[variant.Name][^1].Seconds:0.00} s");
            }
        }
        return (SeriesOf(samples), [.. bytes]);
    }

    private Sample Measure(Variant variant, string registry, string label, int round)
    {
        HostState.Settle(_workspace.Folder);
        var load = HostState.Load();
        var step = variant.Steps[0];
        ImmutableArray<string> arguments = variant.Name switch
        {
            VariantSet.Plain => step.Arguments,
            VariantSet.PublishContainer => [.. step.Arguments, $"-p:ContainerRegistry={registry}"],
            _ => [.. step.Arguments, "-t:PushImage", $"-p:ContainerRegistry={registry}"],
        };
        var time = (step with { Arguments = arguments }).Run(_workspace.Log($"{label}-{variant.Name}"));
        if (variant.Image.Length > 0)
            TopLayer(registry, variant);
        return new Sample(round, 0, time.TotalSeconds, load);
    }

    /// <summary>The compressed length of the image's last layer in the registry.</summary>
    private static long TopLayer(string registry, Variant variant)
    {
        using var http = new HttpClient();
        var (name, tag) = (variant.Image.Split(':')[0], variant.Image.Split(':')[1]);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{registry}/v2/{name}/manifests/{tag}");
        foreach (var type in (string[])["application/vnd.docker.distribution.manifest.v2+json", "application/vnd.oci.image.manifest.v1+json"])
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        using var response = http.Send(request);
        if (!response.IsSuccessStatusCode)
            throw new BenchException($"{variant.Name}: the registry has no {variant.Image} ({(int)response.StatusCode})");
        using var stream = response.Content.ReadAsStream();
        return JsonNode.Parse(stream)!["layers"]!.AsArray()[^1]!["size"]!.GetValue<long>();
    }

    private string Report(string load, ImmutableArray<Series> first, ImmutableArray<Series> edit, ImmutableArray<(string Variant, long Sent, long Layer)> bytes)
    {
        var (plain, ours, direct, peer) = (Of(edit, VariantSet.Plain), Of(edit, VariantSet.Ours), Of(edit, Direct), Of(edit, VariantSet.PublishContainer));
        var targets = new List<string>();
        foreach (var own in (Series[])[ours, direct])
        {
            targets.Add(Row($"edit → pushed, {own.Variant}", "≤ plain build + 0.6 s", $"plain {own.DifferenceTo(plain):+ 0.00;− 0.00} s ({own.Median:0.00} s and {plain.Median:0.00} s)", own.DifferenceTo(plain) <= 0.6));
            var sent = bytes.Where(one => one.Variant == own.Variant).MaxBy(one => one.Sent - one.Layer);
            targets.Add(Row($"bytes over the wire, {own.Variant}", "≤ compressed app layer + 16 KB", $"{sent.Sent:N0}; the layer has {sent.Layer:N0}", sent.Sent <= sent.Layer + AllowedBytes));
            if (!first.IsEmpty && Of(first, VariantSet.PublishContainer).RatioTo(Of(first, own.Variant)) is var ratio)
                targets.Add(Row($"first push, {own.Variant}", "≥ 1.5× faster than PublishContainer", $"{ratio:0.0}× ({Of(first, own.Variant).Median:0.00} s and {Of(first, VariantSet.PublishContainer).Median:0.00} s)", ratio >= 1.5));
        }
        return string.Create(CultureInfo.InvariantCulture, $"""
            # Push

            {DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm} UTC; {Environment.ProcessorCount} cores ({HostState.Processor()}), {HostState.OperatingSystem()}; packages {_options.Version}, TorchSharp {_options.TorchSharpVersion}.
            Load average {load} at the start and {HostState.LoadLine()} at the end; {_options.Rounds} rounds, all variants in each, to one docker-registry on this machine.

            ## One line edited, until the image is in the registry

            {Table(edit, plain)}
            PublishContainer over ours: {peer.RatioTo(ours):0.0}×.

            ## First push: all built, the registry empty, nothing compressed yet

            {(first.IsEmpty ? "not measured\n" : Table(first, null))}
            ## Targets

            | case | target | measured | |
            |---|---|---|---|
            {string.Concat(targets)}
            """);

        static Series Of(ImmutableArray<Series> series, string variant) => series.Single(one => one.Variant == variant);

        static string Row(string @case, string goal, FormattableString measured, bool met) =>
            $"| {@case} | {goal} | {measured.ToString(CultureInfo.InvariantCulture)} | {(met ? "met" : "**missed**")} |\n";
    }

    private static string Table(ImmutableArray<Series> series, Series? plain)
    {
        var rows = series.Where(one => !one.IsEmpty).Select(one => string.Create(CultureInfo.InvariantCulture,
            $"| {one.Title} | {one.Samples.Length} | {one.Median:0.00} | {one.Min:0.00}–{one.Max:0.00} | {(plain is null ? "" : one.DifferenceTo(plain).ToString("+0.00;−0.00;0.00", CultureInfo.InvariantCulture))} |\n"));
        return "| variant | builds | median s | min–max s | − plain s |\n|---|--:|--:|--:|--:|\n" + string.Concat(rows);
    }

    private Dictionary<string, List<Sample>> NewSamples() => _variants.ToDictionary(variant => variant.Name, _ => new List<Sample>(), StringComparer.Ordinal);

    private ImmutableArray<Series> SeriesOf(Dictionary<string, List<Sample>> samples) =>
        [.. _variants.Select(variant => new Series(variant.Name, variant.Title, [.. samples[variant.Name]]))];

    private IEnumerable<Variant> InTurn(int round) => round % 2 == 0 ? _variants : _variants.Reverse();

    private PrivateRegistry StartRegistry(string name) =>
        PrivateRegistry.Start(_options.RegistryProgram, Directory.CreateDirectory(Path.Join(_workspace.Projects, "registry-" + name)).FullName);

    private string NextMarker() => $"push-{_workspace.Run}-{++_edits}";
}
