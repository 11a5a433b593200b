using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>
/// Makes the image here, layer by layer, and has the engine load only the layers it does not have. No builder runs, so
/// that an edit costs one small request; and the image's id is decided by its content alone.
/// </summary>
public sealed class LoadBuilder(EngineConnection engine, BuildCache cache) : ImageBuilder(engine, cache)
{
    /// <summary>
    /// Whether the engine accepts an image whose lower layers are only named: Docker's graph drivers do, Podman and the
    /// containerd image store do not. Tried with an image that adds nothing to <paramref name="reference"/>.
    /// </summary>
    /// <returns>Null if it does, else the engine's words.</returns>
    public string? TryPartialLoad(string reference, CancellationToken cancellation)
    {
        if (Images.Find(reference, cancellation) is not { } image)
            return $"'{reference}' is not on the engine";
        var probe = $"containertrain/probe:{Guid.NewGuid():n}";
        var config = ImageConfig.Dependencies(image, image.Created, [], ImageLabels.Dependencies);
        if (Load(config, image.DiffIds.Length, [], "/", [probe], cancellation) is { } refusal)
            return refusal;
        var loaded = Images.Find(probe, cancellation);
        Images.Remove(probe, cancellation);
        return loaded?.Id == config.Id ? null : "the engine does not name the image by its configuration's digest";
    }

    private protected override Task BuildDepsAsync(
        ImagePlan image, EngineImage system, string name, ImmutableArray<LayerDigest> layers, IProgress<string> progress, CancellationToken cancellation)
    {
        var config = ImageConfig.Dependencies(system, CreatedOf(image, system), layers, ImageLabels.Dependencies);
        if (Load(config, system.DiffIds.Length, [.. layers.Select(layer => layer.Plan)], image.WorkingDirectory, [name], cancellation) is { } refusal)
            throw new ProblemException(Codes.BuildFailed.With(refusal));
        return Task.CompletedTask;
    }

    private protected override Task<BuiltApp> BuildAppAsync(
        AppImage app, BuiltImage? previous, IProgress<string> progress, CancellationToken cancellation)
    {
        var plan = app.Plan;
        var config = ImageConfig.App(app.Deps, CreatedOf(plan, app.Deps), app.Layers, plan, app.Labels);
        ImmutableArray<string> diffIds = [.. app.Deps.DiffIds, .. app.Layers.Select(layer => layer.DiffId)];

        // Layers that the last image had in the same place are on the engine too, unless that image was removed.
        var known = previous is null ? app.Deps.DiffIds.Length : CommonPrefix(diffIds, previous.DiffIds);
        known = Math.Max(known, app.Deps.DiffIds.Length);
        var refusal = Load(config, known, Above(known), plan.WorkingDirectory, plan.References, cancellation);
        if (refusal is not null && known > app.Deps.DiffIds.Length)
            refusal = Load(config, app.Deps.DiffIds.Length, Above(app.Deps.DiffIds.Length), plan.WorkingDirectory, plan.References, cancellation);
        return refusal is null ? Task.FromResult(new BuiltApp(config.Id, diffIds)) : throw new ProblemException(Codes.BuildFailed.With(refusal));

        ImmutableArray<LayerPlan> Above(int count) => [.. app.Layers.Skip(count - app.Deps.DiffIds.Length).Select(layer => layer.Plan)];
    }

    private static string CreatedOf(ImagePlan plan, EngineImage below) => plan.Created.Length > 0 ? plan.Created : below.Created;

    private static int CommonPrefix(ImmutableArray<string> a, ImmutableArray<string> b)
    {
        var length = 0;
        while (length < Math.Min(a.Length, b.Length) && a[length] == b[length])
            length++;
        return length;
    }

    /// <summary>Loads an image; returns the engine's words if it refuses.</summary>
    private string? Load(
        ImageConfig config, int known, ImmutableArray<LayerPlan> sent, string root, ImmutableArray<string> references, CancellationToken cancellation)
    {
        var archive = new ImageArchive(known, sent, root, references);
        var answer = Engine.Send(
            "POST", "images/load?quiet=1", cancellation, archive.Length(config.Json.Length), stream => archive.Write(stream, () => config, cancellation));
        return answer.IsSuccess ? BuildStream.ErrorIn(answer.Body) : EngineMessage.Of(answer.Text);
    }
}
