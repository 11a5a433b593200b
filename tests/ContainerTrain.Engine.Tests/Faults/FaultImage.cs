using ContainerTrain.Inputs;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine.Tests.Faults;

/// <summary>The dummy trainer's image on one engine, built once; and stamps by which a project takes it for its own.</summary>
public abstract class FaultImage : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly Lazy<Task<BuiltImage>> _built;
    private readonly Lazy<ImageInputs> _inputs;

    protected FaultImage(ContainerEngine engine)
    {
        Engine = engine;
        _inputs = new Lazy<ImageInputs>(() => Dummy.Inputs(_folder).Image);
        _built = new Lazy<Task<BuiltImage>>(() => engine.BuildAsync(Dummy.Plan(Dummy.Inputs(_folder) with { Image = Inputs }).Image));
        Cache = engine.NewCache();
    }

    public ContainerEngine Engine { get; }

    public ImageInputs Inputs => _inputs.Value;

    public BuildCache Cache { get; }

    public Task<BuiltImage> BuiltAsync() => _built.Value;

    /// <summary>What a build of this plan would have written had it found its engine by these settings.</summary>
    public async Task<ImageStamp> StampAsync(TrainPlan plan, EngineSettings settings) => new()
    {
        Settings = settings,
        Endpoint = EngineLocator.Candidates(plan.Run.Engine, settings)[0].Address.OriginalString,
        Key = plan.ImageKey,
        Reference = plan.Image.References[0],
        BaseReference = plan.Image.PullReference,
        Image = await BuiltAsync(),
        Settled = [],
        Files = [],
    };

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}

public sealed class DockerFaultImage(DockerEngine engine) : FaultImage(engine);

public sealed class PodmanFaultImage(PodmanEngine engine) : FaultImage(engine);
