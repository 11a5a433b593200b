using System.Collections.Immutable;
using ContainerTrain.Plan;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine;

/// <summary>How an engine is asked for GPUs.</summary>
internal enum GpuWay
{
    /// <summary>By NVIDIA's own driver in Docker, which calls nvidia-container-runtime-hook.</summary>
    NvidiaDriver,

    /// <summary>By the devices' names in the Container Device Interface.</summary>
    Cdi,
}

/// <summary>What an engine says about GPUs.</summary>
/// <param name="Way">How to ask it for them.</param>
/// <param name="CdiDevices">The CDI names of the NVIDIA devices that it found; null where it does not tell.</param>
/// <param name="HasRuntime">Whether NVIDIA's runtime is registered: its toolkit is there for certain.</param>
internal sealed record EngineGpus(GpuWay Way, ImmutableArray<string>? CdiDevices, bool HasRuntime)
{
    public const string CdiKind = "nvidia.com/gpu=";

    /// <summary>
    /// The way follows from what the engine reports. Docker's NVIDIA driver needs no registered runtime, only the hook on
    /// the daemon's search path, which no report shows: it is the way where nothing speaks for CDI.
    /// </summary>
    /// <param name="describesNvidia">Whether a folder of CDI descriptions has one of NVIDIA devices; asked of a local engine.</param>
    public static EngineGpus Of(EngineKind kind, SystemInfoResponse info, Func<string, bool> describesNvidia)
    {
        // Podman drops a request for NVIDIA's own driver without a word.
        if (kind == EngineKind.Podman)
            return new EngineGpus(GpuWay.Cdi, null, HasRuntime: false);
        // Docker lists devices from API 1.50 on. Before, it names the folders where it looks for their descriptions.
        ImmutableArray<string>? devices = info.DiscoveredDevices is { } found
            ? [.. found.Select(device => device.ID).Where(id => id?.StartsWith(CdiKind, StringComparison.Ordinal) == true).Select(id => id!)]
            : null;
        var hasRuntime = info.Runtimes?.ContainsKey("nvidia") == true;
        var hasCdi = devices is { } known ? !known.IsEmpty : info.CDISpecDirs?.Any(describesNvidia) == true;
        return new EngineGpus(!hasRuntime && hasCdi ? GpuWay.Cdi : GpuWay.NvidiaDriver, devices, hasRuntime);
    }

    /// <summary>What this engine says.</summary>
    public static EngineGpus Of(EngineConnection engine, SystemInfoResponse info) =>
        Of(engine.Version.Kind, info, folder => engine.Endpoint.IsUnix && DescribesNvidia(folder));

    /// <summary>Whether a folder has a CDI description of NVIDIA devices; its format is JSON or YAML.</summary>
    public static bool DescribesNvidia(string folder)
    {
        try
        {
            return Directory.Exists(folder)
                && Directory.EnumerateFiles(folder).Any(file => Path.GetExtension(file) is ".json" or ".yaml"
                    && File.ReadAllText(file).Contains(CdiKind[..^1], StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
