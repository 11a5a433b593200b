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
    /// <summary>The newest deps images, one question each.</summary>
    private const int ImagesLookedAt = 8;

    private const string Request = "images/load?quiet=1";

    private static readonly TimeSpan ProbeRemoval = TimeSpan.FromSeconds(30);

    private EngineUpload? _announced;

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
        var config = ImageConfig.Dependencies(image, image.Created, [], ImageLabels.Dependencies("none"));
        try
        {
            if (Load(new ImageHead(config, [probe]), image.DiffIds.Length, [], "/", cancellation) is { } refusal)
                return refusal;
            return Images.Find(probe, cancellation)?.Id == config.Id ? null : "the engine does not name the image by its configuration's digest";
        }
        finally
        {
            RemoveProbe(probe);
        }
    }

    /// <summary>Also where the build was canceled; an engine that went away meanwhile says so at the next request.</summary>
    private void RemoveProbe(string probe)
    {
        using var limit = new CancellationTokenSource(ProbeRemoval);
        try
        {
            Images.Remove(probe, limit.Token);
        }
        catch (Exception e) when (EngineConnection.IsUnreachable(e))
        {
        }
    }

    /// <summary>Docker before 23 starts its own program anew to unpack an archive, for longer than the rest of an edit takes.</summary>
    public override IDisposable? Announce(CancellationToken cancellation) =>
        _announced = EngineUpload.Begin(Engine.Endpoint, "POST", Request, ImageArchive.Opening(), cancellation);

    private protected override Task BuildDepsAsync(DepsImage deps, IProgress<string> progress, CancellationToken cancellation)
    {
        var (below, root) = (deps.System.DiffIds.Length, deps.Plan.WorkingDirectory);
        if (!deps.HashesLater && KnownLayers(deps, cancellation) is var known && known > below
            && Load(HeadOf(deps, deps.Hashing.Result), known, deps.Layers[(known - below)..], root, cancellation) is null)
        {
            return Task.CompletedTask;
        }
        // As long as the real ones; those may only be known when all is sent.
        var blanks = HeadOf(deps, [.. deps.Layers.Select(layer => new LayerDigest(layer, "sha256:" + new string('0', 64)))]);
        return Load(blanks, below, deps.Layers, root, cancellation, () => HeadOf(deps, deps.Hashing.Result)) is { } refusal
            ? throw new ProblemException(Codes.BuildFailed.With(refusal))
            : Task.CompletedTask;
    }

    private static ImageHead HeadOf(DepsImage deps, ImmutableArray<LayerDigest> layers) =>
        new(ImageConfig.Dependencies(deps.System, CreatedOf(deps.Plan, deps.System), layers, deps.Labels), [deps.Name(layers)]);

    /// <summary>How many layers, from the lowest up, some deps image of the engine has: after a package was added, all but the last.</summary>
    private int KnownLayers(DepsImage deps, CancellationToken cancellation)
    {
        ImmutableArray<string> diffIds = [.. deps.System.DiffIds, .. deps.Hashing.Result.Select(layer => layer.DiffId)];
        var known = 0;
        foreach (var id in Images.List(cancellation, $"{ImageLabels.Role}=deps").Take(ImagesLookedAt))
            known = Math.Max(known, Images.Find(id, cancellation) is { } image ? CommonPrefix(diffIds, image.DiffIds) : 0);
        return known;
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
        var head = new ImageHead(config, plan.References);
        var refusal = Load(head, known, Above(known), plan.WorkingDirectory, cancellation);
        if (refusal is not null && known > app.Deps.DiffIds.Length)
            refusal = Load(head, app.Deps.DiffIds.Length, Above(app.Deps.DiffIds.Length), plan.WorkingDirectory, cancellation);
        return refusal is null ? Task.FromResult(new BuiltApp(config.Id, diffIds)) : throw new ProblemException(Codes.BuildFailed.With(refusal));

        ImmutableArray<LayerPlan> Above(int count) => [.. app.Layers.Skip(count - app.Deps.DiffIds.Length).Select(layer => layer.Plan)];
    }

    internal static string CreatedOf(ImagePlan plan, EngineImage below) => plan.Created.Length > 0 ? plan.Created : below.Created;

    private static int CommonPrefix(ImmutableArray<string> a, ImmutableArray<string> b)
    {
        var length = 0;
        while (length < Math.Min(a.Length, b.Length) && a[length] == b[length])
            length++;
        return length;
    }

    /// <summary>Loads an image; returns the engine's words if it refuses.</summary>
    /// <param name="head">The image, or one of the same length.</param>
    /// <param name="known">How many of its layers the engine has.</param>
    /// <param name="sent">The others.</param>
    /// <param name="root">The folder in the image that they are below.</param>
    /// <param name="cancellation">Stops it; the engine then has nothing of the image.</param>
    /// <param name="later">The image itself, if it is known only when the layers are sent.</param>
    private string? Load(
        ImageHead head, int known, ImmutableArray<LayerPlan> sent, string root, CancellationToken cancellation, Func<ImageHead>? later = null)
    {
        var archive = new ImageArchive(known, sent, root);
        var answer = later is null ? Finish(stream => archive.Write(stream, () => head, cancellation), cancellation) : null;
        answer ??= Engine.Send("POST", Request, cancellation, archive.Length(head), stream => archive.Write(stream, later ?? (() => head), cancellation));
        return answer.IsSuccess ? BuildStream.ErrorIn(answer.Body) : EngineMessage.Of(answer.Text);
    }

    /// <summary>Sends what was announced; null where nothing was, or the engine did not wait for it.</summary>
    private EngineAnswer? Finish(Action<Stream> archive, CancellationToken cancellation)
    {
        using var upload = Interlocked.Exchange(ref _announced, null);
        try
        {
            return upload?.Finish(archive, cancellation);
        }
        catch (IOException e) when (e is not FileNotFoundException and not DirectoryNotFoundException && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}
