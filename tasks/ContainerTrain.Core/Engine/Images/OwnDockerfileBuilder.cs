using System.Collections.Immutable;
using System.Diagnostics;
using ContainerTrain.Dockerfile;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>
/// Has the engine build a Dockerfile of the project's own, on top of as much of the SDK's images as it names. Those are
/// made as ever, so that an edit changes the application's layer and what the Dockerfile does with it.
/// </summary>
/// <param name="inner">Makes the SDK's images.</param>
/// <param name="engine">Where they are made.</param>
internal sealed class OwnDockerfileBuilder(ImageBuilder inner, EngineConnection engine, string text) : IImageBuilder
{
    private static readonly TimeSpan Removal = TimeSpan.FromSeconds(30);

    private readonly EngineImages _images = new(engine);
    private readonly OwnBase _needs = OwnDockerfile.Needs(text);

    public async Task<ImageBelow> PrepareAsync(ImagePlan image, IProgress<string> progress, CancellationToken cancellation)
    {
        if (_needs >= OwnBase.Dependencies)
            return await inner.PrepareAsync(image, progress, cancellation);
        var time = Stopwatch.StartNew();
        // What the file's own FROM names is the engine's to find.
        var baseImage = _needs == OwnBase.None ? null : await _images.PullIfMissingAsync(image.PullReference, image.Platform, progress, cancellation);
        return new ImageBelow("", baseImage ?? EngineImage.Parse("{}"u8), baseImage?.Id ?? "", time.Elapsed);
    }

    public IDisposable? Announce(CancellationToken cancellation) => _needs == OwnBase.App ? inner.Announce(cancellation) : null;

    public async Task<BuiltImage> BuildAsync(
        ImagePlan image, ImageBelow below, BuiltImage? previous, IProgress<string> progress, CancellationToken cancellation)
    {
        var time = Stopwatch.StartNew();
        ImmutableArray<LayerPlan> context = [.. image.Layers.Where(layer => layer.Kind == LayerKind.Context)];
        ImageBuilder.CheckFiles(context);
        var arguments = image.System.Arguments.ToDictionary();
        Name(OwnBase.Base, image.PullReference);
        if (Names(OwnBase.System))
            Name(OwnBase.System, await inner.SystemAsync(image, progress, cancellation));
        Name(OwnBase.Dependencies, below.Name);
        // A name for the time of this build only; of two builds of one project at once, each has its own.
        var app = $"containertrain/app:{Guid.NewGuid():n}";
        try
        {
            if (_needs == OwnBase.App)
            {
                await inner.BuildAsync(image with { OwnDockerfile = "", References = [app] }, below, previous: null, progress, cancellation);
                Name(OwnBase.App, app);
            }
            var labels = ImageLabels.App(ImageReference.Parse(image.References[0]).Repository, below.Name);
            var id = await new BuildRequest(engine, image.Platform) { Arguments = arguments }
                .SendAsync(text, context, image.References, labels, progress, cancellation);
            return new BuiltImage(id, [], below.Name, below.BaseImageId, below.Duration + time.Elapsed);
        }
        finally
        {
            if (_needs == OwnBase.App)
                Remove(app);
        }

        // Only those that the text declares: an argument that nobody takes is a warning.
        void Name(OwnBase one, string name)
        {
            if (Names(one))
                arguments[OwnDockerfile.ArgumentOf(one)] = name;
        }
    }

    /// <summary>Also where the build was canceled, or the engine is gone: that is said already.</summary>
    private void Remove(string image)
    {
        using var limit = new CancellationTokenSource(Removal);
        try
        {
            _images.Remove(image, limit.Token);
        }
        catch (Exception e) when (EngineConnection.IsUnreachable(e))
        {
        }
    }

    private bool Names(OwnBase one) => text.Contains(OwnDockerfile.ArgumentOf(one), StringComparison.Ordinal);
}
