using System.Formats.Tar;
using ContainerTrain.Outcome;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine.Tests;

/// <summary>The contract on an engine that does not see this host's folders.</summary>
public sealed class RemoteDockerTrainRunner(RemoteDockerEngine engine) : ContainerRunnerContract(engine)
{
    private readonly RemoteDockerEngine _engine = engine;

    protected override ITrainRunner Runner => new RemoteRunner(_engine.Connection, new Lines<string>());

    // The connection is the same that other engines prove; each run makes volumes.
    protected override int Repeats => 4;

    protected override IReadOnlyDictionary<string, bool> OwnMounts { get; } = new Dictionary<string, bool>
    {
        ["/train/output"] = false,
        ["/train/output/checkpoints"] = false,
        ["/train/checkpoints"] = false,
        ["/train/config"] = true,
    };

    protected override async Task<IReadOnlyList<string>> LeftoversAsync() =>
        [.. await base.LeftoversAsync(), .. await RemoteRuns.VolumesOfAsync(_engine, ProjectFile)];

    protected override void Place(RunFolder folder, string name)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name));
        tar.Position = 0;
        _engine.Client.Containers.ExtractArchiveToContainerAsync(
            $"train-{folder.Id}", new CopyToContainerParameters { Path = "/train/output" }, tar, Cancellation).GetAwaiter().GetResult();
    }
}
