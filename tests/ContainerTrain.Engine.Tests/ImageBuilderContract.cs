using System.Collections.Immutable;
using System.Formats.Tar;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;
using ContainerTrain.Plan;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine.Tests;

/// <summary>What an image is, whichever engine and builder made it.</summary>
public abstract class ImageBuilderContract(ContainerEngine engine) : IAsyncLifetime
{
    private readonly TestFolder _project = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The builder under test.</summary>
    protected abstract Task<IImageBuilder> SelectAsync(ImagePlan image, BuildCache cache, IProgress<string> progress);

    public ValueTask InitializeAsync()
    {
        _ = engine.Connection; // skips without an engine
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _project.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task TheImageHasExactlyThePlannedFiles()
    {
        var image = Plan(same => same,
        [
            AppFile("App.dll", "program"),
            AppFile("empty.txt", ""),
            AppFile("deep/er/file.txt", "deep"),
            AppFile("with space.txt", "space"),
            AppFile("ünï 漢字.txt", "unicode"),
            AppFile("$HOME ${x} `id`.txt", "dollar"),
            AppFile("[a]*?.txt", "pattern"),
            AppFile("#hash", "hash"),
            AppFile("-dash", "dash"),
            AppFile("'quote\"s'", "quotes"),
            AppFile(".dockerignore", "**"),
            AppFile("Dockerfile", "FROM scratch"),
            new InputFile(_project.Write("lib/Some.dll", "library"), "Some.dll", FileOrigin.PackageLibrary, "Some.Library", "1.0.0"),
            new InputFile(_project.Write("lib/libsome.so", "native"), "libsome.so", FileOrigin.PackageNative, "Some.Native", "2.0.0"),
            new InputFile(_project.Write("lib/libother.so", "native"), "libother.so", FileOrigin.PackageNative, "Other.Native", "3.0.0"),
        ]);

        var built = await BuildAsync(image);

        var expected = image.Layers.SelectMany(layer => layer.Files).ToDictionary(file => "app/" + file.Target, file => File.ReadAllText(file.Source));
        var seen = await FilesOfAsync(built.Id, "/app");
        Assert.Equal(
            expected.OrderBy(pair => pair.Key, StringComparer.Ordinal),
            seen.ToDictionary(file => file.Name, file => file.Text).OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task ModesAndOwnersDoNotDependOnTheBuildersUmask()
    {
        var closed = AppFile("closed.txt", "x");
        File.SetUnixFileMode(closed.Source, UnixFileMode.UserRead);
        var open = AppFile("open.txt", "x");
        File.SetUnixFileMode(open.Source, (UnixFileMode)0b110_110_110);
        var script = AppFile("run.sh", "x");
        File.SetUnixFileMode(script.Source, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var built = await BuildAsync(Plan(same => same, [closed, open, script]));

        var seen = await FilesOfAsync(built.Id, "/app");
        // Podman copies files out of a container under the name of the container's user.
        var owner = IsPodman ? "1654:1654" : "0:0";
        Assert.Equal(
            [("app/closed.txt", "644", owner), ("app/open.txt", "644", owner), ("app/run.sh", "755", owner)],
            seen.Where(file => file.Name != "app/library.txt").Select(file => (file.Name, Convert.ToString((int)file.Mode, 8), file.Owner)));
    }

    [Fact]
    public async Task TheConfigurationIsThePlans()
    {
        const string awkward = "a \"quoted\" $HOME ${PATH} \\ 'single' ünï `id` %20 #x";
        var image = Plan(image => image with
        {
            WorkingDirectory = "/srv/my app",
            User = "1234:5678",
            AppCommand = ["/usr/bin/env", "two words", awkward],
            DefaultArgs = ["--default", awkward],
            Environment = [Item("PLAIN", "1"), Item("AWKWARD", awkward), Item("EMPTY", "")],
            Labels = [Item("org.example.note", awkward)],
            Ports = [new InputItem("8080"), new InputItem("53") { Metadata = new InputItem("").Metadata.Add("Type", "udp") }],
            Volumes = [new InputItem("/data"), new InputItem("/a $b \"c\" 'd' \\e")],
            Healthcheck = "test -f '/a $b \"c\"'",
            HealthcheckInterval = "1m",
            HealthcheckTimeout = "1500ms",
            HealthcheckRetries = "2",
            StopSignal = "SIGINT",
        });

        var built = await BuildAsync(image);

        var config = (await engine.Client.Images.InspectImageAsync(built.Id, Cancellation)).Config!;
        Assert.Equal(["/usr/bin/env", "two words", awkward], config.Entrypoint);
        Assert.Equal(["--default", awkward], config.Cmd);
        Assert.Equal(("/srv/my app", "1234:5678"), (config.WorkingDir, config.User));
        Assert.Superset(new HashSet<string> { "PLAIN=1", "AWKWARD=" + awkward, "EMPTY=" }, config.Env!.ToHashSet());
        Assert.Equal(awkward, config.Labels!["org.example.note"]);
        Assert.Superset(new HashSet<string> { "8080/tcp", "53/udp" }, config.ExposedPorts!.Keys.ToHashSet());
        Assert.Equal(["/a $b \"c\" 'd' \\e", "/data"], config.Volumes!.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("SIGINT", config.StopSignal);
        var healthcheck = await engine.HealthcheckOfAsync(built.Id);
        Assert.Equal(["CMD", "test", "-f", "/a $b \"c\""], healthcheck["Test"]!.AsArray().Select(word => word!.GetValue<string>()));
        Assert.Equal((60_000_000_000, 1_500_000_000, 2), (healthcheck["Interval"]!.GetValue<long>(), healthcheck["Timeout"]!.GetValue<long>(), healthcheck["Retries"]!.GetValue<int>()));
        Assert.Contains("srv/my app/".Split('/')[1] + "/library.txt", (await FilesOfAsync(built.Id, "/srv/my app")).Select(file => file.Name));
    }

    [Fact]
    public async Task TheFilesThatTheProjectAddsHaveTheirPlaceOwnerAndMode()
    {
        var image = Plan(image => image with
        {
            ExtraFiles =
            [
                Extra("own.txt", ("TargetPath", "extra/own.txt"), ("Owner", "1000:1001"), ("Mode", "640")),
                Extra("etc.conf", ("TargetPath", "/opt/my conf/"), ("Owner", "7")),
                Extra("ca.crt", ("TargetPath", "/opt/ca/x.crt"), ("Stage", "system"), ("Mode", "600")),
            ],
            Instructions = [Instruction("RUN cp /opt/ca/x.crt /opt/ca/y.crt", "system")],
        });

        var built = await BuildAsync(image);

        var seen = (await FilesOfAsync(built.Id, "/opt")).Concat(await FilesOfAsync(built.Id, "/app/extra"));
        string[] owners = IsPodman ? ["1654:1654", "1654:1654", "1654:1654"] : ["0:0", "7:7", "1000:1001"];
        Assert.Equal(
            [("opt/ca/x.crt", "600", owners[0], "ca.crt"), ("opt/ca/y.crt", "600", owners[0], "ca.crt"), ("opt/my conf/etc.conf", "644", owners[1], "etc.conf"), ("extra/own.txt", "640", owners[2], "own.txt")],
            seen.Select(file => (file.Name, Convert.ToString((int)file.Mode, 8), file.Owner, file.Text)));
    }

    [Fact]
    public async Task AnImageWithoutAProgramKeepsWhatItDoesNotSay()
    {
        var image = Plan(image => image with { AppCommandInstruction = "None", Shell = "/bin/sh -e -c", StopSignal = "9", Files = [], ExtraFiles = [Extra("main.py", ("TargetPath", "."))] }, isProgram: false);
        var below = await engine.BuildAsync(Plan(image => image with { User = "12:13", Entrypoint = ["/in it"], AppCommand = ["a b"], Healthcheck = "true" }));
        await engine.Client.Images.TagImageAsync(below.Id, new ImageTagParameters { RepositoryName = image.References[0].Split(':')[0] + "-below", Tag = "1" }, Cancellation);
        image = image with { PullReference = image.References[0].Split(':')[0] + "-below:1" };

        var built = await BuildAsync(image);

        var config = (await engine.Client.Images.InspectImageAsync(built.Id, Cancellation)).Config!;
        await engine.Client.Images.DeleteImageAsync(image.PullReference, new ImageDeleteParameters(), Cancellation);
        Assert.Equal(("12:13", "/app", "9"), (config.User, config.WorkingDir, config.StopSignal));
        Assert.Equal(["/in it"], config.Entrypoint!);
        Assert.Equal(["a b"], config.Cmd!);
        Assert.Equal(["CMD", "true"], (await engine.HealthcheckOfAsync(built.Id))["Test"]!.AsArray().Select(word => word!.GetValue<string>()));
        if (!IsPodman)
            Assert.Equal(["/bin/sh", "-e", "-c"], config.Shell!);
        Assert.Contains("app/main.py", (await FilesOfAsync(built.Id, "/app")).Select(file => file.Name));
    }

    [Theory]
    [InlineData("ARG TRAIN_APP_IMAGE\nFROM $TRAIN_APP_IMAGE\nUSER 0\nRUN cp library.txt copy.txt", "app/copy.txt")]
    [InlineData("# escape=`\nARG TRAIN_DEPS_IMAGE\nFROM ${TRAIN_DEPS_IMAGE}\nCOPY `\n notes.txt /app/", "app/notes.txt")]
    [InlineData("ARG TRAIN_BASE_IMAGE\nFROM $TRAIN_BASE_IMAGE\nARG WORD\nRUN mkdir /app && echo $WORD > /app/word", "app/word")]
    public async Task ADockerfileOfTheProjectsOwnStandsOnWhatTheSdkMakes(string text, string file)
    {
        var image = Plan(image => image with
        {
            Dockerfile = _project.Write("Own.Dockerfile", text),
            ExtraFiles = [Extra("notes.txt", ("TargetPath", "notes.txt"))],
            BuildArguments = [Item("WORD", "it's")],
        });

        var built = await BuildAsync(image);

        Assert.Contains(file, (await FilesOfAsync(built.Id, "/app")).Select(found => found.Name));
        Assert.Equal(built.Id, (await engine.Client.Images.InspectImageAsync(image.References[0], Cancellation)).ID);
    }

    [Fact]
    public async Task TheImageHasEveryName()
    {
        var image = Plan(image => image with { Tags = "one;two" });

        var built = await BuildAsync(image);

        foreach (var reference in image.References)
            Assert.Equal(built.Id, (await engine.Client.Images.InspectImageAsync(reference, Cancellation)).ID);
    }

    [Fact]
    public async Task ASecondBuildMakesTheSameImage()
    {
        var image = Plan(same => same);

        var first = await BuildAsync(image);
        var second = await BuildAsync(image);

        Assert.Equal(first.DepsImage, second.DepsImage);
        // The engine's own builder decides what else goes into an id; Podman puts the time in.
        Assert.SkipWhen(IsPodman, "Podman's builder makes a new id at every build");
        Assert.Equal(first.Id, second.Id);
    }

    private bool IsPodman => engine.Connection.Version.Kind == EngineKind.Podman;

    [Fact]
    public async Task AChangedAppFileChangesNoLayerBelowTheApp()
    {
        var app = AppFile("App.dll", "one");
        var image = Plan(same => same, [app]);
        var before = await BuildAsync(image);
        File.WriteAllText(app.Source, "other");
        File.SetLastWriteTimeUtc(app.Source, DateTime.UtcNow.AddMinutes(1));

        var after = await BuildAsync(image, previous: before);

        Assert.NotEqual(before.Id, after.Id);
        Assert.Equal(before.DepsImage, after.DepsImage);
        var deps = await LayersOfAsync(before.DepsImage);
        Assert.Equal(deps, (await LayersOfAsync(after.Id)).Take(deps.Count));
        Assert.Equal("other", (await FilesOfAsync(after.Id, "/app")).Single(file => file.Name == "app/App.dll").Text);
    }

    [Fact]
    public async Task AChangedLibraryMakesANewDepsImage()
    {
        var library = new InputFile(_project.Write("lib/Some.dll", "one"), "Some.dll", FileOrigin.PackageLibrary, "Some.Library", "1.0.0");
        var image = Plan(same => same, [library]);
        var before = await BuildAsync(image);
        File.WriteAllText(library.Source, "other");
        File.SetLastWriteTimeUtc(library.Source, DateTime.UtcNow.AddMinutes(1));

        var after = await BuildAsync(image);

        Assert.NotEqual(before.DepsImage, after.DepsImage);
        Assert.Equal("other", (await FilesOfAsync(after.Id, "/app")).Single(file => file.Name == "app/Some.dll").Text);
    }

    [Fact]
    public async Task ADeletedImageIsMadeAgain()
    {
        var image = Plan(same => same);
        var before = await BuildAsync(image);
        await engine.Client.Images.DeleteImageAsync(image.References[0], new ImageDeleteParameters(), Cancellation);
        await engine.Client.Images.DeleteImageAsync(before.DepsImage, new ImageDeleteParameters(), Cancellation);

        var after = await BuildAsync(image, previous: before);

        Assert.Equal(after.Id, (await engine.Client.Images.InspectImageAsync(image.References[0], Cancellation)).ID);
    }

    [Fact]
    public async Task AMissingBaseImageIsCT3003()
    {
        var image = Plan(same => same) with { PullReference = "localhost:1/containertrain-tests/none:1" };

        var problem = Assert.Single((await Assert.ThrowsAsync<ProblemException>(() => BuildAsync(image))).Problems);

        Assert.Equal("CT3003", problem.Code.Id);
        Assert.Contains("localhost:1/containertrain-tests/none:1", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("system")]
    [InlineData("app")]
    public async Task AFailingInstructionIsCT3004WithItsOwnWords(string stage)
    {
        // The sum is in what the command prints, not in the instruction that an engine repeats.
        var image = Plan(image => image with { Instructions = [Instruction("RUN echo \"the reason is $((40 + 2))\" && exit 7", stage)] });

        var problem = Assert.Single((await Assert.ThrowsAsync<ProblemException>(() => BuildAsync(image))).Problems);

        Assert.Equal("CT3004", problem.Code.Id);
        Assert.Contains("the reason is 42", problem.Message, StringComparison.Ordinal);
        Assert.Contains("7", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMissingFileIsCT2004AndNoImage()
    {
        var file = AppFile("App.dll", "program");
        var image = Plan(same => same, [file]);
        File.Delete(file.Source);

        var problem = Assert.Single((await Assert.ThrowsAsync<ProblemException>(() => BuildAsync(image))).Problems);

        Assert.Equal("CT2004", problem.Code.Id);
        Assert.Null(new EngineImages(engine.Connection).Find(image.References[0], Cancellation));
    }

    [Theory]
    [InlineData("system")]
    [InlineData("app")]
    public async Task TheProjectsInstructionsAreDone(string stage)
    {
        var image = Plan(image => image with { Instructions = [Instruction("RUN mkdir /made && echo yes > /made/it", stage, "before"), Instruction("ENV MADE=it", stage)] });

        var built = await BuildAsync(image);

        Assert.Equal("yes\n", Assert.Single(await FilesOfAsync(built.Id, "/made")).Text);
        Assert.Contains("MADE=it", (await engine.Client.Images.InspectImageAsync(built.Id, Cancellation)).Config!.Env!);
    }

    [Fact]
    public async Task TwoBuildsAtOnceAreBothRight()
    {
        // One deps image, two applications: as when a solution builds its projects in parallel.
        var library = new InputFile(_project.Write("lib/Some.dll", $"{Guid.NewGuid()}"), "Some.dll", FileOrigin.PackageLibrary, "Some.Library", "1.0.0");
        var images = Enumerable.Range(0, 4).Select(i => Plan(same => same, [AppFile($"{i}/App.dll", $"app {i}"), library], shared: library)).ToArray();

        var built = await Task.WhenAll(images.Select(image => BuildAsync(image)));

        Assert.Single(built.Select(image => image.DepsImage).Distinct());
        for (var i = 0; i < built.Length; i++)
            Assert.Equal($"app {i}", (await FilesOfAsync(built[i].Id, "/app")).Single(file => file.Name.EndsWith("/App.dll", StringComparison.Ordinal)).Text);
    }

    [Fact]
    public async Task TheDepsImageThatWasPreparedIsTheOneThatTheImageStandsOn()
    {
        var library = new InputFile(_project.Write("lib/Some.dll", $"{Guid.NewGuid()}"), "Some.dll", FileOrigin.PackageLibrary, "Some.Library", "1.0.0");
        var native = new InputFile(_project.Write("lib/libsome.so", $"{Guid.NewGuid()}"), "libsome.so", FileOrigin.PackageNative, "Some.Native", "1.0.0");
        var image = Plan(same => same, [AppFile("App.dll", "program"), library, native], shared: library);
        var packagesOnly = image with { Layers = [.. image.Layers.Where(layer => layer.Kind.IsShared())] };
        var (early, late) = (new Lines<string>(), new Lines<string>());

        var prepared = await (await SelectAsync(packagesOnly, engine.NewCache(), early)).PrepareAsync(packagesOnly, early, Cancellation);
        var built = await BuildAsync(image, previous: null, late, Cancellation);

        Assert.Equal(prepared.Name, built.DepsImage);
        Assert.Contains(early.All, line => line.StartsWith("Building the deps image", StringComparison.Ordinal));
        Assert.DoesNotContain(late.All, line => line.StartsWith("Building the deps image", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnAnnouncedApplicationMakesTheSameImage()
    {
        var image = Plan(same => same, [AppFile("App.dll", $"{Guid.NewGuid()}")]);
        var lines = new Lines<string>();
        var plain = await BuildAsync(image);
        var builder = await SelectAsync(image, engine.NewCache(), lines);
        var below = await builder.PrepareAsync(image, lines, Cancellation);
        using (builder.Announce(Cancellation))
        {
            // Nothing follows: the engine drops it.
        }
        var next = await SelectAsync(image, engine.NewCache(), lines);
        using var announced = next.Announce(Cancellation);
        var built = await next.BuildAsync(image, below, previous: null, lines, Cancellation);
        Assert.Equal(plain.DepsImage, built.DepsImage);
        if (announced is not null)
            Assert.Equal(plain.Id, built.Id);
        Assert.Equal(built.Id, new EngineImages(engine.Connection).Find(image.References[0], Cancellation)!.Id);
    }

    [Fact]
    public async Task ADepsImageIsTheSameWhetherItIsHashedBeforeItIsSentOrMeanwhile()
    {
        // Longer than what is always hashed first.
        var path = _project.Write("lib/libsome.so", $"{Guid.NewGuid()}");
        using (var file = File.OpenWrite(path))
            file.SetLength(80_000_000);
        var image = Plan(same => same, [AppFile("App.dll", "program"), new InputFile(path, "libsome.so", FileOrigin.PackageNative, "Some.Native", "1.0.0")]);

        var meanwhile = await BuildAsync(image);
        var images = new EngineImages(engine.Connection);
        var id = images.Find(meanwhile.DepsImage, Cancellation)!.Id;
        images.Remove(image.References[0], Cancellation);
        Assert.True(images.Remove(meanwhile.DepsImage, Cancellation));
        Assert.Null(images.Find(meanwhile.DepsImage, Cancellation));
        var cache = engine.NewCache();
        var digests = cache.LoadDigests();
        foreach (var layer in image.Layers)
            digests.Digest(layer, image.WorkingDirectory, verify: false, Cancellation);
        digests.Save();
        var before = await (await SelectAsync(image, cache, new Lines<string>())).BuildAsync(image, previous: null, new Lines<string>(), Cancellation);

        Assert.Equal(meanwhile.DepsImage, before.DepsImage);
        if (engine.Connection.Version.Kind == EngineKind.Docker && this is DockerImageBuild)
            Assert.Equal(id, images.Find(before.DepsImage, Cancellation)!.Id);
    }

    [Fact]
    public async Task ACanceledBuildLeavesNoImage()
    {
        var image = Plan(image => image with { Instructions = [Instruction("RUN echo started && sleep 600", "app")] });
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var progress = new Lines<string>(line =>
        {
            if (line.Contains("sleep 600", StringComparison.Ordinal))
                cancel.Cancel();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => BuildAsync(image, previous: null, progress, cancel.Token));

        Assert.Null(new EngineImages(engine.Connection).Find(image.References[0], Cancellation));
    }

    [Fact]
    public async Task ProgressNamesTheStepsAndWhatTheyPrint()
    {
        var image = Plan(image => image with { Instructions = [Instruction($"RUN echo \"{Guid.NewGuid()} says $((40 + 2))\"", "system")] });
        var progress = new Lines<string>();

        await BuildAsync(image, previous: null, progress, Cancellation);

        Assert.Contains(progress.All, line => line.Contains(" says 42", StringComparison.Ordinal));
    }

    private Task<BuiltImage> BuildAsync(ImagePlan image, BuiltImage? previous = null) =>
        BuildAsync(image, previous, new Lines<string>(), Cancellation);

    private Task<BuiltImage> BuildAsync(ImagePlan image, BuiltImage? previous, IProgress<string> progress, CancellationToken cancellation) =>
        engine.BuildAsync(image, (cache, lines) => SelectAsync(image, cache, lines), previous, progress, cancellation);

    private ImagePlan Plan(Func<ImageInputs, ImageInputs> change, ImmutableArray<InputFile> files = default, InputFile? shared = null, bool isProgram = true)
    {
        var inputs = Dummy.Inputs(_project);
        inputs = inputs with { Project = inputs.Project with { Compile = isProgram ? "true" : "false" } };
        var own = shared is null ? inputs.Image.Files.Where(file => file.Origin == FileOrigin.PackageLibrary) : [];
        return Dummy.Plan(inputs with { Image = change(inputs.Image with { Files = [.. files.IsDefault ? [AppFile("App.dll", "program")] : files, .. own] }) }).Image;
    }

    private InputFile AppFile(string target, string text) => new(_project.Write("bin/" + target, text), target, FileOrigin.Project);

    private InputItem Extra(string name, params (string Name, string Value)[] metadata) =>
        new(_project.Write("extra/" + name, name)) { Metadata = new InputItem("").Metadata.AddRange(metadata.ToDictionary(pair => pair.Name, pair => pair.Value)) };

    private static InputItem Item(string name, string value) => new(name) { Metadata = new InputItem("").Metadata.Add("Value", value) };

    private static InputItem Instruction(string text, string stage, string position = "after") =>
        new(text) { Metadata = new InputItem("").Metadata.Add("Stage", stage).Add("Position", position) };

    private async Task<IReadOnlyList<string>> LayersOfAsync(string image) =>
        [.. (await engine.Client.Images.InspectImageAsync(image, Cancellation)).RootFS!.Layers!];

    private sealed record ImageFile(string Name, UnixFileMode Mode, string Owner, string Text);

    /// <summary>The files below a folder of an image, as a container that never runs has them.</summary>
    private async Task<IReadOnlyList<ImageFile>> FilesOfAsync(string image, string folder)
    {
        var container = await engine.Client.Containers.CreateContainerAsync(new CreateContainerParameters { Image = image, Entrypoint = ["/none"] }, Cancellation);
        try
        {
            var archive = await engine.Client.Containers.GetArchiveFromContainerAsync(
                container.ID, new ContainerPathStatParameters { Path = folder }, statOnly: false, Cancellation);
            // Read whole: the tar reader mixes in synchronous reads, which the connection refuses.
            await using var stream = archive.Stream!;
            using var tar = new MemoryStream();
            await stream.CopyToAsync(tar, Cancellation);
            tar.Position = 0;
            return Read(tar);
        }
        finally
        {
            await engine.Client.Containers.RemoveContainerAsync(container.ID, new ContainerRemoveParameters { Force = true }, CancellationToken.None);
        }
    }

    private static IReadOnlyList<ImageFile> Read(Stream stream)
    {
        var files = new List<ImageFile>();
        using var tar = new TarReader(stream);
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                continue;
            using var reader = new StreamReader(entry.DataStream ?? Stream.Null);
            files.Add(new ImageFile(entry.Name, entry.Mode, $"{entry.Uid}:{entry.Gid}", reader.ReadToEnd()));
        }
        return [.. files.OrderBy(file => file.Name, StringComparer.Ordinal)];
    }
}

/// <summary>With the builder that the product chooses.</summary>
public abstract class ChosenImageBuild(ContainerEngine engine) : ImageBuilderContract(engine)
{
    private readonly ContainerEngine _engine = engine;

    protected override Task<IImageBuilder> SelectAsync(ImagePlan image, BuildCache cache, IProgress<string> progress) =>
        BuilderSelector.SelectAsync(image, _engine.Connection, cache, progress, TestContext.Current.CancellationToken);
}

public sealed class DockerImageBuild(DockerEngine engine) : ChosenImageBuild(engine);

public sealed class PodmanImageBuild(PodmanEngine engine) : ChosenImageBuild(engine);

/// <summary>With the builder that every engine has.</summary>
public sealed class DockerDockerfileBuild(DockerEngine engine) : ImageBuilderContract(engine)
{
    private readonly DockerEngine _engine = engine;

    protected override Task<IImageBuilder> SelectAsync(ImagePlan image, BuildCache cache, IProgress<string> progress) =>
        Task.FromResult<IImageBuilder>(image.OwnDockerfile.Length == 0
            ? new DockerfileBuilder(_engine.Connection, cache)
            : new OwnDockerfileBuilder(new DockerfileBuilder(_engine.Connection, cache), _engine.Connection, BuilderSelector.TextOf(image)));
}
