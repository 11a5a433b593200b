using System.Collections.Immutable;
using ContainerTrain.Dockerfile;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>
/// Has the engine's own builder run the stages of the Dockerfile: every engine can do it, and instructions in the app
/// stage need it.
/// </summary>
public sealed class DockerfileBuilder(EngineConnection engine, BuildCache cache) : ImageBuilder(engine, cache)
{
    private protected override Task BuildDepsAsync(DepsImage deps, IProgress<string> progress, CancellationToken cancellation) =>
        new BuildRequest(Engine, deps.Plan.Platform).SendAsync(
            DockerfileComposer.ComposeDependencies(deps.Plan, deps.SystemName).Render(), deps.Layers, [deps.Name(deps.Hashing.Result)], deps.Labels, progress, cancellation);

    private protected override async Task<BuiltApp> BuildAppAsync(
        AppImage app, BuiltImage? previous, IProgress<string> progress, CancellationToken cancellation)
    {
        var id = await new BuildRequest(Engine, app.Plan.Platform).SendAsync(
            DockerfileComposer.ComposeApp(app.Plan, app.DepsName).Render(), [.. app.Layers.Select(layer => layer.Plan)],
            app.Plan.References, app.Labels, progress, cancellation);
        return new BuiltApp(id, []);
    }
}
