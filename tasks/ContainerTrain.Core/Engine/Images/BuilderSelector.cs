using ContainerTrain.Dockerfile;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>Chooses the builder: the fast one where the engine takes what it sends, found out once by trying.</summary>
internal static class BuilderSelector
{
    /// <param name="image">Instructions in the app stage, and files outside its folder, need the engine's own builder.</param>
    /// <param name="engine">The engine that is to build.</param>
    /// <param name="cache">Remembers what was found out.</param>
    /// <param name="progress">Gets the reason where the fast builder cannot be used.</param>
    /// <param name="cancellation">Stops the trying.</param>
    public static async Task<IImageBuilder> SelectAsync(
        ImagePlan image, EngineConnection engine, BuildCache cache, IProgress<string> progress, CancellationToken cancellation)
    {
        if (image.OwnDockerfile.Length == 0)
            return await OfStagesAsync(image, engine, cache, progress, cancellation);
        var text = TextOf(image);
        // One that stands on none of the SDK's images needs no base image to try with.
        var inner = OwnDockerfile.Needs(text) == OwnBase.None
            ? new DockerfileBuilder(engine, cache)
            : await OfStagesAsync(image, engine, cache, progress, cancellation);
        return new OwnDockerfileBuilder(inner, engine, text);
    }

    /// <summary>The Dockerfile that the project brings.</summary>
    /// <exception cref="Diagnostics.ProblemException">CT2004 if it is gone since the plan was made.</exception>
    internal static string TextOf(ImagePlan image)
    {
        ImageBuilder.CheckFiles([.. image.Layers.Where(layer => layer.Kind == LayerKind.Context)]);
        return File.ReadAllText(image.OwnDockerfile);
    }

    private static async Task<ImageBuilder> OfStagesAsync(
        ImagePlan image, EngineConnection engine, BuildCache cache, IProgress<string> progress, CancellationToken cancellation)
    {
        if (image.NeedsDockerfile)
            return new DockerfileBuilder(engine, cache);
        var memory = cache.LoadBuilders();
        var loader = new LoadBuilder(engine, cache);
        if (!memory.TryGet(engine, out var refusal))
        {
            await new EngineImages(engine).PullIfMissingAsync(image.PullReference, image.Platform, progress, cancellation);
            refusal = loader.TryPartialLoad(image.PullReference, cancellation) ?? "";
            memory.Remember(engine, refusal);
            progress.Report(refusal.Length == 0
                ? "Builder: layers are loaded into the engine, which takes images without the layers it has"
                : $"Builder: the engine's own, as it takes no partial images ({refusal})");
        }
        return refusal.Length == 0 ? loader : new DockerfileBuilder(engine, cache);
    }
}
