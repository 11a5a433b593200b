using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using ContainerTrain.Diagnostics;
using ContainerTrain.Dockerfile;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>
/// What all builders share: base → system → deps → app. The deps image is content-addressed, built once and shared by all
/// projects on the engine; only the app image is made at an edit.
/// </summary>
public abstract class ImageBuilder : IImageBuilder
{
    private const string DepsRepository = "containertrain/deps";
    private const string SystemRepository = "containertrain/system";

    /// <summary>Bytes that are hashed in less time than it takes to send them for nothing.</summary>
    private const long HashedFirst = 1 << 26;

    private readonly LayerDigests _digests;
    private readonly string _locks;

    /// <param name="engine">Where the image is made.</param>
    /// <param name="cache">The user's cache, which all projects share.</param>
    private protected ImageBuilder(EngineConnection engine, BuildCache cache)
    {
        (Engine, Cache) = (engine, cache);
        Images = new EngineImages(engine);
        _digests = cache.LoadDigests();
        _locks = cache.Locks;
    }

    private protected EngineConnection Engine { get; }

    private protected EngineImages Images { get; }

    private protected BuildCache Cache { get; }

    public async Task<ImageBelow> PrepareAsync(ImagePlan image, IProgress<string> progress, CancellationToken cancellation)
    {
        var time = Stopwatch.StartNew();
        CheckFiles(LayersOf(image, above: false));
        var baseImage = await Images.PullIfMissingAsync(image.PullReference, image.Platform, progress, cancellation);
        var system = await SystemImageAsync(image, baseImage, progress, cancellation);
        var (name, deps) = await CheckedDepsImageAsync(image, system, progress, cancellation);
        return new ImageBelow(name, deps, baseImage.Id, time.Elapsed);
    }

    public virtual IDisposable? Announce(CancellationToken cancellation) => null;

    public async Task<BuiltImage> BuildAsync(
        ImagePlan image, ImageBelow below, BuiltImage? previous, IProgress<string> progress, CancellationToken cancellation)
    {
        var time = Stopwatch.StartNew();
        var above = LayersOf(image, above: true);
        CheckFiles(above);
        var layers = Digests(image, above, cancellation);
        _digests.Save();
        var built = await BuildAppAsync(new AppImage(image, below.Name, below.Image, layers), previous, progress, cancellation);
        return new BuiltImage(built.Id, built.DiffIds, below.Name, below.BaseImageId, below.Duration + time.Elapsed);
    }

    /// <summary>The name of the base image, or of the one with the project's packages.</summary>
    internal async Task<string> SystemAsync(ImagePlan image, IProgress<string> progress, CancellationToken cancellation)
    {
        var baseImage = await Images.PullIfMissingAsync(image.PullReference, image.Platform, progress, cancellation);
        return (await SystemImageAsync(image, baseImage, progress, cancellation)).Name;
    }

    /// <summary>Makes the deps image: the layers it shares on top of <see cref="DepsImage.System"/>.</summary>
    private protected abstract Task BuildDepsAsync(DepsImage deps, IProgress<string> progress, CancellationToken cancellation);

    /// <summary>Makes the app image.</summary>
    private protected abstract Task<BuiltApp> BuildAppAsync(
        AppImage app, BuiltImage? previous, IProgress<string> progress, CancellationToken cancellation);

    /// <summary>The layers that only this project has (above), or those it shares (not above).</summary>
    private protected static ImmutableArray<LayerPlan> LayersOf(ImagePlan image, bool above) =>
        [.. image.Layers.Where(layer => above ? layer.Kind.IsOwn() : layer.Kind.IsShared())];

    internal static void CheckFiles(ImmutableArray<LayerPlan> layers)
    {
        var missing = layers.SelectMany(layer => layer.Files).Where(file => !File.Exists(file.Source))
            .Select(file => Codes.MissingFile.With(file.Source, file.Target)).ToImmutableArray();
        if (!missing.IsEmpty)
            throw new ProblemException(missing);
    }

    /// <summary>The base image, or one made of it by the project's packages and instructions.</summary>
    private async Task<SystemImage> SystemImageAsync(ImagePlan image, EngineImage baseImage, IProgress<string> progress, CancellationToken cancellation)
    {
        var dockerfile = DockerfileComposer.ComposeSystem(image, caches: Engine.Version.Kind == EngineKind.Docker);
        if (dockerfile is null)
            return new SystemImage(image.PullReference, baseImage);
        var text = dockerfile.Render();
        ImmutableArray<LayerPlan> layers = [.. image.Layers.Where(layer => layer.Kind == LayerKind.System)];
        CheckFiles(layers);
        var digests = Digests(image, layers, cancellation);
        var name = $"{SystemRepository}:{Key([baseImage.Id, image.Platform, text, .. digests.Select(layer => layer.DiffId)])}";
        if (Images.Find(name, cancellation) is { } present)
            return new SystemImage(name, present);
        progress.Report($"Building the system image {name} (packages and instructions of the project)");
        await new BuildRequest(Engine, image.Platform).SendAsync(text, layers, [name], ImageLabels.System, progress, cancellation);
        return Images.Find(name, cancellation) is { } built ? new SystemImage(name, built) : throw new ProblemException(Codes.BuildFailed.With($"'{name}' is not there after the build"));
    }

    /// <summary>
    /// The preflight reads an image's libraries for as long as the engine takes for the deps image, so both go on at the
    /// same time; what the preflight finds cuts the other off.
    /// </summary>
    private async Task<(string Name, EngineImage Image)> CheckedDepsImageAsync(
        ImagePlan image, SystemImage system, IProgress<string> progress, CancellationToken cancellation)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var check = new ImagePreflight(Engine, Cache).CheckAsync(image, system.Image, progress, both.Token);
        try
        {
            if (!check.IsCompleted)
                _ = check.ContinueWith(_ => both.Cancel(), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            var deps = await DepsImageAsync(image, system, progress, both.Token);
            await check;
            return deps;
        }
        catch (Exception) when (!check.IsCompletedSuccessfully)
        {
            await both.CancelAsync();
            await Task.WhenAny(check); // until its container is gone
            if (check.IsFaulted)
                await check; // throws what the deps image was cut off for
            throw;
        }
        finally
        {
            // Also where the image was there, or the build is cut off: the next one need not hash the same again.
            _digests.Save();
        }
    }

    private async Task<(string Name, EngineImage Image)> DepsImageAsync(
        ImagePlan image, SystemImage below, IProgress<string> progress, CancellationToken cancellation)
    {
        var system = below.Image;
        var layers = LayersOf(image, above: false);
        if (_digests.Know(layers, image.WorkingDirectory) && !Cache.Verify && Find() is { } present)
            return present;

        // Two builds at once would each send the gigabytes: the second waits, and finds it done.
        var content = LayerDigests.ContentOf(layers, system.Id, image.Platform, image.WorkingDirectory);
        await using var turn = await FileTurn.TakeAsync(Path.Join(_locks, "deps-" + content), $"the deps image {content}", progress, cancellation);
        _digests.Refresh();
        // Hashed while it is sent, unless it is little, or the engine has an image of files of these names and lengths.
        var size = _digests.UnknownLength(layers, image.WorkingDirectory);
        var later = !Cache.Verify && size > HashedFirst && Images.List(cancellation, $"{ImageLabels.Content}={content}").IsEmpty;
        if (!later && Find() is { } meanwhile)
            return meanwhile;
        progress.Report($"Building the deps image ({Units.Show(layers.SelectMany(layer => layer.Files).Sum(file => SourceFile.Of(file.Source).Length))}, once per set of packages)");
        using var hashing = new Hashing(cancel => Digests(image, layers, cancel), cancellation);
        await BuildDepsAsync(new DepsImage(image, system, content, layers, digests => NameOf(image, system, digests), hashing) { HashesLater = later, SystemName = below.Name }, progress, cancellation);
        _digests.Save();
        var built = Find() ?? throw new ProblemException(Codes.BuildFailed.With("the deps image is not there after the build"));
        progress.Report($"Built the deps image {built.Name}");
        return built;

        (string Name, EngineImage Image)? Find()
        {
            var name = NameOf(image, system, Digests(image, layers, cancellation));
            return Images.Find(name, cancellation) is { } found ? (name, found) : null;
        }
    }

    internal static string NameOf(ImagePlan image, EngineImage system, ImmutableArray<LayerDigest> layers) =>
        $"{DepsRepository}:{Key([system.Id, image.Platform, image.WorkingDirectory, .. layers.Select(layer => layer.DiffId)])}";

    private ImmutableArray<LayerDigest> Digests(ImagePlan image, ImmutableArray<LayerPlan> layers, CancellationToken cancellation)
    {
        var digests = ImmutableArray.CreateBuilder<LayerDigest>(layers.Length);
        foreach (var layer in layers)
            digests.Add(new LayerDigest(layer, _digests.Digest(layer, image.WorkingDirectory, Cache.Verify, cancellation)));
        return digests.MoveToImmutable();
    }

    /// <summary>Content in 16 hexadecimal digits.</summary>
    private static string Key(params IEnumerable<string> content) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', content))))[..16];
}

/// <summary>What packages are put on.</summary>
/// <param name="Name">A name of the image on the engine.</param>
internal sealed record SystemImage(string Name, EngineImage Image);

/// <summary>What a deps image is made of.</summary>
/// <param name="System">The image below it.</param>
/// <param name="Content">What tells its files from others by their names and lengths.</param>
/// <param name="Name">Its name, which follows from the digests of its layers.</param>
/// <param name="Hashing">Gives those digests.</param>
internal sealed record DepsImage(
    ImagePlan Plan, EngineImage System, string Content, ImmutableArray<LayerPlan> Layers, Func<ImmutableArray<LayerDigest>, string> Name, Hashing Hashing)
{
    /// <summary>The name of <see cref="System"/>, for a FROM.</summary>
    public required string SystemName { get; init; }

    /// <summary>Whether the digests take a while, in which the layers can be sent.</summary>
    public bool HashesLater { get; init; }

    public Dictionary<string, string> Labels => ImageLabels.Dependencies(Content);
}

/// <summary>An app image that was made.</summary>
/// <param name="DiffIds">The digests of its layers where this build decided them, else empty.</param>
internal sealed record BuiltApp(string Id, ImmutableArray<string> DiffIds);

/// <summary>What an app image is made of.</summary>
internal sealed record AppImage(ImagePlan Plan, string DepsName, EngineImage Deps, ImmutableArray<LayerDigest> Layers)
{
    /// <summary>The repository that the image's names begin with, which tells the project on the engine.</summary>
    public string Project => ImageReference.Parse(Plan.References[0]).Repository;

    public Dictionary<string, string> Labels => ImageLabels.App(Project, DepsName);
}
