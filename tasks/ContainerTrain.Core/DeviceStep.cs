using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain;

/// <summary>What a run computes on.</summary>
/// <param name="Gpus">The plan's request, or none where <c>auto</c> had to do without.</param>
/// <param name="Line">Which device was chosen and why, in one line; empty where the project chose the CPU.</param>
/// <param name="Warning">CT3027, where the host's GPUs are not used.</param>
public sealed record DeviceChoice(GpuRequest Gpus, string Line, Problem? Warning = null)
{
    /// <summary><c>cpu</c> or <c>cuda</c>.</summary>
    public string Device => Gpus.IsNone ? "cpu" : "cuda";
}

/// <summary>Compares the GPUs that a plan asks for with those that there are, before anything is built for the run.</summary>
public sealed class DeviceStep(INvidiaSmi nvidiaSmi)
{
    /// <exception cref="ProblemException">CT3020 to CT3026: what TrainGpus requires is not there.</exception>
    public async Task<DeviceChoice> ChooseAsync(TrainPlan plan, EngineChoice engine, CancellationToken cancellation)
    {
        var run = plan.Run;
        if (run.Gpus.IsNone)
            return new DeviceChoice(run.Gpus, run.GpusAreAuto ? "TrainGpus=auto: cpu, as this host shows no NVIDIA device that the program could use" : "");

        // The devices of another machine are not those that nvidia-smi shows here.
        var isLocal = run.EngineRemote != true && engine.Connection?.Endpoint.IsUnix != false;
        var host = isLocal ? await HostGpus.ReadAsync(nvidiaSmi, cancellation) : HostGpus.Unknown;
        var problems = GpuPreflight.Check(run.Gpus, host, plan.Torch);
        if (engine.Connection is { } connection && await AskAsync(connection, run.Gpus, cancellation) is { } problem)
            problems = problems.Add(problem);
        if (problems.IsEmpty)
        {
            var devices = isLocal ? GpuPreflight.Describe(run.Gpus, host) : $"devices not checked: {engine.Connection!.Endpoint} is not this host";
            return new DeviceChoice(run.Gpus, run.GpusAreAuto ? $"TrainGpus=auto: cuda, as this host shows NVIDIA devices ({devices})" : $"TrainGpus={run.Gpus}: cuda ({devices})");
        }
        if (!run.GpusAreAuto)
            throw new ProblemException(problems);
        var reasons = string.Join(' ', problems.Select(problem => $"{problem.Code.Id}: {problem.Message} {problem.Code.Fix}"));
        return new DeviceChoice(
            GpuRequest.None,
            $"TrainGpus=auto: cpu, although this host shows NVIDIA devices ({string.Join(", ", problems.Select(problem => problem.Code.Id).Distinct())})",
            Codes.AutoOnCpu.With(reasons));
    }

    private static async Task<Problem?> AskAsync(EngineConnection engine, GpuRequest request, CancellationToken cancellation)
    {
        try
        {
            var info = await engine.Docker.System.GetSystemInfoAsync(cancellation);
            return await new GpuProbe(engine).FindProblemAsync(request, EngineGpus.Of(engine, info), cancellation);
        }
        catch (Exception e) when (EngineConnection.IsUnreachable(e) && !cancellation.IsCancellationRequested)
        {
            throw new ProblemException(Codes.EngineError.With("Asking for GPUs", engine.Endpoint, (e.InnerException ?? e).Message), e);
        }
    }
}
