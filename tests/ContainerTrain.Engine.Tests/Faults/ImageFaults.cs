using System.Collections.Immutable;
using ContainerTrain.Inputs;
using ContainerTrain.Plan;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine.Tests.Faults;

/// <summary>While the image is built, and until the next build of it.</summary>
internal static class ImageFaults
{
    private const string Phase = "building the image";

    private static readonly ImmutableArray<EngineKind> OnDocker = [EngineKind.Docker];

    public static readonly ImmutableArray<Fault> All =
    [
        Registry("The registry has no such image", "404 to the manifest", Relay.Response(404, """{"errors":[{"code":"MANIFEST_UNKNOWN","message":"unknown"}]}""")),
        Registry("The registry fails", "500 to everything", Relay.Response(500, "oh")),
        Registry("The registry wants a login", "401 without a way to get one", Relay.Response(401, """{"errors":[{"code":"UNAUTHORIZED","message":"login"}]}""")),
        Registry("The registry has had too many requests", "429 to the manifest", Relay.Response(429, """{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}""")),
        Registry("The registry resets connections", "closed when the manifest is asked for", ""),
        Registry("The registry's manifest is garbage", "HTML in place of a manifest", Relay.Response(200, "<html>proxy</html>")),
        new(Phase, "Ctrl-C while a slow registry is asked", "canceled when the registry has been asked, which never answers", "CT3010", async scene =>
        {
            scene.RequireEngineOfThisMachine();
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(FaultScene.Cancellation);
            var registry = scene.Keep(new FakeRegistry(answer: null, () => cancel.Cancel()));
            scene.BuildOwnImage(image => image with { RegistryMirror = registry.Host });
            return await scene.BuildAsync(onLine: null, cancel.Token);
        })
        { Engines = OnDocker },
        new(Phase, "No registry answers", "a port that nobody listens on", "CT3003", scene =>
        {
            scene.BuildOwnImage(image => image with { RegistryMirror = "localhost:1" });
            return scene.BuildAsync();
        }),
        new(Phase, "An instruction of the project fails", "RUN exit 7", "CT3004", scene =>
        {
            scene.BuildOwnImage(image => image with { Instructions = [Instruction("RUN echo \"the sum is $((40 + 2))\" && exit 7")] });
            return scene.BuildAsync();
        }),
        new(Phase, "A file of the program is gone", "deleted before the image is built", "CT2004", async scene =>
        {
            scene.BuildOwnImage(image => image with { Files = image.Files.Add(new InputFile(scene.Project.Write("gone.dll", "x"), "gone.dll", FileOrigin.Project)) });
            await scene.WritePlanAsync(run => run);
            File.Delete(scene.Project.Path("gone.dll"));
            return await scene.TrainAsPlannedAsync(onLine: null, FaultScene.Cancellation);
        }),
        new(Phase, "The engine goes away while the image is sent", "cut off at the request that carries it", "CT3005", scene =>
        {
            scene.BuildOwnImage();
            var relay = scene.ThroughRelay();
            relay.On("POST /images/load", exchange => { exchange.Cut(); return Task.CompletedTask; });
            relay.On("POST /build", exchange => { exchange.Cut(); return Task.CompletedTask; });
            return scene.TrainAsync("out=ran");
        }),
        new(Phase, "The engine goes away while it answers for the image", "the answer cut off after 200 bytes", "CT3005", scene =>
        {
            scene.BuildOwnImage();
            scene.ThroughRelay().On("GET /images/", exchange => { exchange.Truncate(200); return Task.CompletedTask; });
            return scene.TrainAsync("out=ran");
        }),
        new(Phase, "The engine's disk is full", "500 with its words to the request that carries the image", "CT3005", async scene =>
        {
            scene.BuildOwnImage();
            var answer = Relay.Response(500, """{"message":"write /var/lib/docker: no space left on device"}""");
            scene.ThroughRelay().Answer("POST /images/load", answer).Answer("POST /build", answer);
            var ending = await scene.BuildAsync();
            Assert.Contains("no space left on device", ending.Words, StringComparison.Ordinal);
            return ending;
        }),
        new(Phase, "The engine's answer to the image is garbage", "HTML with status 200", "CT3004", scene =>
        {
            scene.BuildOwnImage();
            scene.ThroughRelay().Answer("POST /images/load", Relay.Response(200, "<html>proxy</html>")).Answer("POST /build", Relay.Response(200, "<html>proxy</html>"));
            return scene.BuildAsync();
        }),
        new(Phase, "Ctrl-C while an instruction runs", "canceled in a RUN that sleeps", "CT3010", async scene =>
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(FaultScene.Cancellation);
            scene.BuildOwnImage(image => image with { Instructions = [Instruction("RUN echo started && sleep 600")] });
            return await scene.BuildAsync(line => { if (line.Contains("sleep 600", StringComparison.Ordinal)) cancel.CancelAfter(200); }, cancel.Token);
        }),
        new(Phase, "The image is deleted between build and training", "docker rmi, with all that it stands on", "success", async scene =>
        {
            scene.BuildOwnImage();
            await scene.BuildAsync();
            await new ImageStep(scene.PlanFile, scene.Cache).CleanAsync(scene.Settings, CancellationToken.None);
            return await scene.TrainAsync("out=ran");
        }),
        new(Phase, "The stamp of the last build is damaged", "cut off in the middle", "success", async scene =>
        {
            scene.BuildOwnImage();
            await scene.BuildAsync();
            var stamp = await File.ReadAllTextAsync(scene.ImageStampFile);
            await File.WriteAllTextAsync(scene.ImageStampFile, stamp[..(stamp.Length / 2)]);
            return await scene.TrainAsync("out=ran");
        }),
        new(Phase, "The user's cache is damaged", "garbage in each of its files", "success", async scene =>
        {
            scene.BuildOwnImage();
            await scene.BuildAsync();
            File.Delete(scene.ImageStampFile);
            foreach (var file in Directory.EnumerateFiles(scene.Project.Path("cache"), "*", SearchOption.AllDirectories))
                await File.WriteAllBytesAsync(file, [0xff, 0xfe, 0, 1, (byte)'{', (byte)'\n']);
            return await scene.TrainAsync("out=ran");
        }),
        new(Phase, "The clock is wrong", "a file of the program from the year 2037, then one from 1999", "success", async scene =>
        {
            var file = scene.Project.Write("note.txt", "new");
            scene.BuildOwnImage(image => image with { Files = image.Files.Add(new InputFile(file, "note.txt", FileOrigin.Project)) });
            File.SetLastWriteTimeUtc(file, new DateTime(2037, 1, 1, 0, 0, 0, DateTimeKind.Utc));
            await scene.BuildAsync();
            await File.WriteAllTextAsync(file, "old");
            File.SetLastWriteTimeUtc(file, new DateTime(1999, 1, 1, 0, 0, 0, DateTimeKind.Utc));
            var ending = await scene.TrainAsync("read=/app/note.txt");
            Assert.Equal("old", ending.Texts[0]);
            return ending;
        }),
        new(Phase, "Two builds of one project at once", "both from nothing", "success", async scene =>
        {
            scene.BuildOwnImage();
            await scene.WritePlanAsync(run => run, "out=ran");
            var both = await Task.WhenAll(scene.TrainAsPlannedAsync(null, FaultScene.Cancellation), scene.TrainAsPlannedAsync(null, FaultScene.Cancellation));
            Assert.Equal("success", both[0].Text);
            return both[1];
        }),
        new(Phase, "The base image's name moves to another image", "tagged anew between two builds", "success", async scene =>
        {
            var tag = $"localhost:1/containertrain-tests/base-{Guid.NewGuid():n}";
            var image = (await scene.Image.BuiltAsync()).BaseImageId;
            await TagAsync(scene, image, tag);
            try
            {
                scene.BuildOwnImage(image => image with { BaseImage = tag + ":1", RegistryMirror = "" });
                await scene.BuildAsync();
                var before = ImageStamp.Read(scene.ImageStampFile)!.Image;
                await TagAsync(scene, (await scene.Image.BuiltAsync()).Id, tag);
                var ending = await scene.BuildAsync();
                var after = ImageStamp.Read(scene.ImageStampFile)!.Image;
                Assert.NotEqual(before.BaseImageId, after.BaseImageId);
                Assert.NotEqual(before.Id, after.Id);
                return ending;
            }
            finally
            {
                await new ImageStep(scene.PlanFile, scene.Cache).CleanAsync(scene.Settings, CancellationToken.None);
                await scene.Engine.Client.Images.DeleteImageAsync(tag + ":1", new ImageDeleteParameters { Force = true }, CancellationToken.None);
            }
        }),
    ];

    private static Fault Registry(string name, string done, string answer) => new(Phase, name, done, "CT3003", scene =>
    {
        scene.RequireEngineOfThisMachine();
        var registry = scene.Keep(new FakeRegistry(answer, onRequest: null));
        scene.BuildOwnImage(image => image with { RegistryMirror = registry.Host });
        return scene.BuildAsync();
    })
    { Engines = OnDocker };

    private static Task TagAsync(FaultScene scene, string image, string tag) =>
        scene.Engine.Client.Images.TagImageAsync(image, new ImageTagParameters { RepositoryName = tag, Tag = "1" });

    private static InputItem Instruction(string text)
    {
        var item = new InputItem(text);
        return item with { Metadata = item.Metadata.Add("Stage", "app").Add("Position", "after") };
    }
}
