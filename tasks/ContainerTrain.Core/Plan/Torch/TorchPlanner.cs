using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Plan;

/// <summary>What the restored packages mean for the image and for the run.</summary>
internal static class TorchPlanner
{
    private const string Wrapper = "libLibTorchSharp.so";

    /// <summary>Null for a program without TorchSharp.</summary>
    public static TorchPlan? Plan(TrainInputs inputs, ProblemCollector problems)
    {
        var references = TorchReferences.Of(inputs.Packages);
        references.Check(inputs.Project.RuntimeIdentifier, inputs.Run.Gpus, problems);
        if (references.TorchSharp is not { } version)
            return null;
        var row = TorchTable.Find(version, out var isKnown);
        if (!isKnown)
        {
            var nearest = row == TorchTable.Rows[0] ? TorchTable.Oldest : TorchTable.Newest;
            problems.AddForProperty("TorchSharpVersion", Codes.UnknownTorchSharp, version, TorchTable.Oldest, TorchTable.Newest, nearest);
        }
        CheckPlatform(inputs, version.ToString(), row, problems);
        Weigh(references, inputs.Run, problems);
        return PlanOf(references, row) with { TorchSharp = version.ToString(), IsKnown = isKnown };
    }

    /// <summary>TrainGpus=auto follows the host only where the program can use what the host has.</summary>
    public static TrainInputs WithUsableGpu(TrainInputs inputs, TorchPlan? torch) =>
        torch?.Flavour == TorchFlavour.Cpu ? inputs with { Run = inputs.Run with { HostHasGpu = false } } : inputs;

    private static TorchPlan PlanOf(TorchReferences references, TorchRow row)
    {
        var libtorch = references.Libtorches.Select(libtorch => libtorch.Version.ToString()).LastOrDefault() ?? row.Libtorch;
        var plan = new TorchPlan
        {
            TorchSharp = "", IsKnown = false, Libtorch = libtorch, Flavour = references.Flavour, Glibc = row.Glibc, Glibcxx = row.Glibcxx,
        };
        if (plan.Flavour != TorchFlavour.Cuda)
            return plan;
        // A version that is not known may come with another CUDA than its neighbour.
        var cuda = references.CudaVersion ?? row.Cuda;
        var sameMajor = cuda.Split('.')[0] == row.Cuda.Split('.')[0];
        return plan with
        {
            Cuda = cuda,
            MinDriver = sameMajor ? row.MinDriver : null,
            Cudnn = cuda == row.Cuda ? row.Cudnn : null,
            Capabilities = cuda == row.Cuda ? row.Capabilities : [],
        };
    }

    /// <summary>The project may bring the libraries itself, for a platform that no package has them for.</summary>
    private static void CheckPlatform(TrainInputs inputs, string version, TorchRow row, ProblemCollector problems)
    {
        var platform = inputs.Project.RuntimeIdentifier;
        if (platform.StartsWith("linux-", StringComparison.Ordinal) && !row.Rids.Contains(platform)
            && !inputs.Image.Files.Any(file => Path.GetFileName(file.Target) == Wrapper)
            && !problems.Has(Codes.NoTorchForPlatform))
            problems.AddForProperty("RuntimeIdentifier", Codes.NoTorchForPlatform, $"TorchSharp {version}", platform, string.Join(", ", row.Rids));
    }

    /// <summary>What works, but hardly is what is meant.</summary>
    private static void Weigh(TorchReferences references, RunInputs run, ProblemCollector problems)
    {
        var isAuto = run.Gpus.Trim().ToLowerInvariant() is "" or "auto";
        if (!isAuto && references.Cuda is { } cuda && GpuRequest.TryParse(run.Gpus, run.HostHasGpu, out var request) && request.IsNone)
            problems.AddForItem("PackageReference", cuda.Id, Codes.CudaUnused, run.Gpus.Trim(), cuda.Id);
        if (isAuto && run.HostHasGpu && references is { Cpu: { } cpu, Cuda: null })
            problems.AddForItem("PackageReference", cpu.Id, Codes.GpuUnused, cpu.Id);
    }
}
