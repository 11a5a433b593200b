using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Inputs;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;
using Docker.DotNet.Models;

namespace ContainerTrain;

/// <summary>
/// Looks at everything that a training needs, and changes nothing. Each check stands for itself: what one of them cannot
/// find out does not keep the others from being made.
/// </summary>
/// <param name="inputs">The project as far as it can be read; its plan is used where there is one.</param>
/// <param name="planFile">The plan of the last build, absolute; need not exist.</param>
/// <param name="settings">Where engines are looked for.</param>
/// <param name="cache">The user's cache.</param>
/// <param name="nvidia">Asked for the host's GPUs.</param>
public sealed class DoctorStep(TrainInputs inputs, string planFile, EngineSettings settings, BuildCache cache, INvidiaSmi nvidia)
{
    private static readonly ImmutableArray<string> CdiFolders = ["/etc/cdi", "/var/run/cdi"];

    /// <summary>What the build would make of the inputs, files aside: names what is wrong also where nothing is restored yet.</summary>
    private readonly PlanResult _fromInputs = PlanBuilder.Build(inputs);

    /// <summary>Makes all checks.</summary>
    /// <param name="progress">Gets a line where a check takes long.</param>
    /// <param name="cancellation">Stops the checks.</param>
    public async Task<DoctorReport> RunAsync(IProgress<string> progress, CancellationToken cancellation)
    {
        var (plan, planLine) = ReadPlan();
        var wanted = Parse(inputs.Run.Engine);
        var gpus = plan?.Run.Gpus ?? (GpuRequest.TryParse(inputs.Run.Gpus, inputs.Run.HostHasGpu, out var request) ? request : GpuRequest.None);
        var lines = ImmutableArray.CreateBuilder<DoctorLine>();
        using var engine = Connect(wanted, lines, cancellation);
        lines.Add(User(engine, wanted, await IsRootlessAsync(engine, cancellation)));
        if (engine is not null)
            await AddEngineAsync(engine, plan, gpus, lines, progress, cancellation);
        lines.Add(await TryAsync("GPU driver", async () =>
        {
            var host = await HostGpus.ReadAsync(nvidia, cancellation);
            return GpuCheck.OfDriver(gpus, host, GpuPreflight.Check(gpus, host, plan?.Torch));
        }, cancellation));
        lines.Add(await TryAsync("results", () => Task.FromResult(Results()), cancellation));
        lines.Add(WslCheck.Of(HostFacts.Kernel, Path.GetDirectoryName(inputs.Project.ProjectFile)!, Directory.Exists(HostFacts.WslLibraries), !gpus.IsNone));
        lines.Add(planLine);
        return new DoctorReport(inputs.Project.ProjectFile, lines.ToImmutable());
    }

    private static EngineKind Parse(string text) =>
        Enum.TryParse<EngineKind>(text, ignoreCase: true, out var kind) && Enum.IsDefined(kind) ? kind : EngineKind.Auto;

    /// <summary>A wrong project has said so by its own errors; what it is made of is then known only in part.</summary>
    private (TrainPlan? Plan, DoctorLine Line) ReadPlan()
    {
        const string name = "project";
        if (_fromInputs.Problems.Where(problem => problem.IsError).ToArray() is { Length: > 0 } wrong)
            return (null, LineOf(name, wrong));
        if (!File.Exists(planFile))
            return (null, DoctorLine.Skipped(name, "not planned yet: restore, then 'dotnet build'"));
        try
        {
            var plan = PlanJson.Read(planFile);
            var size = HostFacts.SizeOf(plan.Image);
            return (plan, DoctorLine.Ok(name, $"{plan.Image.Layers.Length} layers of {Units.Show(size)}, planned {File.GetLastWriteTime(planFile).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}"));
        }
        catch (ProblemException e)
        {
            return (null, LineOf(name, e.Problems));
        }
    }

    private EngineConnection? Connect(EngineKind wanted, ImmutableArray<DoctorLine>.Builder lines, CancellationToken cancellation)
    {
        try
        {
            var candidates = EngineLocator.Candidates(wanted, settings);
            var tried = "";
            var engine = wanted == EngineKind.Process ? null : EngineConnection.TryConnect(candidates, out tried, cancellation);
            lines.Add(EngineCheck.Of(wanted, engine?.Version, engine?.Endpoint.ToString() ?? "", tried));
            return engine;
        }
        catch (ProblemException e)
        {
            lines.Add(LineOf("engine", e.Problems));
            return null;
        }
    }

    private DoctorLine User(EngineConnection? engine, EngineKind wanted, bool isRootless)
    {
        var sockets = engine is not null ? [engine.Endpoint] : wanted == EngineKind.Process ? [] : Candidates(wanted);
        var (path, access) = sockets.Where(endpoint => endpoint.IsUnix)
            .Select(endpoint => (endpoint.Address.LocalPath, Access: UserCheck.Try(endpoint.Address.LocalPath)))
            .FirstOrDefault(socket => socket.Access != SocketAccess.Missing);
        return UserCheck.Of(Environment.UserName, HostFacts.IsRoot, isRootless, path, access);
    }

    private ImmutableArray<EngineEndpoint> Candidates(EngineKind wanted)
    {
        try
        {
            return EngineLocator.Candidates(wanted, settings);
        }
        catch (ProblemException)
        {
            return []; // the line of the engine says it
        }
    }

    private static async Task<bool> IsRootlessAsync(EngineConnection? engine, CancellationToken cancellation)
    {
        try
        {
            return engine is not null && await InfoAsync(engine, cancellation) is { } info && await EngineUser.IsRootlessAsync(engine, info, cancellation);
        }
        catch (Exception e) when (IsExpected(e, cancellation))
        {
            return false;
        }
    }

    private static async Task<SystemInfoResponse?> InfoAsync(EngineConnection? engine, CancellationToken cancellation)
    {
        try
        {
            return engine is null ? null : await engine.Docker.System.GetSystemInfoAsync(cancellation);
        }
        catch (Exception e) when (IsExpected(e, cancellation))
        {
            return null;
        }
    }

    private async Task AddEngineAsync(
        EngineConnection engine, TrainPlan? plan, GpuRequest gpus, ImmutableArray<DoctorLine>.Builder lines, IProgress<string> progress, CancellationToken cancellation)
    {
        var info = await InfoAsync(engine, cancellation) ?? new SystemInfoResponse();
        EngineImage? image = null;
        lines.Add(StorageCheck.Of(info));
        lines.Add(await TryAsync(BaseImageCheck.Name, async () =>
        {
            if ((plan ?? _fromInputs.Plan)?.Image is not { } from)
                return DoctorLine.Skipped(BaseImageCheck.Name, "the project does not say which; see its line");
            image = new EngineImages(engine).Find(from.PullReference, cancellation);
            var refusal = image is null ? await BaseImageCheck.AskRegistryAsync(engine, from.PullReference, cancellation) : null;
            return BaseImageCheck.Of(from.BaseImage, from.PullReference, from.Platform, image, refusal);
        }, cancellation));
        lines.Add(await TryAsync("builder", () => Task.FromResult(Builder(engine, plan, image, cancellation)), cancellation));
        lines.Add(plan is null
            ? DoctorLine.Skipped(NativesCheck.Name, "the project is not planned yet")
            : await TryAsync(NativesCheck.Name, () => NativesCheck.RunAsync(plan.Image, engine, image, cache, progress, cancellation), cancellation));
        var gpusOfEngine = EngineGpus.Of(engine.Version.Kind, info, EngineGpus.DescribesNvidia);
        lines.Add(GpuCheck.OfEngine(gpus, engine.Version.Kind, info.Runtimes?.ContainsKey("nvidia") == true, HasCdi(engine.Version.Kind, gpusOfEngine)));
        lines.Add(await TryAsync("engine's disk", () => Task.FromResult(EngineDisk(engine, info, plan)), cancellation));
    }

    /// <summary>Podman does not say; it reads the standard's own folders.</summary>
    private static bool HasCdi(EngineKind kind, EngineGpus gpus) => kind == EngineKind.Podman
        ? CdiFolders.Any(EngineGpus.DescribesNvidia)
        : gpus.Way == GpuWay.Cdi;

    /// <summary>Found out as a build does, and remembered for it.</summary>
    private DoctorLine Builder(EngineConnection engine, TrainPlan? plan, EngineImage? baseImage, CancellationToken cancellation)
    {
        var hasInstructions = plan?.Image.System.Instructions.Any(instruction => instruction.Stage == "app") == true;
        var memory = cache.LoadBuilders();
        if (!memory.TryGet(engine, out var refusal) && baseImage is not null)
            memory.Remember(engine, refusal = new LoadBuilder(engine, cache).TryPartialLoad(baseImage.Id, cancellation) ?? "");
        return BuilderCheck.Of(engine.Version, hasInstructions, refusal);
    }

    private static DoctorLine EngineDisk(EngineConnection engine, SystemInfoResponse info, TrainPlan? plan)
    {
        var folder = engine.Endpoint.IsUnix && Directory.Exists(info.DockerRootDir) ? info.DockerRootDir : null;
        return DiskCheck.OfEngine(folder, folder is null ? 0 : HostFacts.FreeBytes(folder), plan is null ? 0 : HostFacts.SizeOf(plan.Image));
    }

    private DoctorLine Results()
    {
        var folder = HostFacts.Existing(inputs.Run.OutputRoot);
        return DiskCheck.OfResults(inputs.Run.OutputRoot, HostFacts.IsWritable(folder), HostFacts.FreeBytes(folder));
    }

    private static async Task<DoctorLine> TryAsync(string name, Func<Task<DoctorLine>> check, CancellationToken cancellation)
    {
        try
        {
            return await check();
        }
        catch (ProblemException e)
        {
            return LineOf(name, e.Problems);
        }
        catch (Exception e) when (IsExpected(e, cancellation))
        {
            return DoctorLine.Error(name, $"could not be checked: {e.Message}", "See the line of the engine.");
        }
    }

    private static DoctorLine LineOf(string name, IReadOnlyList<Problem> problems) => DoctorLine.Error(
        name, string.Join(" ", problems.Select(problem => problem.Message)), problems[0].Code.Fix, problems[0].Code.Id);

    /// <summary>Also what a limit of time cancels, but not what the user does.</summary>
    private static bool IsExpected(Exception e, CancellationToken cancellation) =>
        e is UnauthorizedAccessException or Docker.DotNet.DockerApiException
        || (EngineConnection.IsUnreachable(e) && !(e is OperationCanceledException && cancellation.IsCancellationRequested));
}
