using ContainerTrain.Diagnostics;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>Whether a training gets the GPUs that it asks for, as far as that is known before it starts.</summary>
internal static class GpuCheck
{
    private const string Engine = "GPUs of engine";
    private const string Driver = "GPU driver";

    private const string Toolkit = "Install the NVIDIA Container Toolkit, run 'nvidia-ctk runtime configure' and restart the engine; or set TrainGpus=none to train on the CPU.";

    /// <param name="wanted">TrainGpus.</param>
    /// <param name="kind">The engine.</param>
    /// <param name="hasRuntime">Whether it has a runtime named nvidia.</param>
    /// <param name="hasCdi">Whether it knows, or its folders describe, NVIDIA devices by CDI.</param>
    public static DoctorLine OfEngine(GpuRequest wanted, EngineKind kind, bool hasRuntime, bool hasCdi)
    {
        if (wanted.IsNone)
            return DoctorLine.Ok(Engine, "none wanted: training runs on the CPU");
        if (kind == EngineKind.Podman)
        {
            return hasCdi
                ? DoctorLine.Ok(Engine, "described by CDI")
                : DoctorLine.Error(Engine, "Podman needs a CDI description of NVIDIA's devices, and there is none", "Run 'sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml'.");
        }
        return hasRuntime ? DoctorLine.Ok(Engine, "the engine has NVIDIA's runtime")
            : hasCdi ? DoctorLine.Ok(Engine, "described by CDI")
            : DoctorLine.Warning(Engine, "the engine reports neither NVIDIA's runtime nor devices by CDI", Toolkit);
    }

    /// <param name="wanted">TrainGpus.</param>
    /// <param name="host">What nvidia-smi says.</param>
    /// <param name="problems">What keeps the request from being met.</param>
    public static DoctorLine OfDriver(GpuRequest wanted, HostGpus host, IReadOnlyList<Problem> problems)
    {
        if (problems.Count > 0)
            return DoctorLine.Error(Driver, string.Join(" ", problems.Select(problem => problem.Message)), problems[0].Code.Fix, problems[0].Code.Id);
        if (host.Failure is { } failure)
            return DoctorLine.Warning(Driver, $"nvidia-smi ended with {failure.ExitCode}: {failure.Output}", "Reinstall NVIDIA's driver, or remove it: no training is to use a GPU.");
        if (!host.Devices.IsEmpty)
            return DoctorLine.Ok(Driver, $"{host.Devices[0].Driver}, with {string.Join(", ", host.Devices.Select(gpu => $"{gpu.Index} {gpu.Name}"))}");
        return wanted.IsNone
            ? DoctorLine.Ok(Driver, host.IsKnown ? "nvidia-smi shows no device" : "no nvidia-smi on this host")
            : DoctorLine.Warning(Driver, $"TrainGpus={wanted}, and there is no nvidia-smi on this host to ask", "Install NVIDIA's driver on the machine that the engine runs on.");
    }
}
