using System.Collections.Immutable;
using ContainerTrain.Plan;

namespace ContainerTrain.Dockerfile;

/// <summary>The stage that the project's packages and instructions make of the base image.</summary>
internal static class SystemStage
{
    private const string AptLists = "/var/lib/apt/lists";
    private const string PipCache = "/var/cache/containertrain-pip";

    /// <summary>None if the base image stays as it is.</summary>
    /// <param name="image">The plan.</param>
    /// <param name="caches">
    /// Whether package lists and downloads are mounted from the builder's cache, which leaves the same image: without it
    /// they are removed or never kept.
    /// </param>
    public static ImmutableArray<string> Instructions(ImagePlan image, bool caches)
    {
        var system = image.System;
        ImmutableArray<string> instructions =
        [
            .. DockerfileComposer.Users(image, "system", "before"),
            .. DockerfileComposer.Copies(image, LayerKind.System),
            .. system.AptPackages.IsEmpty ? [] : ImmutableArray.Create(Apt(system, caches)),
            .. system.PipPackages.IsEmpty && system.PipRequirements.IsEmpty ? [] : ImmutableArray.Create(Pip(system, caches)),
            .. DockerfileComposer.Users(image, "system", "after"),
        ];
        if (instructions.IsEmpty && system.Shell.IsEmpty)
            return [];
        return
        [
            .. system.Shell.IsEmpty ? [] : ImmutableArray.Create($"SHELL {Quote.Exec(system.Shell)}"),
            .. instructions.IsEmpty ? [] : DockerfileComposer.Arguments(image),
            .. instructions,
        ];
    }

    private static string Apt(SystemPlan system, bool caches)
    {
        var packages = string.Join(' ', system.AptPackages);
        return caches
            ? $"RUN --mount=type=cache,target={AptLists},sharing=locked apt-get update \\\n"
                + $" && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends {packages}"
            : "RUN apt-get update \\\n"
                + $" && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends {packages} \\\n"
                + $" && rm -rf {AptLists}/*";
    }

    /// <summary>A variable for what older versions of pip do not know: an option they would refuse.</summary>
    private static string Pip(SystemPlan system, bool caches)
    {
        var files = system.PipRequirements.Select(file => $"{(file.IsConstraint ? "-c" : "-r")} {Quote.Shell(file.Path)}");
        var what = string.Join(' ', files.Concat(system.PipPackages.Select(Quote.Shell)));
        return caches
            ? $"RUN --mount=type=cache,target={PipCache} PIP_BREAK_SYSTEM_PACKAGES=1 PIP_CACHE_DIR={PipCache} python3 -m pip install {what}"
            : $"RUN PIP_BREAK_SYSTEM_PACKAGES=1 python3 -m pip install --no-cache-dir {what}";
    }
}
