using System.Collections.Immutable;
using ContainerTrain.Plan;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine.Tests.Faults;

/// <summary>An engine that goes away, stammers or forgets while a training runs on it.</summary>
internal static class EngineFaults
{
    private const string Phase = "engine while training";

    public static readonly ImmutableArray<Fault> All =
    [
        new(Phase, "Somebody removes the container", "docker rm --force", "CT4007", async scene =>
        {
            var ending = await scene.TrainAsync(
                ProgramFaults.Once("ready", async () =>
                {
                    foreach (var container in await scene.Engine.ContainersOfAsync(scene.ProjectFile))
                        await scene.Engine.Client.Containers.RemoveContainerAsync(container, new ContainerRemoveParameters { Force = true });
                }),
                "out=ready", "sleep");
            // Which of the two depends on how far the removal is when the engine is asked how the program ended.
            Assert.Contains(ending.Text, (IEnumerable<string>)["CT4007", "CT4005, signal 9"]);
            return ending with { Text = "CT4007" };
        }),
        new(Phase, "The engine answers slowly", "each answer a second late", "success", scene =>
        {
            scene.ThroughRelay().On("", _ => Task.Delay(300, FaultScene.Cancellation));
            return scene.TrainAsync("out=ran");
        }),
        new(Phase, "The engine goes away while the container is created", "cut off at the request", "CT4007", scene => CutAtAsync(scene, "/containers/create")),
        new(Phase, "The engine goes away while the container starts", "cut off at the request", "CT4007", scene => CutAtAsync(scene, "/start")),
        new(Phase, "The engine goes away while the program prints", "cut off when its line has come", "CT4007", scene =>
        {
            var relay = scene.ThroughRelay();
            return scene.TrainAsync(ProgramFaults.Once("ready", () => { relay.Cut(); return Task.CompletedTask; }), "out=ready", "sleep");
        }),
        new(Phase, "The engine goes away when the program has ended", "cut off at the question how it ended", "CT4007", scene => CutAtAsync(scene, "/wait")),
        new(Phase, "The engine goes away before the container is removed", "cut off at the removal", "success", scene => CutAtAsync(scene, "DELETE /containers/")),
    ];

    private static Task<Ending> CutAtAsync(FaultScene scene, string request)
    {
        scene.ThroughRelay().On(request, exchange => { exchange.Cut(); return Task.CompletedTask; });
        return scene.TrainAsync("out=ran");
    }
}
