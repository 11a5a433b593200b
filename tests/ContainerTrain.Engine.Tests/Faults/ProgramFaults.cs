using System.Collections.Immutable;
using ContainerTrain.Inputs;
using ContainerTrain.Plan;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine.Tests.Faults;

/// <summary>What a program does, or what is done to it.</summary>
internal static class ProgramFaults
{
    private const string Phase = "training";

    private static readonly string[] Awkward = ["", " ", "\n", "a\nb", "\r", "\t", "\"", "'", "\\", "a\\", "$HOME", "${PATH}", "$(id)", "`id`", "%20", "#", "\u2028", "漢字 🚂", "--flag", "a=b", "<&>", new('x', 20_000)];

    public static readonly ImmutableArray<Fault> All =
    [
        new(Phase, "The program ends with an exit code", "exit 3", "CT4001", scene => scene.TrainAsync("out=before", "exit=3")) { Engines = Fault.Everywhere },
        new(Phase, "The program throws an exception that nothing catches", "InvalidOperationException", "CT4005, signal 6", scene => scene.TrainAsync("out=before", "throw=the reason")) { Engines = Fault.Everywhere },
        new(Phase, "The program's stack overflows", "endless recursion", "CT4005, signal 6", scene => scene.TrainAsync("out=before", "overflow")) { Engines = Fault.Everywhere },
        new(Phase, "The program crashes in native code", "a write to address 16", "CT4005, signal 11", scene => scene.TrainAsync("out=before", "segv")) { Engines = Fault.Everywhere },
        new(Phase, "A native library aborts", "abort()", "CT4005, signal 6", scene => scene.TrainAsync("out=before", "abort")) { Engines = Fault.Everywhere },
        new(Phase, "The program ends with 137 by itself", "exit 137, which is no lack of memory", "CT4005, signal 9", scene => scene.TrainAsync("out=before", "exit=137")) { Engines = Fault.Everywhere },
        new(Phase, "The program outgrows its memory", "600 MB with TrainMemory=128m", "CT4002", scene =>
            scene.TrainAsync(run => run with { Memory = "128m" }, onLine: null, FaultScene.Cancellation, "out=before", "allocate=600")),
        new(Phase, "Somebody kills the program", "SIGKILL from outside", "CT4005, signal 9", scene => scene.TrainAsync(Once("ready", () => KillAsync(scene)), "out=ready", "sleep")) { Engines = Fault.Everywhere },
        new(Phase, "A child outlives the program and holds its output open", "a process that sleeps on", "success", scene => scene.TrainAsync("orphan=600", "out=done")) { Engines = Fault.Everywhere },
        new(Phase, "The program closes its output and works on", "a second without streams", "success", scene =>
            scene.TrainAsync("close-output", "sleep=1000", "text=late.txt=late")) { Engines = Fault.Everywhere },
        new(Phase, "Two trainings of one project at once", "both print, one fails", "CT4001", async scene =>
        {
            await scene.WritePlanAsync(run => run, "report", "exit=1");
            var both = await Task.WhenAll(scene.TrainAsPlannedAsync(null, FaultScene.Cancellation), scene.TrainAsPlannedAsync(null, FaultScene.Cancellation));
            Assert.NotEqual(both[0].Result!.Folder.Id, both[1].Result!.Folder.Id);
            Assert.All(both, ending => Assert.Contains(ending.Result!.Folder.Id, ending.Texts[0], StringComparison.Ordinal));
            Assert.Equal(both[0].Text, both[1].Text);
            return both[0];
        })
        { Engines = Fault.Everywhere },
        new(Phase, "Values with every awkward character", "as hyperparameters: newlines, quotes, dollars, backslashes, 20 KB", "success", async scene =>
        {
            var ending = await scene.TrainAsync(run => run with { Hyperparameters = [.. Awkward.Select((value, i) => Hyperparameter($"p{i}", value))] }, onLine: null, FaultScene.Cancellation, "report");
            var seen = DummyTrainer.Report.Parse(ending.Texts[0]).Environment;
            Assert.Equal(Awkward, Awkward.Select((_, i) => seen[$"TRAIN_HP_P{i}"]));
            return ending;
        })
        { Engines = Fault.Everywhere },
        new(Phase, "A project path with every awkward character", "blanks, quotes, commas, colons, dollars, percent signs, Unicode", "success", scene =>
            scene.TrainAsync(run => run with { OutputRoot = scene.Project.Path("a b,c:d'e\"f$g%h#i&j;k 漢字 🚂/runs") }, onLine: null, FaultScene.Cancellation, "text=model.txt=x", "out=done"))
        { Engines = Fault.Everywhere },
    ];

    /// <summary>Does something when the program prints a line, on another thread.</summary>
    public static Action<string> Once(string line, Func<Task> action)
    {
        var isDone = 0;
        return seen =>
        {
            if (seen == line && Interlocked.Exchange(ref isDone, 1) == 0)
                _ = Task.Run(action);
        };
    }

    private static async Task KillAsync(FaultScene scene)
    {
        if (scene.Kind == EngineKind.Process)
        {
            foreach (var process in FaultChecks.ProcessesOf(scene))
                _ = Posix.Kill(process, 9);
            return;
        }
        foreach (var container in await scene.Engine.ContainersOfAsync(scene.ProjectFile))
            await scene.Engine.Client.Containers.KillContainerAsync(container, new ContainerKillParameters { Signal = "SIGKILL" });
    }

    private static InputItem Hyperparameter(string name, string value)
    {
        var item = new InputItem(name);
        return item with { Metadata = item.Metadata.Add("Value", value) };
    }
}
