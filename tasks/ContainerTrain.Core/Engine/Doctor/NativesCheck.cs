using ContainerTrain.Diagnostics;
using ContainerTrain.Dockerfile;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>Whether the native libraries of the plan load on its base image: the check of every build, made now.</summary>
internal static class NativesCheck
{
    public const string Name = "natives";

    /// <summary>Reads the image if nothing is known of it yet.</summary>
    public static async Task<DoctorLine> RunAsync(
        ImagePlan plan, EngineConnection engine, EngineImage? baseImage, BuildCache cache, IProgress<string> progress, CancellationToken cancellation)
    {
        var natives = ImagePreflight.NativesOf(plan);
        if (natives.IsEmpty)
            return DoctorLine.Ok(Name, "the project has no native libraries");
        if (natives.FirstOrDefault(path => !File.Exists(path)) is { } missing)
            return DoctorLine.Skipped(Name, $"'{missing}' is not there: restore and build first");
        if (baseImage is null)
            return DoctorLine.Skipped(Name, "the base image is not on the engine yet; the build checks them");
        var problems = await new ImagePreflight(engine, cache).ProblemsAsync(plan, natives, baseImage, progress, cancellation);
        return Of(problems, natives.Length, plan.PullReference, adds: DockerfileComposer.ComposeSystem(plan, caches: false) is not null, isOn: plan.NativePreflight);
    }

    /// <param name="problems">What the check found.</param>
    /// <param name="count">How many libraries were checked.</param>
    /// <param name="image">The base image.</param>
    /// <param name="adds">Whether the project installs something on it.</param>
    /// <param name="isOn">Whether builds make this check.</param>
    internal static DoctorLine Of(IReadOnlyList<Problem> problems, int count, string image, bool adds, bool isOn)
    {
        if (problems.Count == 0)
            return DoctorLine.Ok(Name, $"{count} native libraries load on '{image}'" + (isOn ? "" : " (builds do not check: TrainNativePreflight=false)"));
        var finding = string.Join(" ", problems.Select(problem => problem.Message));
        var first = problems[0].Code;
        return adds && problems.All(problem => problem.Code == Codes.ImageLacksSymbol)
            ? DoctorLine.Warning(Name, $"unless the project's packages and instructions bring it: {finding}", "The build checks the image that has them.")
            : DoctorLine.Error(Name, finding, first.Fix, first.Id);
    }
}
