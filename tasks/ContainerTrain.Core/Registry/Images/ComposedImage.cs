using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Registry;

/// <summary>An image that is made of a plan and a base without an engine; the same that the engine's <see cref="LoadBuilder"/> makes.</summary>
/// <param name="DepsName">The name that its deps image has on engines.</param>
internal sealed record ComposedImage(ImageConfig Config, string DepsName)
{
    /// <param name="plan">What to make.</param>
    /// <param name="below">The base image.</param>
    /// <param name="digests">Of the plan's layers, in the plan's order.</param>
    public static ComposedImage Of(ImagePlan plan, EngineImage below, ImmutableArray<LayerDigest> digests)
    {
        ImmutableArray<LayerDigest> shared = [.. digests.Where(layer => layer.Plan.Kind.IsShared())];
        ImmutableArray<LayerDigest> own = [.. digests.Where(layer => !layer.Plan.Kind.IsShared())];
        var content = LayerDigests.ContentOf([.. shared.Select(layer => layer.Plan)], below.Id, plan.Platform, plan.WorkingDirectory);
        var deps = ImageConfig.Dependencies(below, LoadBuilder.CreatedOf(plan, below), shared, ImageLabels.Dependencies(content));
        var app = new AppImage(plan, ImageBuilder.NameOf(plan, below, shared), ConfiguredImage.Parse(deps.Id, deps.Json), own);
        return new ComposedImage(ImageConfig.App(app.Deps, LoadBuilder.CreatedOf(plan, app.Deps), own, plan, app.Labels), app.DepsName);
    }

    /// <summary>The manifest, in the base's family of formats: some registries refuse a mixture.</summary>
    /// <param name="layers">All of them, as they are stored.</param>
    public StoredManifest Manifest(ImmutableArray<Descriptor> layers, bool oci)
    {
        var type = oci ? MediaTypes.OciManifest : MediaTypes.DockerManifest;
        return new StoredManifest(type, JsonBytes.Of(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = type,
            ["config"] = new Descriptor(oci ? MediaTypes.OciConfig : MediaTypes.DockerConfig, Config.Id, Config.Json.Length).ToJson(),
            ["layers"] = new JsonArray([.. layers.Select(layer => layer.ToJson())]),
        }));
    }
}
