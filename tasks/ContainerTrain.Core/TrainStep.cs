using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain;

/// <summary>What a training needs to know of the host, beside the plan.</summary>
/// <param name="Dotnet">The <c>dotnet</c> program, for the process engine.</param>
public sealed record HostSettings(EngineSettings Engine, string Dotnet, BuildCache Cache)
{
    /// <summary>How long an engine that goes away during a run may take to come back.</summary>
    public TimeSpan EngineReturn { get; init; } = RunRequest.UsualEngineReturn;

    /// <summary>What tells of this host's GPUs.</summary>
    public INvidiaSmi NvidiaSmi { get; init; } = new NvidiaSmi();

    /// <summary>What reads secrets when a run begins.</summary>
    public SecretValues Secrets { get; init; } = SecretValues.None;

    /// <summary>Writes a run's secrets into memory; null for a run without.</summary>
    internal SecretFiles? SecretsOf(RunPlan run) => SecretFiles.Create(run, Secrets, SecretFiles.Places(Engine.RuntimeDirectory));
}

/// <summary>A finished run: where its folder is, how it ended, and what the build has to say about it.</summary>
public sealed record TrainResult(RunFolder Folder, RunOutcome Outcome, ImmutableArray<Problem> Problems)
{
    /// <summary>What the folder's record says.</summary>
    public RunRecord? Record { get; init; }
}

/// <summary>A run for which everything is there.</summary>
/// <param name="Image">Null where no container is used.</param>
/// <param name="Clock">Began when the preparation did.</param>
/// <param name="Lines">Where the program's lines go.</param>
/// <param name="ResumedFrom">The run whose checkpoint it goes on from; null for a start from scratch.</param>
/// <param name="Original">The run that is done again; null for a run of its own.</param>
internal sealed record PreparedRun(
    TrainPlan Plan, EngineChoice Choice, ITrainRunner Runner, BuiltImage? Image, Stopwatch Clock, IProgress<OutputLine> Lines,
    string? ResumedFrom, RunRecord? Original = null)
{
    public SecretFiles? Secrets { get; init; }

    /// <summary>The last push of the project's image.</summary>
    public PushRecord? Pushed { get; init; }

    /// <summary>Finds the commit that it is made from; null: none.</summary>
    public Task<GitRecord?>? Git { get; init; }

    /// <summary>Ends the stop grace at once.</summary>
    public CancellationToken Kill { get; init; }

    public TimeSpan EngineReturn { get; init; } = RunRequest.UsualEngineReturn;

    /// <summary>What ends the run if this process dies; null: nothing.</summary>
    public GuardCommand? Guard { get; init; }
}

/// <summary>A training from the plan to the finished run folder.</summary>
public sealed class TrainStep(string planFile, HostSettings host)
{
    private const int LinesInError = 12;

    /// <summary>Where the program's lines go; null: to the progress, as if they were the build's own.</summary>
    public IProgress<OutputLine>? Output { get; init; }

    /// <summary>Added to the plan's own arguments of the program.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>What <see cref="CheckAsync"/> found before the image was built, so that it is not asked again; null: not checked yet.</summary>
    public string? CheckedDevice { get; init; }

    /// <summary>Requested when whoever canceled the run does not want to wait for the end of its grace.</summary>
    public CancellationToken Kill { get; init; }

    /// <summary>Finds what would keep the run from its GPUs, without building anything.</summary>
    /// <exception cref="ProblemException">CT3001, CT3006, CT3020 to CT3026.</exception>
    public async Task<DeviceChoice> CheckAsync(CancellationToken cancellation)
    {
        var plan = PlanJson.Read(planFile);
        using var choice = EngineSelector.Select(plan.Run.Engine, host.Engine, cancellation);
        return await new DeviceStep(host.NvidiaSmi).ChooseAsync(plan, choice, cancellation);
    }

    /// <exception cref="ProblemException">The run could not begin; there is no run folder then.</exception>
    public async Task<TrainResult> RunAsync(IProgress<string> progress, CancellationToken cancellation)
    {
        var plan = PlanJson.Read(planFile);
        plan = plan with { Run = plan.Run with { Arguments = plan.Run.Arguments.AddRange(Arguments) } };
        CheckData(plan.Run);
        host.Secrets.Check(plan.Run);
        // Beside what follows: together they take longer than all of it, and each is needed only when the container is created.
        if (plan.Run.Engine != EngineKind.Process)
            _ = Task.Run(EngineConnection.PrepareClient, CancellationToken.None);
        var git = Task.Run(() => GitState.Of(Path.GetDirectoryName(plan.ProjectFile)!), CancellationToken.None);
        _ = Task.Run(() => RunRecord.Prepare(plan), CancellationToken.None);
        var clock = Stopwatch.StartNew();
        using var choice = await EngineWait.SelectAsync(plan.Run.Engine, host.Engine, progress, cancellation);
        ITrainRunner runner = choice.Connection is { } engine ? new EngineTrainRunner(engine, progress) : new ProcessRunner(host.Dotnet);
        // First of all: a run that is ended now has what the next one needs, a GPU or the newest checkpoint.
        if (choice.Connection is { } used)
            await new RunReaper(used, host.Cache).ReapAsync(plan.ProjectFile, progress, cancellation);
        // What is recorded is what was found: done again, the run goes on from there and not from what is newest then.
        var resume = ResumePoint.Find(plan.Run, plan.Project);
        var isAutomatic = plan.Run.Resume == RunPlan.ResumeAuto;
        plan = plan with { Run = resume is null ? plan.Run with { Resume = RunPlan.ResumeNever } : plan.Run with { Resume = resume.RunId, Mounts = plan.Run.Mounts.Add(resume.Mount) } };
        var device = await DeviceAsync(plan, choice, progress, cancellation);
        plan = plan with { Run = plan.Run with { Gpus = device.Gpus } };
        runner.Check(plan);
        var image = choice.Connection is { } connection
            ? await new ImageStep(planFile, host.Cache).EnsureAsync(connection, host.Engine, progress, cancellation)
            : null;
        if (image is null)
            await new NativeChecksums(host.Cache).VerifyAsync(plan.Image, progress, cancellation);
        var lines = Output ?? new DirectProgress<OutputLine>(line => progress.Report(line.Text));
        if (resume is not null)
            progress.Report($"Going on after epoch {resume.Epoch} of run {resume.RunId}");
        else if (isAutomatic)
            progress.Report("Starting from scratch: no earlier run of this project is unfinished and has a checkpoint");
        using var secrets = host.SecretsOf(plan.Run);
        var result = await RunOnAsync(new PreparedRun(plan, choice, runner, image, clock, lines, resume?.RunId) { Secrets = secrets, Git = git, Pushed = PushRecord.Read(PushRecord.FileBeside(planFile)), Kill = Kill, EngineReturn = host.EngineReturn, Guard = GuardCommand.Of(host) }, progress, cancellation);
        ImmutableArray<Problem?> warnings = [device.Warning, image is null ? ProcessSurface.Warning(plan.Run) : null];
        return result with { Problems = [.. warnings.OfType<Problem>(), .. result.Problems] };
    }

    /// <summary>From the new folder to the finished one.</summary>
    internal static async Task<TrainResult> RunOnAsync(PreparedRun run, IProgress<string> progress, CancellationToken cancellation)
    {
        var (plan, choice, runner, image, clock, lines, resumedFrom, original) = run;
        var folder = RunFolder.Create(plan.Run.OutputRoot, DateTimeOffset.UtcNow);
        progress.Report($"Training {plan.Project} on {Where(choice, plan.Run)}; run folder {folder.Path}");
        var record = Record(plan, folder, choice.Connection, image) with { ResumedFrom = resumedFrom, Git = run.Git is { } git ? await git : null, RerunOf = original?.Id };
        record = record with { Image = run.Pushed?.AddTo(record.Image) ?? record.Image };
        using var log = Begin(record, folder);
        var prepared = clock.Elapsed;
        // Beside the training: nobody waits for it.
        var data = Task.Run(() => DataFingerprint.Of(plan.Run, cancellation), CancellationToken.None);
        // Also beside it: the reaper at the next start finds what is left of a build that dies before its guard is there.
        var guard = Task.Run(() => run.Guard?.TryStart(folder), CancellationToken.None);
        // Compiles the page's code while the engine starts the container, which takes longer.
        _ = Task.Run(() => RunReport.Prepare(record, folder), CancellationToken.None);
        var request = new RunRequest(plan, folder, image?.Id) { Secrets = run.Secrets, Notices = progress, Kill = run.Kill, Progress = progress, EngineReturn = run.EngineReturn };
        var (outcome, lastLines) = await RunGuard.UnlessItThrowsAsync(guard, AttendAsync(runner, request, log, lines, cancellation));
        // Where something is left, the guard begins when this is done and all is written.
        using var started = await guard;
        if (!outcome.IsLeftRunning)
            started?.Release();
        log.Dispose();
        outcome = OutcomeProblems.Explained(outcome, plan.Run, folder);
        var times = new PhaseTimes(image?.Duration ?? TimeSpan.Zero, prepared);
        return await RunEnding.CollectAsync(record, folder, outcome, lastLines, data, RunEnding.Incomplete(log, folder), times, cancellation);
    }

    private async Task<DeviceChoice> DeviceAsync(TrainPlan plan, EngineChoice choice, IProgress<string> progress, CancellationToken cancellation)
    {
        // Checked before the image was built, and said then.
        if (CheckedDevice is { Length: > 0 } device)
            return new DeviceChoice(device == plan.Run.Device ? plan.Run.Gpus : GpuRequest.None, "");
        var chosen = await new DeviceStep(host.NvidiaSmi).ChooseAsync(plan, choice, cancellation);
        if (chosen.Line.Length > 0)
            progress.Report(chosen.Line);
        return chosen;
    }

    /// <summary>The plan was made at build time; data may have gone since.</summary>
    internal static void CheckData(RunPlan run)
    {
        var missing = run.Mounts.Where(mount => mount.Kind == MountKind.Bind && !Path.Exists(mount.Source))
            .Select(mount => Codes.MissingData.With(mount.Target, mount.Source)).ToImmutableArray();
        if (!missing.IsEmpty)
            throw new ProblemException(missing);
    }

    private static string Where(EngineChoice choice, RunPlan run) => choice.Connection is { } engine
        ? $"{run.Device} in {engine.Describe()}"
        : choice.Tried.Length > 0
            ? $"{run.Device} in a process of this host, as no container engine answered ({choice.Tried})"
            : $"{run.Device} in a process of this host";

    private static async Task<(RunOutcome Outcome, Queue<string> LastLines)> AttendAsync(
        ITrainRunner runner, RunRequest request, RunLog log, IProgress<OutputLine> progress, CancellationToken cancellation)
    {
        var lastLines = new Queue<string>();
        var output = new DirectProgress<OutputLine>(line =>
        {
            log.WriteLine(line.Text);
            progress.Report(line);
            lastLines.Enqueue(line.Text);
            if (lastLines.Count > LinesInError)
                lastLines.Dequeue();
        });
        return (await runner.RunAsync(request, output, cancellation), lastLines);
    }

    private static RunRecord Record(TrainPlan plan, RunFolder folder, EngineConnection? engine, BuiltImage? image) => new()
    {
        Id = folder.Id,
        Project = plan.Project,
        Engine = engine is null
            ? new EngineRecord(EngineKind.Process, Environment.Version.ToString(), null, null)
            : new EngineRecord(engine.Version.Kind, engine.Version.Version, engine.Version.ApiVersion, engine.Endpoint.Address.OriginalString),
        Image = image is null ? null : new ImageRecord(image.Id, plan.Image.References, image.DepsImage, plan.Image.PullReference, image.BaseImageId),
        Host = new HostRecord(
            Environment.MachineName, RuntimeInformation.OSDescription, RuntimeInformation.OSArchitecture.ToString(),
            Environment.ProcessorCount, Environment.Version.ToString()),
        Device = plan.Run.Device,
        Seed = plan.Run.Seed,
        Started = DateTimeOffset.UtcNow,
        Plan = plan,
    };

    /// <summary>Writes what has to be there before the program starts.</summary>
    private static RunLog Begin(RunRecord record, RunFolder folder)
    {
        try
        {
            WriteHyperparameters(record.Plan.Run, folder);
            record.Write(folder.Record);
            return new RunLog(folder.Log);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProblemException(Codes.RunFolderUnwritable.With(folder.Path, e.Message), e);
        }
    }

    /// <summary>By hand: the serializer of dictionaries would be compiled for this one file.</summary>
    private static void WriteHyperparameters(RunPlan run, RunFolder folder)
    {
        using var file = File.Create(folder.Hyperparameters);
        using var json = new Utf8JsonWriter(file);
        json.WriteStartObject();
        foreach (var (name, value) in run.Hyperparameters)
            json.WriteString(name, value);
        json.WriteEndObject();
    }
}
