using System.Collections.Immutable;
using System.Diagnostics;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine.Tests.Faults;

/// <summary>What a program prints, and what becomes of its run folder.</summary>
internal static class OutputFaults
{
    private const string Phase = "output";

    public static readonly ImmutableArray<Fault> All =
    [
        new(Phase, "The program prints a very long log", "200 MB in lines of 100 bytes", "success", async scene =>
        {
            var ending = await scene.TrainQuietlyAsync("flood=200", "out=last");
            Assert.Equal(200_000_000 + "last\n".Length, new FileInfo(ending.Result!.Folder.Log).Length);
            return ending;
        })
        { Engines = Fault.Everywhere },
        new(Phase, "The program prints bytes that are no text", "all 256 values, lines around them", "success", async scene =>
        {
            var ending = await scene.TrainAsync("out=before", "hex=" + Convert.ToHexString([.. Enumerable.Range(0, 256).Select(value => (byte)value), (byte)'\n']), "out=after");
            Assert.Equal(("before", "after"), (ending.Texts[0], ending.Texts[^1]));
            return ending;
        })
        { Engines = Fault.Everywhere },
        new(Phase, "The program prints a line of a megabyte", "1,000,000 characters", "success", async scene =>
        {
            var ending = await scene.TrainAsync("long=1000000", "out=after");
            Assert.Equal(new string('x', 1_000_000) + "after", string.Concat(ending.Texts));
            return ending;
        })
        { Engines = Fault.Everywhere },
        new(Phase, "The last line has no end", "exit in the middle of it", "CT4001", async scene =>
        {
            var ending = await scene.TrainAsync("out=before", "partial=the last wor", "exit=3");
            Assert.Equal("the last wor", ending.Texts[^1]);
            return ending;
        })
        { Engines = Fault.Everywhere },
        new(Phase, "The disk of the run folder is full", "a file system of 1 MB, a log of 3 MB", "success CT4015 CT4015 CT4013", scene =>
            OnSmallDiskAsync(scene, "1m", "flood=3", "out=last"))
        { Engines = Fault.Everywhere },
        new(Phase, "The program fills the disk of the run folder", "a file system of 8 MB, a file of 16 MB", "CT4022 CT4015 CT4013", scene =>
            OnSmallDiskAsync(scene, "8m", "out=before", "fill=model.bin=16"))
        { Engines = Fault.Everywhere },
        new(Phase, "The run folder is removed while the program runs", "rm -r by somebody else", "success CT4015 CT4013", scene =>
            scene.TrainAsync(ProgramFaults.Once("ready", () => { RemoveRuns(scene); return Task.CompletedTask; }), "out=ready", "sleep=700", "out=last"))
        { Engines = Fault.Everywhere },
        new(Phase, "What the program reports is damaged", "half a JSON text in problems.json", "CT4100 CT4001", scene =>
            scene.TrainAsync("text=problems.json=[{\"code\":\"CT41", "exit=3"))
        { Engines = Fault.Everywhere },
        new(Phase, "The program's metrics are damaged", "half a line of metrics.jsonl, and bytes that are none", "success", scene =>
            scene.TrainAsync("text=metrics.jsonl={\"step\":1,\"loss\":0.5}\n{\"step\":2,\"lo", "out=last"))
        { Engines = Fault.Everywhere },
    ];

    private static async Task<Ending> OnSmallDiskAsync(FaultScene scene, string size, params string[] steps)
    {
        scene.RequireEngineOfThisMachine();
        Assert.SkipUnless(Environment.UserName == "root", "mounting a small file system needs root");
        var disk = Directory.CreateDirectory(scene.Project.Path("small")).FullName;
        await RunTool("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", disk);
        try
        {
            return await scene.TrainAsync(run => run with { OutputRoot = disk }, onLine: null, FaultScene.Cancellation, steps);
        }
        finally
        {
            await RunTool("umount", "--lazy", disk);
        }
    }

    private static void RemoveRuns(FaultScene scene)
    {
        foreach (var folder in Directory.EnumerateDirectories(scene.Project.Path("runs")))
        {
            if (new DirectoryInfo(folder).LinkTarget is null)
                Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunTool(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.SkipUnless(process.ExitCode == 0, $"'{program} {string.Join(' ', arguments)}' is not possible here");
    }
}
