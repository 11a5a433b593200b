using System.Collections.Immutable;
using ContainerTrain.Benchmarks.Machine;
using ContainerTrain.Benchmarks.Reporting;
using ContainerTrain.Benchmarks.Samples;

namespace ContainerTrain.Benchmarks.Measuring;

/// <summary>The whole run: samples, cases, sizes, bytes and profile, in this order.</summary>
internal sealed class Bench
{
    private const string PayloadSuffix = "-6gb";

    private readonly Options _options;
    private readonly Action<string> _report;
    private readonly Workspace _workspace;
    private readonly BuildKitCli? _buildKit;
    private readonly VariantSet _set;
    private readonly CaseRunner _runner;
    private readonly MadeUpPackages _packages;
    private readonly HashSet<string> _deps = new(StringComparer.Ordinal);
    private int _edits;

    public Bench(Options options, Action<string> report)
    {
        (_options, _report) = (options, report);
        _workspace = new Workspace(options.Folder);
        _buildKit = BuildKitCli.Find(options.Folder);
        _set = new VariantSet(options, _workspace, _buildKit);
        _runner = new CaseRunner(_workspace, options.Rounds, report);
        _packages = new MadeUpPackages(_workspace);
    }

    /// <exception cref="BenchException">A build failed, or its result is not what was asked for.</exception>
    public Results Run()
    {
        _workspace.RemoveTraces([]);
        using var servers = new BuildServers(_workspace.Run);
        try
        {
            _workspace.Engine.Pull(_set.BaseImage);
            return Measure();
        }
        finally
        {
            if (!_options.Keep)
                RemoveTraces();
        }
    }

    private Results Measure()
    {
        var environment = BenchEnvironment.Read(_options, _workspace, _buildKit, _set.BaseImage);
        var variants = _set.Create("", []);
        foreach (var variant in variants)
            variant.Project.Edit(NextMarker());
        var cases = ImmutableArray.CreateBuilder<CaseResult>();
        foreach (var definition in Definitions(variants))
        {
            if (_options.Has(definition.Name))
                cases.Add(_runner.Run(definition, variants));
        }
        var sizes = _options.Has("sizes") ? MeasureSizes(variants) : [];
        var bytes = _options.Has("bytes") ? new ByteCounter(_workspace, _options.RegistryProgram, NextMarker).Count(variants) : [];
        var profiles = _options.Has("profile")
            ? new Profiler(_workspace, NextMarker, _options.Pairs).Run([.. variants.Where(variant => variant.IsFast)])
            : [];
        if (_options.Has("edit-6gb"))
            cases.Add(MeasurePayload(variants));
        var results = new Results(environment with { LoadAtEnd = HostState.LoadLine() }, cases.ToImmutable(), sizes, bytes, profiles, []);
        return results with { Targets = TargetTable.Evaluate(results) };
    }

    private IEnumerable<CaseDefinition> Definitions(ImmutableArray<Variant> variants)
    {
        yield return new CaseDefinition("cold", "cold: no outputs, no image, no builder's cache; packages restored, base image there", (variant, _) =>
        {
            variant.MakeCold(_workspace);
            variant.Project.Edit(NextMarker());
        })
        { StartsBuilt = false, Pairs = 1 };
        yield return new CaseDefinition("no-op", "nothing changed", (_, _) => { }) { ChangesImage = false, Pairs = _options.Pairs };
        yield return Edit("edit", "one line edited");
        if (!_options.Has("package"))
            yield break;
        var small = _packages.WriteSmall(_options.Rounds);
        _packages.Restore(small, "restore-small");
        yield return new CaseDefinition("package", "a small package added", (variant, round) =>
        {
            Remember(variant);
            variant.Project.WriteProject(small[..(round + 1)]);
        })
        { Pairs = 1 };
        foreach (var variant in variants)
            variant.Project.WriteProject();
    }

    private CaseDefinition Edit(string name, string title) =>
        new(name, title, (variant, _) => variant.Project.Edit(NextMarker())) { Pairs = _options.Pairs };

    /// <summary>With ours at 0.5 GB in the same rounds, since the target compares the two.</summary>
    private CaseResult MeasurePayload(ImmutableArray<Variant> variants)
    {
        var needed = _options.PayloadMegabytes * 1_000_000L * (_options.PayloadPeers ? 16 : 6);
        foreach (var folder in (ReadOnlySpan<string>)[_workspace.Folder, _workspace.Engine.DataFolder])
        {
            if (Directory.Exists(folder) && HostState.FreeBytes(folder) is var free && free < needed)
                throw new BenchException($"edit-6gb needs {needed / 1e9:0} GB, and {folder} has {free / 1e9:0}; try fewer with --payload-mb, or leave it out with --cases");
        }
        _report($"making {_options.PayloadMegabytes / 1000.0:0.0} GB of natives");
        var natives = _packages.WriteNatives(_options.PayloadMegabytes);
        _packages.Restore(natives, "restore-natives");
        _packages.DeleteArchives(natives);
        var loaded = _set.Create(PayloadSuffix, natives, _options.PayloadPeers);
        foreach (var variant in loaded)
            variant.Project.Edit(NextMarker());
        var small = variants.Where(variant => variant.Name == VariantSet.Ours)
            .Select(variant => variant with { Title = variant.Title + ", with libtorch's 0.5 GB only" });
        return _runner.Run(Edit("edit-6gb", $"one line edited, with {_options.PayloadMegabytes / 1000.0:0.0} GB of made-up natives on top of libtorch"), [.. loaded, .. small]);
    }

    private ImmutableArray<ImageSize> MeasureSizes(ImmutableArray<Variant> variants)
    {
        var below = _workspace.Engine.SizeOf(_set.BaseImage);
        var sizes = new List<ImageSize>();
        foreach (var variant in variants.Where(variant => variant.Image.Length > 0))
        {
            if (!variant.Project.IsBuilt)
                variant.Build(_workspace, "sizes");
            sizes.Add(new ImageSize(variant.Name, variant.Title, _workspace.Engine.SizeOf(variant.Image) - below));
        }
        if (variants.Any(variant => variant.Name == VariantSet.Ours))
        {
            var stripped = _set.CreateOurs("-stripped", [], ("TrainStripNatives", "true"));
            stripped.Project.Edit(NextMarker());
            stripped.Build(_workspace, "sizes");
            stripped.Check(_workspace, "sizes");
            sizes.Add(new ImageSize(stripped.Name, "ours with TrainStripNatives=true", _workspace.Engine.SizeOf(stripped.Image) - below));
        }
        return [.. sizes];
    }

    private string NextMarker() => $"edit-{_workspace.Run}-{++_edits:d4}";

    /// <summary>A deps image that no app image names any more is still ours to remove.</summary>
    private void Remember(Variant variant) => _deps.Add(variant.DepsImage(_workspace));

    private void RemoveTraces()
    {
        _workspace.RemoveTraces(_deps);
        _buildKit?.PruneOwn();
        foreach (var folder in (ReadOnlySpan<string>)[_workspace.Projects, _workspace.Feed, _workspace.Cache, Path.Join(_workspace.Folder, "registry")])
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }
}
