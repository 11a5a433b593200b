using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Plan;

/// <summary>A plan, unless one of the problems is an error.</summary>
public sealed record PlanResult(TrainPlan? Plan, ImmutableArray<Problem> Problems);

/// <summary>
/// Turns inputs into a plan. Pure but for asking whether data paths exist; finds every problem before it gives up.
/// </summary>
public static class PlanBuilder
{
    public static PlanResult Build(TrainInputs inputs)
    {
        var problems = new ProblemCollector(inputs.Elements);
        NameChecker.Check(inputs.Elements, problems);
        TextChecker.Check(inputs, problems);
        var image = ImagePlanner.Plan(inputs, problems);
        var torch = TorchPlanner.Plan(inputs, problems);
        var run = RunPlanner.Plan(TorchPlanner.WithUsableGpu(inputs, torch), problems);
        if (problems.HasErrors)
            return new PlanResult(null, problems.ToImmutable());
        var plan = new TrainPlan
        {
            Project = inputs.Project.Name,
            ProjectFile = inputs.Project.ProjectFile,
            Image = image,
            ImageKey = PlanJson.KeyOf(image),
            Run = run,
            Torch = torch,
        };
        return new PlanResult(plan, problems.ToImmutable());
    }

    /// <summary>The image alone, of what is known before there is an application; null if something is wrong with it.</summary>
    public static ImagePlan? ImageOf(TrainInputs inputs)
    {
        var problems = new ProblemCollector(inputs.Elements);
        var image = ImagePlanner.Plan(inputs, problems);
        return problems.HasErrors ? null : image;
    }
}
