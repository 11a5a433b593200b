using System.Collections.Immutable;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine.Tests.Faults;

/// <summary>Ctrl-C and TrainTimeout.</summary>
internal static class StopFaults
{
    private const string Phase = "stopping";

    public static readonly ImmutableArray<Fault> All =
    [
        new(Phase, "Ctrl-C before anything", "canceled before the build begins", "CT3010", async scene =>
        {
            using var canceled = new CancellationTokenSource();
            await canceled.CancelAsync();
            return await scene.TrainAsync(run => run, onLine: null, canceled.Token, "sleep");
        })
        { OnProcess = "CT4004", Engines = Fault.Everywhere },
        new(Phase, "Ctrl-C, and the program saves its work", "a file written after SIGTERM", "CT4004", async scene =>
        {
            var ending = await scene.TrainAndSaveAsync();
            Assert.Equal("saved\n", await File.ReadAllTextAsync(Path.Join(ending.Result!.Folder.Path, "saved.txt")));
            return ending;
        })
        { Engines = Fault.Everywhere },
        new(Phase, "Ctrl-C, and the program ignores it", "SIGTERM ignored, a grace of a second", "CT4004", scene => scene.TrainAndCancelAsync("ignore-sigterm", "out=ready", "sleep")) { Engines = Fault.Everywhere },
        new(Phase, "Ctrl-C while the program floods its log", "canceled in the middle of the output", "CT4004", async scene =>
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(FaultScene.Cancellation);
            return await scene.TrainAsync(run => run with { StopGrace = "1" }, line => { if (line == "ready") cancel.CancelAfter(300); }, cancel.Token, "out=ready", "flood=2000", "sleep");
        })
        { Engines = Fault.Everywhere },
        new(Phase, "Ctrl-C while the program is frozen", "the container paused", "CT4004", async scene =>
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(FaultScene.Cancellation);
            return await scene.TrainAsync(
                run => run with { StopGrace = "1" },
                ProgramFaults.Once("ready", async () =>
                {
                    foreach (var container in await scene.Engine.ContainersOfAsync(scene.ProjectFile))
                        await scene.Engine.Client.Containers.PauseContainerAsync(container, CancellationToken.None);
                    await cancel.CancelAsync();
                }),
                cancel.Token, "out=ready", "sleep");
        }),
        new(Phase, "The time is over", "TrainTimeout=2", "CT4003", scene => scene.TrainAsync(run => run with { Timeout = "2", StopGrace = "1" }, onLine: null, FaultScene.Cancellation, "out=before", "sleep")) { Engines = Fault.Everywhere },
        new(Phase, "The time is over, and the program ignores it", "TrainTimeout=2, SIGTERM ignored", "CT4003", scene =>
            scene.TrainAsync(run => run with { Timeout = "2", StopGrace = "1" }, onLine: null, FaultScene.Cancellation, "ignore-sigterm", "out=before", "sleep"))
        { Engines = Fault.Everywhere },
    ];
}
