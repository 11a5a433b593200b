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
    public void RemoveSuperseded(BuiltImage previous, BuiltImage current, CancellationToken cancellation)
    {
        if (previous.Id != current.Id && _images.Find(previous.Id, cancellation) is { Tags.IsEmpty: true } old && old.Label(ImageLabels.Role) == "app")
            _images.Remove(previous.Id, cancellation);
        // A Dockerfile of the project's own may do without one.
        if (previous.DepsImage != current.DepsImage && previous.DepsImage.Length > 0)
            RemoveDepsIfUnused(previous.DepsImage, cancellation);
    }

    /// <summary>Everything that was made for the project; returns what was removed.</summary>
    public IReadOnlyList<string> RemoveProject(ImagePlan plan, CancellationToken cancellation)
    {
        var removed = new List<string>();
        var project = ImageReference.Parse(plan.References[0]).Repository;
        var apps = _images.List(cancellation, $"{ImageLabels.Role}=app", $"{ImageLabels.Project}={project}");
        var deps = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in apps)
        {
            if (_images.Find(id, cancellation) is not { } image)
                continue;
            if (image.Label(ImageLabels.Deps) is { Length: > 0 } name)
                deps.Add(name);
            // Other names were given by someone else, who wants to keep the image.
            foreach (var reference in image.Tags.IsEmpty ? [id] : image.Tags.Where(plan.References.Contains))
            {
                if (_images.Remove(reference, cancellation))
                    removed.Add(reference);
            }
        }
        foreach (var name in deps.Order(StringComparer.Ordinal))
        {
            if (RemoveDepsIfUnused(name, cancellation))
                removed.Add(name);
        }
        return removed;
    }

    /// <summary>Removes a deps image unless an application stands on it; whether it is gone.</summary>
    public bool RemoveDepsIfUnused(string deps, CancellationToken cancellation) =>
        _images.List(cancellation, $"{ImageLabels.Deps}={deps}").IsEmpty
        && _images.Find(deps, cancellation) is { } image && image.Label(ImageLabels.Role) == "deps"
        && _images.Remove(deps, cancellation);
}
