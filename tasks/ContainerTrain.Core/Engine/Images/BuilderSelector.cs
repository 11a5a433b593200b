using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>Chooses the builder: the fast one where the engine takes what it sends, found out once by trying.</summary>
internal static class BuilderSelector
{
    /// <param name="image">Instructions in the app stage need the engine's own builder.</param>
    /// <param name="engine">The engine that is to build.</param>
    /// <param name="cache">Remembers what was found out.</param>
    /// <param name="progress">Gets the reason where the fast builder cannot be used.</param>
    /// <param name="cancellation">Stops the trying.</param>
    public static async Task<IImageBuilder> SelectAsync(
        ImagePlan image, EngineConnection engine, BuildCache cache, IProgress<string> progress, CancellationToken cancellation)
    {
        if (image.System.Instructions.Any(instruction => instruction.Stage == "app"))
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
