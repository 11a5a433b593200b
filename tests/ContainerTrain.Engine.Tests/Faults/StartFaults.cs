using System.Collections.Immutable;
using ContainerTrain.Inputs;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine.Tests.Faults;

/// <summary>Between the image and the program's first instruction.</summary>
internal static class StartFaults
{
    private const string Phase = "starting";

    public static readonly ImmutableArray<Fault> All =
    [
        new(Phase, "The plan is cut off", "half of plan.json", "CT2005", async scene =>
        {
            await scene.WritePlanAsync(run => run);
            var text = await File.ReadAllTextAsync(scene.PlanFile);
            await File.WriteAllTextAsync(scene.PlanFile, text[..(text.Length / 2)]);
            return await scene.TrainAsPlannedAsync(onLine: null, FaultScene.Cancellation);
        })
        { Engines = Fault.Everywhere },
        new(Phase, "Data is gone since the build", "the folder of a TrainData item deleted", "CT1004", async scene =>
        {
            scene.Project.Write("data/x.csv", "x");
            await scene.WritePlanAsync(run => run with { Data = [new InputItem("data")] });
            Directory.Delete(scene.Project.Path("data"), recursive: true);
            return await scene.TrainAsPlannedAsync(onLine: null, FaultScene.Cancellation);
        })
        { Engines = Fault.Everywhere },
        new(Phase, "The output root is a file", "TrainOutputRoot names a file", "CT4008", scene =>
        {
            scene.Project.Write("taken", "x");
            return scene.TrainAsync(run => run with { OutputRoot = scene.Project.Path("taken") }, onLine: null, FaultScene.Cancellation, "out=ran");
        })
        { Engines = Fault.Everywhere },
        new(Phase, "The network does not exist", "TrainNetwork names none", "CT4006", scene =>
            scene.TrainAsync(run => run with { Network = "containertrain-no-such-network" }, onLine: null, FaultScene.Cancellation, "out=ran")),
        new(Phase, "The user does not exist", "TrainUser names none", "CT4006", scene =>
            scene.TrainAsync(run => run with { User = "containertrain-no-such-user" }, onLine: null, FaultScene.Cancellation, "out=ran")),
        new(Phase, "The image is deleted between its build and its container", "404 when the container is asked for", "CT4023", async scene =>
        {
            scene.ThroughRelay().Answer("POST /containers/create", Relay.Response(404, """{"message":"No such image: sha256:0"}"""))
                .Answer("containers/create", Relay.Response(404, """{"message":"No such image: sha256:0"}"""));
            return await scene.TrainAsync("out=ran");
        }),
        new(Phase, "The program does not exist", "ContainerAppCommand names a file that is not in the image", "CT4025", scene =>
        {
            scene.BuildOwnImage(image => image with { AppCommand = ["/no/such/program"] });
            return scene.TrainAsync("out=ran");
        }),
        new(Phase, "The program is not executable", "ContainerAppCommand names a file without the mode", "CT4026", scene =>
        {
            scene.BuildOwnImage(image => image with { AppCommand = ["/app/library.txt"] });
            return scene.TrainAsync("out=ran");
        }),
        new(Phase, "The engine refuses to start the container", "500 to the start", "CT4006", scene =>
        {
            scene.ThroughRelay().Answer("/start", Relay.Response(500, """{"message":"the device is on fire"}"""));
            return scene.TrainAsync("out=ran");
        }),
        new(Phase, "The engine's answer to the container's creation is garbage", "HTML in place of JSON", "CT4007", scene =>
        {
            scene.ThroughRelay().Answer("/containers/create", Relay.Response(201, "<html>proxy</html>"));
            return scene.TrainAsync("out=ran");
        }),
        new(Phase, "Ctrl-C before the container is created", "canceled when the engine is asked for it", "CT4004", async scene =>
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(FaultScene.Cancellation);
            scene.ThroughRelay().On("/containers/create", _ => cancel.CancelAsync());
            return await scene.TrainAsync(run => run with { StopGrace = "1" }, onLine: null, cancel.Token, "sleep");
        }),
        new(Phase, "Ctrl-C while the container starts", "canceled when the start is asked for", "CT4004", async scene =>
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(FaultScene.Cancellation);
            scene.ThroughRelay().On("/start", _ => cancel.CancelAsync());
            return await scene.TrainAsync(run => run with { StopGrace = "1" }, onLine: null, cancel.Token, "sleep");
        }),
    ];
}
