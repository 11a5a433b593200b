namespace ContainerTrain.Diagnostics;

/// <content>CT1020 to CT1029: versions and flavours of TorchSharp and libtorch; CT2010: their files.</content>
public static partial class Codes
{
    public static readonly DiagnosticCode BothTorchFlavours = Error("CT1020", "TorchSharp for the CPU and for CUDA",
        "The project has both {0} and {1}; a program can load only one libtorch.",
        "Remove one of them. Where the project references neither, TrainGpus chooses.");

    public static readonly DiagnosticCode NoTorchForPlatform = Error("CT1021", "No libtorch for this platform",
        "{0} has no native libraries for {1}. It has them for: {2}.",
        "Training images need TorchSharp-cpu or TorchSharp-cuda-linux, and both are for linux-x64 only: set ContainerRuntimeIdentifier to it.");

    public static readonly DiagnosticCode LibtorchMismatch = Error("CT1022", "Wrong version of libtorch",
        "TorchSharp {0} is made for libtorch {1}; the project has {2} {3}.",
        "Remove the reference to libtorch: TorchSharp-cpu and TorchSharp-cuda-linux bring the one that fits. Or give it the version in the message.");

    public static readonly DiagnosticCode GpuWithoutCuda = Error("CT1023", "GPU required, TorchSharp for the CPU",
        "TrainGpus={0} requires a GPU, and {1} computes on the CPU only.",
        "Remove the reference, and TrainGpus chooses TorchSharp-cuda-linux; or set TrainGpus=none to train on the CPU.");

    public static readonly DiagnosticCode CudaUnused = Warning("CT1024", "CUDA libraries that no run uses",
        "TrainGpus={0} uses no GPU, and {1} brings gigabytes of CUDA libraries into the image.",
        "Remove the reference, and TrainGpus chooses TorchSharp-cpu; or let TrainGpus ask for a GPU.");

    public static readonly DiagnosticCode UnknownTorchSharp = Warning("CT1025", "TorchSharp version not known",
        "TorchSharp {0} is not among the versions that this SDK knows, {1} to {2}. It is taken to need what {3} needs.",
        "Checks of the driver, the GPU and the base image may be wrong until a newer ContainerTrain.Sdk knows this version.");

    public static readonly DiagnosticCode GpuUnused = Warning("CT1026", "GPU that TorchSharp cannot use",
        "This machine has an NVIDIA GPU, but {0} computes on the CPU only: TrainGpus=auto trains on the CPU.",
        "Remove the reference, and TrainGpus chooses TorchSharp-cuda-linux; or set TrainGpus=none to say that the CPU is meant.");

    public static readonly DiagnosticCode NativeDamaged = Error("CT2010", "Native library damaged",
        "'{0}' is not what its package says: its SHA-256 is {1}, expected {2}. To be restored again: {3}.",
        "Delete the folders of these packages from the NuGet cache, all of them, and build again: the restore brings them back.");
}
