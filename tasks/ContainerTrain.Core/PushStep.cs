using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Plan;
using ContainerTrain.Registry;

namespace ContainerTrain;

/// <summary>How an image gets to its registry (TrainPush).</summary>
public enum PushWay
{
    /// <summary>Straight from the plan where that gives the image that was built, which is quicker; else by the engine.</summary>
    Auto,

    /// <summary>By the engine, which has the image.</summary>
    Engine,

    /// <summary>Straight from the plan; no engine takes part.</summary>
    Direct,
}

/// <summary>Where an image goes: a registry, or a file where one is named.</summary>
/// <param name="Registry">ContainerRegistry; host[:port].</param>
/// <param name="Archive">Null for a registry.</param>
public sealed record PushDestination(string Registry, ArchiveSettings? Archive = null);

/// <summary>Where the packages of a bill of materials stand.</summary>
/// <param name="AssetsFile">project.assets.json, absolute.</param>
/// <param name="Framework">Such as net10.0.</param>
public sealed record SbomSettings(string AssetsFile, string Framework, string RuntimeIdentifier);

/// <summary>An image's way from the plan to a registry or a file, and the record that says so.</summary>
/// <param name="planFile">The plan; the record lies beside it.</param>
/// <param name="cache">The user's cache.</param>
/// <param name="registries">How registries are spoken to.</param>
public sealed class PushStep(string planFile, BuildCache cache, RegistrySettings registries)
{
    /// <summary>The restored graph that a bill of materials is made of (TrainSbom); null for none.</summary>
    public SbomSettings? Sbom { get; init; }

    /// <summary>Pushes under every tag of the plan.</summary>
    /// <param name="way">Through the engine or not.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="settings">Where engines are looked for.</param>
    /// <param name="progress">Gets a line for each layer.</param>
    /// <param name="cancellation">Stops it; what is up there by then is not sent again.</param>
    /// <exception cref="ProblemException">CT5001 to CT5014, CT3001 to CT3006.</exception>
    public async Task<PushedImage> RunAsync(PushWay way, PushDestination destination, EngineSettings settings, IProgress<string> progress, CancellationToken cancellation)
    {
        var plan = ImagePlanReader.Read(planFile);
        IPushTarget target = destination.Archive is { } archive
            ? new ArchiveTarget(archive, cache, registries, progress)
            : new RegistryTarget(RegistryTarget.NameOf(destination.Registry, plan.Image), cache, registries, progress);
        var pushed = way == PushWay.Direct
            ? await DirectAsync(target, plan, null, progress, cancellation)
            : await WithEngineAsync(way, target, plan, settings, progress, cancellation);
        if (destination.Archive is null)
            PushRecord.Of(pushed!).Write(PushRecord.FileBeside(planFile));
        if (Sbom is { } sbom)
            await DescribeAsync(sbom, plan.Image, pushed!, destination, progress, cancellation);
        foreach (var reference in pushed!.References)
            progress.Report(destination.Archive is null ? $"Pushed {reference} ({pushed.Digest})" : $"Wrote {reference} to {pushed.Archive}");
        return pushed;
    }

    /// <summary>Beside the plan, beside a file, and in the registry as something that refers to the image.</summary>
    private async Task DescribeAsync(
        SbomSettings sbom, ImagePlan plan, PushedImage pushed, PushDestination destination, IProgress<string> progress, CancellationToken cancellation)
    {
        var packages = PackageGraph.Read(sbom.AssetsFile, sbom.Framework, sbom.RuntimeIdentifier);
        var bom = Bom.Write(ImageReference.Parse(plan.References[0]).Repository, pushed.ImageId, plan.BaseImage, packages);
        await File.WriteAllBytesAsync(Path.Join(Path.GetDirectoryName(planFile), "bom.json"), bom, cancellation);
        if (destination.Archive is not null)
        {
            await File.WriteAllBytesAsync(pushed.Archive + ".bom.json", bom, cancellation);
            return;
        }
        var name = RegistryTarget.NameOf(destination.Registry, plan);
        var digest = await new Referrer(registries, progress).AttachAsync(name, pushed.Digest, Bom.MediaType, bom, cancellation);
        progress.Report($"Attached the bill of materials, {packages.Length} packages ({digest})");
    }

    private async Task<PushedImage?> WithEngineAsync(
        PushWay way, IPushTarget target, PlannedImage plan, EngineSettings settings, IProgress<string> progress, CancellationToken cancellation)
    {
        using var choice = EngineSelector.Select(plan.Engine, settings, cancellation);
        if (choice.Connection is not { } engine)
        {
            return way == PushWay.Auto
                ? await DirectAsync(target, plan, null, progress, cancellation)
                : throw new ProblemException(Codes.NoEngine.With($"{plan.Engine.ToString().ToLowerInvariant()} and TrainPush=engine", choice.Tried));
        }
        var image = await new ImageStep(planFile, cache).EnsureAsync(engine, settings, progress, cancellation);
        if (way == PushWay.Auto && await TryDirectAsync(target, plan, image.Id, progress, cancellation) is { } pushed)
            return pushed;
        return await target.ByEngineAsync(engine, image.Id, plan.Image, cancellation);
    }

    /// <summary>The image that was built and nothing else: null where the plan does not give it, or its base is only on the engine.</summary>
    private async Task<PushedImage?> TryDirectAsync(IPushTarget target, PlannedImage plan, string id, IProgress<string> progress, CancellationToken cancellation)
    {
        if (DirectPlan.NeedsEngine(plan.Image).Length > 0)
            return null;
        try
        {
            return await DirectAsync(target, plan, id, progress, cancellation);
        }
        catch (ProblemException e) when (e.Problems.All(problem => problem.Code == Codes.NotInRegistry || problem.Code == Codes.RegistryUnreachable))
        {
            progress.Report($"Not straight from the plan: {e.Problems[0].Message}");
            return null;
        }
    }

    private async Task<PushedImage?> DirectAsync(IPushTarget target, PlannedImage plan, string? id, IProgress<string> progress, CancellationToken cancellation)
    {
        var image = await new ImageStep(planFile, cache).FilesAsync(plan.Image, progress, cancellation);
        return await target.DirectAsync(image, id, cancellation);
    }
}
