using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Registry;

/// <summary>What takes an image: made from its plan, or from an engine that has it.</summary>
internal interface IPushTarget
{
    /// <summary>Straight from the plan; null if that gives another image than the one of <paramref name="expected"/>.</summary>
    Task<PushedImage?> DirectAsync(ImagePlan plan, string? expected, CancellationToken cancellation);

    Task<PushedImage> ByEngineAsync(EngineConnection engine, string imageId, ImagePlan plan, CancellationToken cancellation);
}

/// <summary>A repository of a registry.</summary>
internal sealed class RegistryTarget(ImageReference name, BuildCache cache, RegistrySettings settings, IProgress<string> progress) : IPushTarget
{
    /// <summary>The plan's repository in a registry.</summary>
    /// <exception cref="ProblemException">CT5001, CT5002.</exception>
    public static ImageReference NameOf(string registry, ImagePlan plan)
    {
        if (registry.Length == 0)
            throw new ProblemException(Codes.NoDestination.With());
        var local = ImageReference.Parse(plan.References[0]) with { Tag = null };
        if (!ImageReference.TryParse($"{registry}/{local}", out var name, out var error) || name.Registry != registry)
            throw new ProblemException(Codes.InvalidRegistry.With(registry, error.Length > 0 ? error : "it reads as a part of a repository's name; a registry has a dot or a port, or is localhost"));
        return name;
    }

    public Task<PushedImage?> DirectAsync(ImagePlan plan, string? expected, CancellationToken cancellation) =>
        new DirectPush(cache, settings, progress).PushAsync(plan, name, TagsOf(plan), expected, cancellation);

    public Task<PushedImage> ByEngineAsync(EngineConnection engine, string imageId, ImagePlan plan, CancellationToken cancellation) =>
        new EnginePush(engine, settings, progress).PushAsync(imageId, name, TagsOf(plan), cancellation);

    private static ImmutableArray<string> TagsOf(ImagePlan plan) => [.. plan.References.Select(reference => ImageReference.Parse(reference).Tag!)];
}

/// <summary>A file or folder.</summary>
internal sealed class ArchiveTarget(ArchiveSettings archive, BuildCache cache, RegistrySettings settings, IProgress<string> progress) : IPushTarget
{
    public Task<PushedImage?> DirectAsync(ImagePlan plan, string? expected, CancellationToken cancellation) =>
        WriteAsync(plan, path => new DirectArchive(cache, settings, progress).WriteAsync(plan, path, archive.IsFolder, expected, cancellation));

    public async Task<PushedImage> ByEngineAsync(EngineConnection engine, string imageId, ImagePlan plan, CancellationToken cancellation)
    {
        if (archive.Format == ArchiveFormat.Oci)
            throw new ProblemException(Codes.LayoutNeedsPlan.With(DirectPlan.NeedsEngine(plan) is { Length: > 0 } what ? "it has " + what : "its base image cannot be read from a registry, or is not the one it was built on"));
        return (await WriteAsync(plan, async path => (PushedImage?)await new EngineArchive(engine, progress).WriteAsync(imageId, path, plan.References, cancellation)))!;
    }

    private async Task<PushedImage?> WriteAsync(ImagePlan plan, Func<string, Task<PushedImage?>> write)
    {
        var path = archive.FileFor(ImageReference.Parse(plan.References[0]).Repository);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            return await write(path) is { } written ? written with { Archive = path } : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProblemException(Codes.ArchiveUnwritable.With(path, e.Message), e);
        }
    }
}
