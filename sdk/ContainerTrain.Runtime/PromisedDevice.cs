namespace ContainerTrain.Runtime;

/// <summary>
/// Whether the run has the device that it was promised. Torch by itself would train on the CPU, hours instead of minutes,
/// and nobody would be told.
/// </summary>
internal static class PromisedDevice
{
    private const string Remedy = "Make the GPU visible to the container (an NVIDIA driver, and the NVIDIA Container Toolkit or CDI), or train on the CPU with TrainGpus=none.";

    /// <exception cref="TrainingException">CT4108: torch does not load, sees no GPU or fewer than promised, or cannot compute on it.</exception>
    public static void Require(RunSettings settings, IAccelerator accelerator)
    {
        if (accelerator.Load() is { } reason)
        {
            throw Missing(
                $"TorchSharp's native libraries do not load here, so there is no device to train on: {reason} "
                + "Train in a container, or on a system with glibc 2.34 and libstdc++ of GCC 13.2 or later (Debian 13, Ubuntu 24.04).");
        }

        if (!settings.UsesCuda)
        {
            return;
        }

        if (!accelerator.HasCuda())
        {
            throw Missing($"TRAIN_DEVICE is 'cuda', but torch finds no CUDA device here. {Remedy}");
        }

        var count = accelerator.CudaDevices();
        if (settings.GpuCount is { } promised && promised != count)
        {
            throw Missing($"TRAIN_GPU_COUNT is {promised}, as TrainGpus asks for, and torch sees {count} CUDA device{(count == 1 ? "" : "s")} here. {Remedy}");
        }

        if (accelerator.TryCuda() is { } failure)
        {
            throw Missing($"TRAIN_DEVICE is 'cuda', and the first computation on it failed: {failure.TrimEnd('.')}. The driver may be too old for this build of libtorch, or the GPU of a generation that it has no code for.");
        }
    }

    private static TrainingException Missing(string message) => new(new TrainingProblem(ProblemCodes.DeviceMissing, message));
}
