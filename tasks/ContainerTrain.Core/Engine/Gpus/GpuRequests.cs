using System.Collections.Immutable;
using System.Globalization;
using ContainerTrain.Plan;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine;

/// <summary>A container's GPUs and what NVIDIA recommends with them.</summary>
internal static class GpuRequests
{
    /// <summary>Loaders of data hand batches to each other in shared memory, and engines give 64 MB. A limit, not memory taken.</summary>
    private const long SharedMemory = 1L << 30;

    private const long Stack = 64L << 20;

    public static ImmutableArray<DeviceRequest> Of(GpuRequest gpus, GpuWay way) =>
        gpus.IsNone ? []
        : way == GpuWay.Cdi ? [new DeviceRequest { Driver = "cdi", DeviceIDs = [.. CdiNames(gpus)] }]
        // Docker takes a count or ids, never both.
        : gpus.Devices.IsEmpty ? [new DeviceRequest { Driver = "nvidia", Count = gpus.Count, Capabilities = [["gpu"]] }]
        : [new DeviceRequest { Driver = "nvidia", DeviceIDs = [.. gpus.Devices], Capabilities = [["gpu"]] }];

    /// <summary>The names that NVIDIA's toolkit gives devices; a count means the first ones.</summary>
    public static ImmutableArray<string> CdiNames(GpuRequest gpus)
    {
        ImmutableArray<string> names = !gpus.Devices.IsEmpty ? gpus.Devices
            : gpus.Count < 0 ? ["all"]
            : [.. Enumerable.Range(0, gpus.Count).Select(index => index.ToString(CultureInfo.InvariantCulture))];
        return [.. names.Select(name => EngineGpus.CdiKind + name)];
    }

    public static long SharedMemoryOf(RunPlan run) => run.ShmSize ?? (run.Gpus.IsNone ? 0 : SharedMemory);

    /// <summary>
    /// No limit on locked memory, which transfers to the GPU need, and a larger stack.
    /// https://docs.nvidia.com/deeplearning/frameworks/user-guide/
    /// </summary>
    public static ImmutableArray<Ulimit> LimitsOf(GpuRequest gpus) => gpus.IsNone ? [] :
    [
        new Ulimit { Name = "memlock", Soft = -1, Hard = -1 },
        new Ulimit { Name = "stack", Soft = Stack, Hard = Stack },
    ];

    /// <summary>Variables of a container with GPUs. What the project sets itself stays as it is.</summary>
    public static IEnumerable<KeyValuePair<string, string>> VariablesInContainer(TrainPlan plan) => Own(plan,
        // Of the driver's libraries, those for computing; NVIDIA's hook gives no more without being asked.
        new("NVIDIA_DRIVER_CAPABILITIES", "compute,utility"),
        Workspace);

    /// <summary>Variables of a process with GPUs: they do what an engine's request does for a container.</summary>
    public static IEnumerable<KeyValuePair<string, string>> VariablesOnHost(TrainPlan plan)
    {
        var gpus = plan.Run.Gpus;
        var visible = !gpus.Devices.IsEmpty ? string.Join(',', gpus.Devices)
            : gpus.Count > 0 ? string.Join(',', Enumerable.Range(0, gpus.Count))
            : null;
        return Own(plan, visible is null ? [Workspace] :
        [
            Workspace,
            // CUDA's own order is by speed; nvidia-smi's and the engines' is by bus.
            new("CUDA_DEVICE_ORDER", "PCI_BUS_ID"),
            new("CUDA_VISIBLE_DEVICES", visible),
        ]);
    }

    /// <summary>Without it, cuBLAS gives results that differ from run to run. https://docs.nvidia.com/cuda/cublas/</summary>
    private static KeyValuePair<string, string> Workspace { get; } = new("CUBLAS_WORKSPACE_CONFIG", ":4096:8");

    private static IEnumerable<KeyValuePair<string, string>> Own(TrainPlan plan, params ImmutableArray<KeyValuePair<string, string>> variables) =>
        plan.Run.Gpus.IsNone ? [] : variables.Where(variable => !plan.Image.Environment.ContainsKey(variable.Key));
}
