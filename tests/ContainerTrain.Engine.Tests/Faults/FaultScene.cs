using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;
using Docker.DotNet;

namespace ContainerTrain.Engine.Tests.Faults;

/// <summary>A project whose build and training something happens to, and the proof that nothing is left of them.</summary>
internal sealed class FaultScene : IAsyncDisposable
{
    /// <summary>No claim about time: it turns a build that hangs into a failure.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FaultImage? _image;
    private readonly List<IDisposable> _helpers = [];
    private bool _hasOwnImage;

    /// <param name="kind">The engine that is asked for.</param>
    /// <param name="image">The engine and its image of the dummy trainer; null for a process.</param>
    /// <param name="daemon">In place of the engine; null for none.</param>
    public FaultScene(EngineKind kind, FaultImage? image, PrivateDocker? daemon = null)
    {
        (Kind, _image, Daemon) = (kind, image, daemon);
        Settings = daemon?.Settings ?? HostEnvironment.EngineSettings;
        Directory.CreateDirectory(Project.Path("obj"));
        Inputs = Dummy.Inputs(Project);
        if (image is not null)
            Inputs = Inputs with { Image = image.Inputs };
    }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public EngineKind Kind { get; }

    public TestFolder Project { get; private init; } = new();

    public TrainInputs Inputs { get; set; }

    /// <summary>Where the build looks for its engine.</summary>
    public EngineSettings Settings { get; set; }

    public ContainerEngine Engine => _image!.Engine;

    public FaultImage Image => _image!;

    /// <summary>The daemon that the fault may be done to.</summary>
    public PrivateDocker? Daemon { get; }

    /// <summary>What stands between, if something does.</summary>
    public Relay? Relay { get; private set; }

    public string PlanFile => Project.Path("obj/plan.json");

    public string ImageStampFile => Project.Path("obj/image.stamp");

    public string ProjectFile => Inputs.Project.ProjectFile;

    /// <summary>The user's cache, which knows of no other build unless the fault is about something else.</summary>
    public BuildCache Cache => _hasOwnImage || _image is null ? new BuildCache(Project.Path("cache")) : _image.Cache;

    /// <summary>Requests to the engine go through a relay from now on.</summary>
    public Relay ThroughRelay() => At(new Relay(Project.Path("relay.sock"), Engine.Connection.Endpoint.Address));

    /// <summary>In place of the engine something else answers.</summary>
    public Relay AtFakeEngine() => At(new Relay(Project.Path("fake.sock"), upstream: null));

    public void LookAt(string socket) => Settings = Kind == EngineKind.Podman
        ? Settings with { ContainerHost = "unix://" + socket }
        : Settings with { DockerHost = "unix://" + socket };

    /// <summary>Skips where the engine shares neither the network nor later mounts with the tests (eng/test.sh --engines).</summary>
    public void RequireEngineOfThisMachine() => Assert.SkipWhen(
        Kind != EngineKind.Process && Environment.GetEnvironmentVariable("CONTAINERTRAIN_ENGINE_APART") == "1",
        "the engine has a network and mounts of its own");

    /// <summary>Asks the engine itself, whatever stands between it and the build.</summary>
    public async Task<T> WithEngineAsync<T>(Func<IDockerClient, Task<T>> ask)
    {
        if (Daemon is null)
            return await ask(Engine.Client);
        using var choice = EngineSelector.Select(EngineKind.Docker, Daemon.Settings, CancellationToken.None);
        return await ask(choice.Connection!.Docker);
    }

    /// <summary>How long the build waits for an engine that went away.</summary>
    public TimeSpan EngineReturn { get; set; } = TimeSpan.FromSeconds(2);

    public T Keep<T>(T helper) where T : IDisposable
    {
        _helpers.Add(helper);
        return helper;
    }

    /// <summary>Has an image to be built, which nobody else has.</summary>
    public void BuildOwnImage(Func<ImageInputs, ImageInputs>? change = null)
    {
        _hasOwnImage = true;
        var own = Dummy.Inputs(Project).Image;
        Inputs = Inputs with { Image = change is null ? own : change(own) };
    }

    public Task<Ending> TrainAsync(params string[] steps) => TrainAsync(onLine: null, steps);

    public Task<Ending> TrainAsync(Action<string>? onLine, params string[] steps) => TrainAsync(run => run, onLine, Cancellation, steps);

    /// <summary>Cancels as Ctrl-C does when the program prints "ready".</summary>
    public async Task<Ending> TrainAndCancelAsync(params string[] steps)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        return await TrainAsync(run => run with { StopGrace = "1" }, line => { if (line == "ready") cancel.CancelAfter(0); }, cancel.Token, steps);
    }

    /// <summary>The same with a program that saves its work when it is asked to end, and has the time for it.</summary>
    public async Task<Ending> TrainAndSaveAsync()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        return await TrainAsync(
            run => run with { StopGrace = "60" }, line => { if (line == "ready") cancel.CancelAfter(0); }, cancel.Token, "save-on-sigterm=saved.txt", "out=ready", "sleep");
    }

    /// <summary>Keeps no line but the last, as there are too many.</summary>
    public async Task<Ending> TrainQuietlyAsync(params string[] steps)
    {
        await WritePlanAsync(run => run, steps);
        var last = new LastLine();
        return await TrainAsPlannedAsync(last, () => [last.Line!], onLine: null, Cancellation);
    }

    /// <param name="change">Of the run's settings.</param>
    /// <param name="onLine">Sees each line of the program and of the build while they come.</param>
    /// <param name="cancellation">As Ctrl-C.</param>
    /// <param name="steps">What the dummy trainer does.</param>
    public async Task<Ending> TrainAsync(Func<RunInputs, RunInputs> change, Action<string>? onLine, CancellationToken cancellation, params string[] steps)
    {
        await WritePlanAsync(change, steps);
        return await TrainAsPlannedAsync(onLine, cancellation);
    }

    public async Task WritePlanAsync(Func<RunInputs, RunInputs> change, params string[] steps)
    {
        var run = change(Inputs.Run with { Engine = Kind.ToString().ToLowerInvariant(), Arguments = Dummy.CommandLine(steps) });
        var plan = Dummy.Plan(Inputs with { Run = run });
        await File.WriteAllTextAsync(PlanFile, PlanJson.Write(plan), CancellationToken.None);
        if (_image is not null && !_hasOwnImage)
            (await _image.StampAsync(plan, Settings)).Write(ImageStampFile);
    }

    public Task<Ending> TrainAsPlannedAsync(Action<string>? onLine, CancellationToken cancellation)
    {
        var lines = new Lines<OutputLine>(line => onLine?.Invoke(line.Text));
        return TrainAsPlannedAsync(lines, () => lines.All, onLine, cancellation);
    }

    private async Task<Ending> TrainAsPlannedAsync(IProgress<OutputLine> lines, Func<ImmutableList<OutputLine>> seen, Action<string>? onLine, CancellationToken cancellation)
    {
        var progress = new Lines<string>(onLine);
        var step = new TrainStep(PlanFile, new HostSettings(Settings, "dotnet", Cache) { EngineReturn = EngineReturn }) { Output = lines };
        // Off this thread: a build may block it.
        return await Ending.OfAsync(async () => await Task.Run(() => step.RunAsync(progress, cancellation), CancellationToken.None).WaitAsync(Patience, CancellationToken.None), seen);
    }

    /// <summary>Only the image.</summary>
    public async Task<Ending> BuildAsync(Action<string>? onLine = null, CancellationToken cancellation = default)
    {
        await WritePlanAsync(run => run);
        var step = new ImageStep(PlanFile, Cache);
        return await Ending.OfAsync(
            async () =>
            {
                await Task.Run(() => step.RunAsync(ImageWish.True, Settings, new Lines<string>(onLine), cancellation), CancellationToken.None).WaitAsync(Patience, CancellationToken.None);
                return null;
            },
            () => []);
    }

    public async ValueTask DisposeAsync()
    {
        _helpers.ForEach(helper => helper.Dispose());
        if (Daemon is not null)
            await Daemon.StartAsync(liveRestore: false);
        if (_image is not null && _hasOwnImage && File.Exists(PlanFile))
            await new ImageStep(PlanFile, Cache).CleanAsync(Daemon?.Settings ?? HostEnvironment.EngineSettings, CancellationToken.None);
        Project.Dispose();
    }

    private sealed class LastLine : IProgress<OutputLine>
    {
        public OutputLine? Line { get; private set; }

        public void Report(OutputLine value) => Line = value;
    }

    private Relay At(Relay relay)
    {
        Relay = relay;
        LookAt(relay.Socket);
        return Keep(relay);
    }
}
