using System.Collections.Immutable;

namespace ContainerTrain.Plan;

/// <summary>Sockets of container engines, which no training may get: they give whoever has them the host.</summary>
internal static class EngineSockets
{
    /// <summary>Where engines usually have them.</summary>
    private static readonly ImmutableArray<string> Usual =
    [
        "/run/docker.sock", "/var/run/docker.sock", "/run/podman/podman.sock", "/var/run/podman/podman.sock",
        "/run/containerd/containerd.sock", "/var/run/containerd/containerd.sock", "/run/crio/crio.sock", "/run/buildkit/buildkitd.sock",
    ];

    /// <summary>The socket that a mount of <paramref name="source"/> would show, at its path or below it; null if none.</summary>
    /// <param name="source">A path of the host, absolute.</param>
    /// <param name="others">Sockets beside the usual ones.</param>
    public static string? Below(string source, params IEnumerable<string> others)
    {
        var real = Resolve(source);
        return Usual.Concat(others).FirstOrDefault(socket => IsIn(socket, source) || IsIn(Resolve(socket), real) || IsIn(socket, real));
    }

    /// <summary>By names only: a socket that comes after the plan is as dangerous as one that is there.</summary>
    private static bool IsIn(string path, string folder) =>
        path == folder || path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);

    /// <summary>The path with the links in it followed, as far as it exists.</summary>
    private static string Resolve(string path)
    {
        var resolved = "/";
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Join(resolved, part);
            resolved = Target(next) ?? next;
        }
        return resolved;
    }

    private static string? Target(string path)
    {
        try
        {
            return new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
