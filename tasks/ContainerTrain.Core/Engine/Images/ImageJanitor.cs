using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>
/// Removes images that the SDK made and nobody needs any more. Finds them by their labels; an image that has a name it
/// was not given here, or that a container uses, stays.
/// </summary>
internal sealed class ImageJanitor(EngineConnection engine)
{
    private readonly EngineImages _images = new(engine);

    /// <summary>After a build: the project's last image, now without a name, and its deps image if no image stands on it.</summary>
    public async Task RemoveSupersededAsync(BuiltImage previous, BuiltImage current, CancellationToken cancellation)
    {
        if (previous.Id != current.Id && await _images.FindAsync(previous.Id, cancellation) is { Tags.IsEmpty: true } old && old.Label(ImageLabels.Role) == "app")
            await _images.RemoveAsync(previous.Id, cancellation);
        if (previous.DepsImage != current.DepsImage)
            await RemoveDepsIfUnusedAsync(previous.DepsImage, cancellation);
    }

    /// <summary>Everything that was made for the project; returns what was removed.</summary>
    public async Task<IReadOnlyList<string>> RemoveProjectAsync(ImagePlan plan, CancellationToken cancellation)
    {
        var removed = new List<string>();
        var project = ImageReference.Parse(plan.References[0]).Repository;
        var apps = await _images.ListAsync(cancellation, $"{ImageLabels.Role}=app", $"{ImageLabels.Project}={project}");
        var deps = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in apps)
        {
            if (await _images.FindAsync(id, cancellation) is not { } image)
                continue;
            if (image.Label(ImageLabels.Deps) is { } name)
                deps.Add(name);
            // Other names were given by someone else, who wants to keep the image.
            foreach (var reference in image.Tags.IsEmpty ? [id] : image.Tags.Where(plan.References.Contains))
            {
                if (await _images.RemoveAsync(reference, cancellation))
                    removed.Add(reference);
            }
        }
        foreach (var name in deps.Order(StringComparer.Ordinal))
        {
            if (await RemoveDepsIfUnusedAsync(name, cancellation))
                removed.Add(name);
        }
        return removed;
    }

    private async Task<bool> RemoveDepsIfUnusedAsync(string deps, CancellationToken cancellation) =>
        (await _images.ListAsync(cancellation, $"{ImageLabels.Deps}={deps}")).IsEmpty
        && await _images.FindAsync(deps, cancellation) is { } image && image.Label(ImageLabels.Role) == "deps"
        && await _images.RemoveAsync(deps, cancellation);
}
