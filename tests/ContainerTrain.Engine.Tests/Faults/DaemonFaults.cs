using System.Collections.Immutable;
using ContainerTrain.Inputs;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine.Tests.Faults;

/// <summary>What happens to a Docker daemon itself, which only a daemon of the tests' own may suffer.</summary>
internal static class DaemonFaults
{
    private const string Phase = "daemon";

    public static readonly ImmutableArray<Fault> All =
    [
        Own("The daemon is stopped while an instruction runs", "SIGTERM to dockerd in a RUN that sleeps", "CT3005", (scene, docker) =>
        {
            scene.BuildOwnImage(image => image with { Instructions = [Instruction("RUN echo started && sleep 600")] });
            return scene.BuildAsync(OnceContains("sleep 600", docker.StopAsync));
        }),
        Own("The daemon is killed while the program runs", "SIGKILL to dockerd", "CT4007", (scene, docker) =>
            scene.TrainAsync(ProgramFaults.Once("ready", docker.KillAsync), "out=ready", "sleep")),
        Own("The daemon is stopped while the program runs", "SIGTERM to dockerd", "CT4007", (scene, docker) =>
            scene.TrainAsync(ProgramFaults.Once("ready", docker.StopAsync), "out=ready", "sleep")),
        Own("The daemon is killed and comes back, and the program went on", "SIGKILL to dockerd with live-restore, then started", "success", async (scene, docker) =>
        {
            await docker.StopAsync();
            await docker.StartAsync(liveRestore: true);
            scene.EngineReturn = TimeSpan.FromSeconds(50);
            var ending = await scene.TrainAsync(ProgramFaults.Once("ready", () => RestartAsync(docker, liveRestore: true)), "out=ready", "sleep=5000", "out=meanwhile", "sleep=5000", "out=done");
            await docker.StopAsync();
            Assert.Equal(["ready", "meanwhile", "done"], ending.Texts);
            return ending;
        }),
        Own("The daemon is killed and comes back, and ended the program", "SIGKILL to dockerd without live-restore, then started", "CT4005, signal 9", (scene, docker) =>
        {
            scene.EngineReturn = TimeSpan.FromSeconds(50);
            return scene.TrainAsync(ProgramFaults.Once("ready", () => RestartAsync(docker, liveRestore: false)), "out=ready", "sleep");
        }),
    ];

    private static async Task RestartAsync(PrivateDocker docker, bool liveRestore)
    {
        await docker.KillAsync();
        await docker.StartAsync(liveRestore);
    }

    private static Fault Own(string name, string done, string expected, Func<FaultScene, PrivateDocker, Task<Ending>> act) =>
        new(Phase, name, done, expected, scene => act(scene, scene.Daemon!)) { Engines = [EngineKind.Docker], NeedsOwnDaemon = true };

    private static Action<string> OnceContains(string text, Func<Task> action)
    {
        var once = ProgramFaults.Once("", action);
        return line => { if (line.Contains(text, StringComparison.Ordinal)) once(""); };
    }

    private static InputItem Instruction(string text)
    {
        var item = new InputItem(text);
        return item with { Metadata = item.Metadata.Add("Stage", "app").Add("Position", "after") };
    }
}
