using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>How images are made on this engine, and why.</summary>
internal static class BuilderCheck
{
    private const string Name = "builder";

    /// <param name="engine">Its own builder is another one in each.</param>
    /// <param name="hasAppInstructions">Whether the project has instructions in the app stage.</param>
    /// <param name="refusal">Why the engine takes no partial images; empty if it does, null if nobody knows yet.</param>
    public static DoctorLine Of(EngineVersion engine, bool hasAppInstructions, string? refusal)
    {
        var own = engine.Kind == EngineKind.Podman ? "Podman's own builder (Buildah)" : "Docker's own builder (BuildKit)";
        if (hasAppInstructions)
            return DoctorLine.Ok(Name, $"{own}, as the project has instructions in the app stage");
        return refusal switch
        {
            null => DoctorLine.Skipped(Name, "found out by trying, when the base image is there"),
            "" => DoctorLine.Ok(Name, "layers are loaded into the engine, which takes images without the layers it has: an edit is one small request"),
            _ => DoctorLine.Ok(Name, $"{own}, as the engine takes no partial images ({refusal})"),
        };
    }
}
