namespace ContainerTrain.Diagnostics;

/// <content>GPUs: CT302x before an image is built, CT4010 in the run.</content>
public static partial class Codes
{
    public static readonly DiagnosticCode EngineGivesNoGpu = Error("CT3020", "Engine gives no GPU",
        "TrainGpus={0} needs a GPU, and {1} gives a container none: {2}",
        "Install the package nvidia-container-toolkit on the engine's machine, run 'nvidia-ctk runtime configure --runtime=docker' and restart Docker; or set TrainGpus=none to train on the CPU.");

    public static readonly DiagnosticCode NoCdiDevice = Error("CT3021", "GPU has no CDI description",
        "TrainGpus={0} needs the devices {1}, and {2} gives a container none of that name: {3}",
        "Install the package nvidia-container-toolkit and describe the devices: nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml; 'nvidia-ctk cdi list' shows their names. Or set TrainGpus=none.");

    public static readonly DiagnosticCode DriverTooOld = Error("CT3022", "NVIDIA driver too old",
        "The NVIDIA driver of this host is {0}, and {1} needs {2} or later.",
        "Update the driver (Debian: nvidia-driver, Ubuntu: nvidia-driver-570 or later), set TorchSharpVersion to a version with an older CUDA, or set TrainGpus=none.");

    public static readonly DiagnosticCode CapabilityOutside = Error("CT3023", "GPU not supported by this build of libtorch",
        "GPU {0} has compute capability {1}, and {2} has code for {3}.{4}",
        "Name other devices in TrainGpus, set TorchSharpVersion to a version that supports this generation, or set TrainGpus=none.");

    public static readonly DiagnosticCode TooFewGpus = Error("CT3024", "Fewer GPUs than required",
        "TrainGpus={0} needs {1} or more NVIDIA GPUs, and this host has {2}: {3}.",
        "Lower the count, or set TrainGpus=all to take what there is.");

    public static readonly DiagnosticCode NoSuchGpu = Error("CT3025", "Named GPU does not exist",
        "TrainGpus names '{0}', and this host has no such GPU. There are: {1}.{2}",
        "Use an index or a UUID that 'nvidia-smi -L' lists.");

    public static readonly DiagnosticCode DriverNotWorking = Error("CT3026", "NVIDIA driver does not work",
        "TrainGpus={0} needs a GPU, and nvidia-smi on this host ended with exit code {1}: {2}",
        "Load the driver (modprobe nvidia), or reboot if it was just updated; reinstall it if that does not help. Or set TrainGpus=none to train on the CPU.");

    public static readonly DiagnosticCode AutoOnCpu = Warning("CT3027", "Training on the CPU although there is a GPU",
        "TrainGpus=auto trains on the CPU although this host shows NVIDIA devices. {0}",
        "Or, to train on the CPU without this warning: TrainGpus=none. With TrainGpus=all this is an error.");

    public static readonly DiagnosticCode DeviceNotThere = Error("CT4010", "Promised device was not there",
        "The program was promised {0} (TrainGpus={1}), did not find it and ended before its first step. Log: '{2}'.",
        "The program's own problem (CT4108) says what it found. It never goes on with the CPU instead; for that, set TrainGpus=none.");
}
