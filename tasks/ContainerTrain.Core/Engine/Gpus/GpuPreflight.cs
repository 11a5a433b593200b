using System.Collections.Immutable;
using System.Globalization;
using ContainerTrain.Diagnostics;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>Finds what of this host would keep a run from its GPUs, before an image is built for it.</summary>
internal static class GpuPreflight
{
    /// <summary>Everything that is wrong, CT3022 to CT3026; nothing where nvidia-smi is not there to be asked.</summary>
    /// <param name="torch">What the program's libtorch needs; null where that is not known.</param>
    public static ImmutableArray<Problem> Check(GpuRequest request, HostGpus host, TorchPlan? torch)
    {
        if (request.IsNone || !host.IsKnown)
            return [];
        if (host.Failure is { } failure)
            return [Codes.DriverNotWorking.With(request, failure.ExitCode, OneLine(failure.Output))];
        var needed = Math.Max(1, Math.Max(request.Count, request.Devices.Length));
        if (host.Devices.IsEmpty || (request.Devices.IsEmpty && request.Count > host.Devices.Length))
            return [Codes.TooFewGpus.With(request, needed, host.Devices.Length, List(host.Devices))];
        var missing = request.Devices.Where(name => !host.Devices.Any(gpu => IsNamed(gpu, name))).Select(name => NoSuchGpu(name, host)).ToArray();
        return missing.Length > 0 ? [.. missing] : torch is null ? [] : [.. Fit(Chosen(request, host), torch)];
    }

    /// <summary>The devices that a request stands for; a count means the first ones.</summary>
    public static ImmutableArray<HostGpu> Chosen(GpuRequest request, HostGpus host) =>
        !request.Devices.IsEmpty ? [.. host.Devices.Where(gpu => request.Devices.Any(name => IsNamed(gpu, name)))]
        : request.Count < 0 ? host.Devices
        : [.. host.Devices.Take(request.Count)];

    /// <summary>The devices of a request in a few words.</summary>
    public static string Describe(GpuRequest request, HostGpus host)
    {
        if (!host.IsKnown)
            return "devices not checked: there is no nvidia-smi on this host";
        var chosen = Chosen(request, host);
        return $"{string.Join(", ", chosen.Select(gpu => $"{gpu.Index} {gpu.Name}"))}; driver {chosen[0].Driver}";
    }

    private static IEnumerable<Problem> Fit(ImmutableArray<HostGpu> chosen, TorchPlan torch)
    {
        var cuda = $"CUDA {torch.Cuda} (libtorch {torch.Libtorch})";
        // One driver serves all devices.
        if (chosen[0].Driver is var driver && torch.Takes(driver) == false)
            yield return Codes.DriverTooOld.With(driver, cuda, torch.MinDriver!);
        // A device whose capability is not known may fit.
        var fitting = chosen.Where(gpu => torch.Runs(gpu.Capability) != false).ToArray();
        var others = fitting.Length == 0 ? "" : " To train on the others: TrainGpus=device=" + string.Join(',', fitting.Select(gpu => gpu.Index)) + ".";
        foreach (var gpu in chosen.Except(fitting))
            yield return Codes.CapabilityOutside.With(gpu, gpu.Capability, cuda, string.Join(", ", torch.Capabilities), others);
    }

    private static Problem NoSuchGpu(string name, HostGpus host)
    {
        var names = host.Devices.SelectMany(gpu => gpu.MigDevices.Prepend(gpu.Uuid));
        return Codes.NoSuchGpu.With(name, List(host.Devices), Suggestion.Sentence(name, names));
    }

    /// <summary>By index or UUID, of which the driver takes the beginning too; or a part of it by its own UUID.</summary>
    private static bool IsNamed(HostGpu gpu, string name) =>
        name == gpu.Index.ToString(CultureInfo.InvariantCulture)
        || (name.StartsWith("GPU-", StringComparison.Ordinal) && gpu.Uuid.StartsWith(name, StringComparison.OrdinalIgnoreCase))
        || gpu.MigDevices.Contains(name, StringComparer.OrdinalIgnoreCase)
        // The older name of a part begins with its GPU's: MIG-GPU-…/1/0.
        || name.StartsWith($"MIG-{gpu.Uuid}/", StringComparison.OrdinalIgnoreCase);

    private static string List(ImmutableArray<HostGpu> devices) => devices.IsEmpty ? "none"
        : string.Join(", ", devices.Select(gpu => gpu.MigDevices.IsEmpty ? gpu.ToString() : $"{gpu} divided into {string.Join(", ", gpu.MigDevices)}"));

    private static string OneLine(string text) =>
        string.Join(' ', text.Split((char[])['\n', '\r'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
