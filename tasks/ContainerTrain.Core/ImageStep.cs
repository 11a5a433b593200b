using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain;

/// <summary>Whether a build makes the image (TrainBuildImage).</summary>
public enum ImageWish
{
    /// <summary>If an engine can be reached; else one warning.</summary>
    Auto,
    True,
    False,
}

/// <summary>The image's part of a build: plan → engine → image, and the stamp that says so.</summary>
/// <param name="planFile">The plan; the stamp lies beside it.</param>
/// <param name="cache">The user's cache.</param>
public sealed class ImageStep(string planFile, BuildCache cache)
{
    private readonly string _folder = Path.GetDirectoryName(planFile)!;

    /// <summary>Whether an image that is not up to date is an error (CT3011) rather than built.</summary>
    public bool OnlyAsk { get; init; }

    /// <summary>The deps image that was begun before the compiler, if one was.</summary>
    public EarlyWork<string>? Prepared { get; init; }

    /// <summary>What was begun of an edit, if it was.</summary>
    public EarlyWork<ImageStart>? Started { get; init; }

    /// <summary>Whether the image was built from what was begun before.</summary>
    public bool WentOn { get; private set; }

    public string StampFile => Path.Join(_folder, "image.stamp");

    public string Dockerfile => Path.Join(_folder, "Dockerfile");

    /// <summary>Builds the image where that is wanted and possible; returns a warning where it was not possible.</summary>
    /// <exception cref="ProblemException">CT3001 to CT3006.</exception>
    public async Task<Problem?> RunAsync(
        ImageWish wish, EngineSettings settings, IProgress<string> progress, CancellationToken cancellation)
    {
        if (wish == ImageWish.False || NothingChanged(settings))
            return null;
        if (Started is not null && await Started.JoinAsync(progress, cancellation) is { } start && start.IsOf(settings))
        {
            WentOn = true;
            await EnsureAsync(start.Plan, start.Engine, settings, start, progress, cancellation);
            return null;
        }
        var plan = ImagePlanReader.Read(planFile);
        if (plan.Engine == EngineKind.Process)
            return null;
        using var choice = EngineSelector.Select(plan.Engine, settings, cancellation);
        if (choice.Connection is not { } engine)
        {
            return wish == ImageWish.Auto
                ? Codes.ImageNotBuilt.With(Dockerfile, choice.Tried)
                : throw new ProblemException(Codes.NoEngine.With("auto and TrainBuildImage=true", choice.Tried));
        }
        await EnsureAsync(plan, engine, settings, start: null, progress, cancellation);
        return null;
    }

    /// <summary>
    /// Begins an edit's image while the compiler works; null where there is more to do than asking the engine, which is
    /// left to the build.
    /// </summary>
    public async Task<ImageStart?> StartAsync(EngineSettings settings, IProgress<string> progress, CancellationToken cancellation)
    {
        var state = FileState.Of(planFile);
        var plan = ImagePlanReader.Read(planFile);
        if (ImageStamp.Read(StampFile) is not { } stamp || stamp.Key != plan.Key || stamp.Settings != settings)
            return null;
        var choice = EngineSelector.Select(plan.Engine, settings, cancellation);
        try
        {
            if (choice.Connection is { } engine && engine.Endpoint.Address.OriginalString == stamp.Endpoint
                && stamp.Image.DepsImage.Length > 0 && new EngineImages(engine).Find(stamp.Image.DepsImage, cancellation) is not null)
            {
                var files = StatesOf(plan.Image, own: false);
                var builder = await BuilderSelector.SelectAsync(plan.Image, engine, cache, progress, cancellation);
                var image = await FilesAsync(plan.Image, progress, cancellation);
                var below = await builder.PrepareAsync(image, progress, cancellation);
                return new ImageStart(settings, state, plan, engine, builder, image, below, files, builder.Announce(cancellation));
            }
        }
        catch
        {
            choice.Dispose();
            throw;
        }
        choice.Dispose();
        return null;
    }

    /// <summary>Builds the deps image of a plan that has no application yet; its name, or null where no engine answers.</summary>
    public async Task<string?> PrepareAsync(
        ImagePlan plan, EngineKind wanted, EngineSettings settings, IProgress<string> progress, CancellationToken cancellation)
    {
        using var choice = EngineSelector.Select(wanted, settings, cancellation);
        if (choice.Connection is not { } engine)
            return null;
        var builder = await BuilderSelector.SelectAsync(plan, engine, cache, progress, cancellation);
        return (await builder.PrepareAsync(await FilesAsync(plan, progress, cancellation), progress, cancellation)).Name;
    }

    /// <summary>The image of the plan on this engine, built only if it is not there.</summary>
    public Task<BuiltImage> EnsureAsync(
        EngineConnection engine, EngineSettings settings, IProgress<string> progress, CancellationToken cancellation) =>
        EnsureAsync(ImagePlanReader.Read(planFile), engine, settings, start: null, progress, cancellation);

    private async Task<BuiltImage> EnsureAsync(
        PlannedImage plan, EngineConnection engine, EngineSettings settings, ImageStart? start, IProgress<string> progress, CancellationToken cancellation)
    {
        var stamp = ImageStamp.Read(StampFile);
        if (stamp?.Endpoint != engine.Endpoint.Address.OriginalString)
            stamp = null;
        if ((OnlyAsk || !cache.Verify) && stamp is not null && stamp.Key == plan.Key && stamp.Files.All(file => file.IsUnchanged()) && EngineHas(stamp, settings))
        {
            // The plan changed where the image does not: without a new stamp no later build would be idle.
            var current = stamp with { Settings = settings, Settled = SettledBy(settings) };
            if (!OnlyAsk && !(stamp.Settings == current.Settings && stamp.Settled.SequenceEqual(current.Settled)))
                current.Write(StampFile);
            return stamp.Image;
        }
        if (OnlyAsk)
            throw new ProblemException(Codes.ImageNotCurrent.With(plan.Image.References[0]));

        // Taken before the build: a file that changes while it runs is seen at the next one.
        ImmutableArray<FileState> files = [.. start?.Files ?? StatesOf(plan.Image, own: false), .. StatesOf(plan.Image, own: true)];
        // Removed first: a build that fails or is cut off leaves no stamp that promises an image.
        File.Delete(StampFile);
        var image = await BuildAsync(plan.Image, engine, stamp?.Image, start, progress, cancellation);
        Stamp(plan, engine, settings, image, files).Write(StampFile);
        progress.Report($"Built {plan.Image.References[0]} ({ShortId(image.Id)}) on {engine.Describe()} in {Units.Show(image.Duration)}");
        return image;
    }

    private async Task<BuiltImage> BuildAsync(
        ImagePlan plan, EngineConnection engine, BuiltImage? previous, ImageStart? start, IProgress<string> progress, CancellationToken cancellation)
    {
        try
        {
            var prepared = Prepared is null ? null : await Prepared.JoinAsync(progress, cancellation);
            var builder = start?.Builder ?? await BuilderSelector.SelectAsync(plan, engine, cache, progress, cancellation);
            var files = start?.Image ?? await FilesAsync(plan, progress, cancellation);
            var below = start?.Below ?? await builder.PrepareAsync(files, progress, cancellation);
            var image = await builder.BuildAsync(files, below, previous, progress, cancellation);
            var janitor = new ImageJanitor(engine);
            if (previous is not null)
                janitor.RemoveSuperseded(previous, image, cancellation);
            if (prepared is not null && prepared != image.DepsImage)
                janitor.RemoveDepsIfUnused(prepared, cancellation);
            return image;
        }
        catch (Exception e) when (EngineConnection.IsUnreachable(e) && !cancellation.IsCancellationRequested)
        {
            // It answered a moment ago: it died, or was stopped, in the middle of the build.
            throw new ProblemException(Codes.EngineError.With("Building the image", engine.Endpoint, (e.InnerException ?? e).Message), e);
        }
    }

    /// <summary>
    /// Whether the last build would be repeated exactly: the same plan, files, engine and base, and the image still there.
    /// </summary>
    private bool NothingChanged(EngineSettings settings) =>
        !cache.Verify && ImageStamp.Read(StampFile) is { } stamp
        && stamp.Settings == settings
        && stamp.Settled.All(file => file.IsUnchanged())
        && stamp.Files.All(file => file.IsUnchanged())
        && EngineHas(stamp, settings);

    /// <summary>A base that was removed since is no reason to pull it again: the image does not need it any more.</summary>
    private static bool EngineHas(ImageStamp stamp, EngineSettings settings)
    {
        return EngineLocator.Find(stamp.Endpoint, settings) is { } endpoint
            && EngineProbe.ImageId(endpoint, stamp.Reference) == stamp.Image.Id
            // A Dockerfile of the project's own may name its base itself.
            && (stamp.Image.BaseImageId.Length == 0
                || (EngineProbe.ImageId(endpoint, stamp.BaseReference) is { } baseId && (baseId.Length == 0 || baseId == stamp.Image.BaseImageId)));
    }

    private ImageStamp Stamp(PlannedImage plan, EngineConnection engine, EngineSettings settings, BuiltImage image, ImmutableArray<FileState> files) => new()
    {
        Settings = settings,
        Endpoint = engine.Endpoint.Address.OriginalString,
        Key = plan.Key,
        Reference = plan.Image.References[0],
        BaseReference = plan.Image.PullReference,
        Image = image,
        Settled = SettledBy(settings),
        Files = files,
    };

    private static ImmutableArray<FileState> StatesOf(ImagePlan image, bool own)
    {
        var states = ImmutableArray.CreateBuilder<FileState>();
        foreach (var layer in image.Layers)
        {
            if (layer.Kind.IsOwn() != own)
                continue;
            foreach (var file in layer.Files)
                states.Add(FileState.Of(file.Source));
        }
        return states.DrainToImmutable();
    }

    private ImmutableArray<FileState> SettledBy(EngineSettings settings) =>
        [FileState.Of(planFile), .. EngineLocator.FilesOf(settings).Select(FileState.Of)];

    /// <summary>Removes the project's images and the stamp; returns what was removed.</summary>
    /// <exception cref="ProblemException">CT3001 if an engine is required and none answers.</exception>
    public async Task<IReadOnlyList<string>> CleanAsync(EngineSettings settings, CancellationToken cancellation)
    {
        if (!File.Exists(planFile))
            return [];
        var plan = ImagePlanReader.Read(planFile);
        using var choice = EngineSelector.Select(plan.Engine, settings, cancellation);
        var removed = choice.Connection is { } engine ? new ImageJanitor(engine).RemoveProject(plan.Image, cancellation) : [];
        File.Delete(StampFile);
        return removed;
    }

    /// <summary>Writes a folder that plain <c>docker build</c> makes the same image of.</summary>
    /// <exception cref="ProblemException">CT2004 if a file is missing, CT2010 if one is damaged.</exception>
    public async Task EjectAsync(string folder, IProgress<string> progress, CancellationToken cancellation)
    {
        var image = await FilesAsync(ImagePlanReader.Read(planFile).Image, progress, cancellation);
        EjectedContext.Write(image, folder);
    }

    /// <summary>The plan with the files as they go into the image: checked, and stripped where that is wanted.</summary>
    internal async Task<ImagePlan> FilesAsync(ImagePlan image, IProgress<string> progress, CancellationToken cancellation)
    {
        await new NativeChecksums(cache).VerifyAsync(image, progress, cancellation);
        return image.StripNatives ? await new NativeStripper(cache.Directory).StripAsync(image, progress, cancellation) : image;
    }

    private static string ShortId(string id) => id.Replace("sha256:", "", StringComparison.Ordinal)[..12];
}
