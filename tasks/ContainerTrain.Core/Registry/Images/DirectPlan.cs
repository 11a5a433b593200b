using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Registry;

/// <summary>What decides whether a plan's image can be made without an engine.</summary>
internal static class DirectPlan
{
    /// <summary>What of the plan only an engine can make: programs that run while the image is built. Empty if nothing is.</summary>
    public static string NeedsEngine(ImagePlan plan)
    {
        (string What, bool IsThere)[] parts =
        [
            ("TrainAptPackage", !plan.System.AptPackages.IsEmpty),
            ("TrainPipPackage", !plan.System.PipPackages.IsEmpty),
            ("TrainPipRequirements", !plan.System.PipRequirements.IsEmpty),
            ("TrainDockerfileInstruction", !plan.System.Instructions.IsEmpty),
            ("TrainShell", !plan.System.Shell.IsEmpty),
            ("TrainDockerfile", plan.OwnDockerfile.Length > 0),
            ("TrainImageFile in another stage or outside the working directory", plan.Layers.Any(layer => layer.Kind == LayerKind.System || layer is { Kind: LayerKind.Files, Folder: not null })),
        ];
        return string.Join(", ", parts.Where(part => part.IsThere).Select(part => part.What));
    }

    /// <exception cref="ProblemException">CT5006 if it needs an engine, CT2004 if a file is missing.</exception>
    public static void Check(ImagePlan plan)
    {
        if (NeedsEngine(plan) is { Length: > 0 } what)
            throw new ProblemException(Codes.PushNeedsEngine.With(what));
        ImageBuilder.CheckFiles(plan.Layers);
    }

    /// <summary>Whether the plan gives the image of this id. Not if a layer was never hashed: then no build has made it.</summary>
    public static bool Gives(string imageId, ImagePlan plan, RemoteImage below, LayerDigests digests)
    {
        var known = plan.Layers.Select(layer => digests.Find(layer, plan.WorkingDirectory) is { } diffId ? new LayerDigest(layer, diffId) : null).ToImmutableArray();
        return !known.Contains(null) && ComposedImage.Of(plan, below.Image, known!).Config.Id == imageId;
    }
}
