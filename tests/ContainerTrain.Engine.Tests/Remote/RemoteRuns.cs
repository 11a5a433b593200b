using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine.Tests;

/// <summary>What goes to an engine of another machine, and what comes back.</summary>
public abstract class RemoteRuns(ContainerEngine engine) : RunnerScenario
{
    private readonly Lines<string> _progress = new();

    protected override ITrainRunner Runner => new EngineTrainRunner(engine.Connection, _progress);

    /// <summary>The volumes of a project's runs.</summary>
    public static async Task<IReadOnlyList<string>> VolumesOfAsync(ContainerEngine engine, string projectFile)
    {
        var label = new Dictionary<string, bool> { [$"containertrain.project={projectFile}"] = true };
        var volumes = await engine.Client.Volumes.ListAsync(new VolumesListParameters { Filters = new Dictionary<string, IDictionary<string, bool>> { ["label"] = label } });
        return [.. (volumes.Volumes ?? []).Select(volume => volume.Name)];
    }

    public override ValueTask InitializeAsync()
    {
        _ = engine.Connection; // skips without an engine
        return base.InitializeAsync();
    }

    protected override async Task<string?> ImageAsync() => (await engine.DummyImageAsync()).Id;

    protected override async Task<IReadOnlyList<string>> LeftoversAsync() =>
        [.. await engine.ContainersOfAsync(ProjectFile), .. await VolumesOfAsync(engine, ProjectFile)];

    [Fact]
    public async Task DataGoesThereAndResultsComeBack()
    {
        Project.Write("cars.csv", "mpg\n21\n");
        Project.Write("images/ünï/a.png", "png");
        Directory.CreateDirectory(Project.Path("images/none"));
        File.CreateSymbolicLink(Project.Path("images/b.png"), "ünï/a.png");
        var run = await RunAsync(
            Remote(run => run with { Data = [Item("cars.csv"), Item("images", ("TargetPath", "deep/images"))] }),
            "list-data", "write=model/weights.bin", "write=checkpoints/1.txt", "write=/train/checkpoints/2.txt", "read=checkpoints/2.txt", "read=/train/output/checkpoints/1.txt");

        Assert.Equal(RunReason.Succeeded, run.Outcome.Reason);
        Assert.Equal(["cars.csv: 7 bytes", "deep/images/b.png: 3 bytes", "deep/images/ünï/a.png: 3 bytes"], run.Stdout.Take(3));
        Assert.Equal(["read checkpoints/2.txt", "read /train/output/checkpoints/1.txt"], run.Stdout.Where(line => line.StartsWith("read ", StringComparison.Ordinal)));
        Assert.Equal(
            ["checkpoints/1.txt", "checkpoints/2.txt", "hyperparameters.json", "model/weights.bin"],
            Directory.EnumerateFiles(run.Folder.Path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(run.Folder.Path, file)).Order(StringComparer.Ordinal));
        var owner = Owner.Of(Project.FullPath);
        Assert.All(Directory.EnumerateFileSystemEntries(run.Folder.Path, "*", SearchOption.AllDirectories), entry => Assert.Equal(owner, Owner.Of(entry)));
        Assert.StartsWith("Sent 3 files (", _progress.All[0], StringComparison.Ordinal);
        Assert.StartsWith("Brought 3 files (", _progress.All[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyUserOfTheContainerMayWriteItsResults()
    {
        Project.Write("data/private.csv", "1");
        File.SetUnixFileMode(Project.Path("data/private.csv"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var run = await RunAsync(Remote(run => run with { User = "12345:54321", Data = [Item("data", ("TargetPath", "/train/data"))] }), "list-data", "write=a.txt", "write=checkpoints/b.txt");

        Assert.Equal(["private.csv: 1 bytes", "wrote a.txt", "wrote checkpoints/b.txt"], run.Stdout);
        Assert.Equal(Owner.Of(Project.FullPath), Owner.Of(Path.Combine(run.Folder.Path, "a.txt")));
    }

    [Fact]
    public async Task WhatAStoppedProgramSavedComesBackToo()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var run = await RunAsync(
            Remote(run => run with { StopGrace = "60" }), (_, line) => { if (line == "ready") cancel.CancelAfter(TimeSpan.Zero); }, cancel.Token,
            "save-on-sigterm=checkpoints/saved.txt", "out=ready", "sleep");

        Assert.Equal((RunReason.Canceled, "saved\n"), (run.Outcome.Reason, run.File("checkpoints/saved.txt")));
    }

    [Fact]
    public async Task WhatAFailedProgramWroteComesBackToo()
    {
        var run = await RunAsync(Remote(run => run), "problems=[]", "exit=3");

        Assert.Equal((RunReason.Failed, 3, "[]"), (run.Outcome.Reason, run.Outcome.ExitCode, run.File("problems.json")));
    }

    [Fact]
    public async Task AFolderThatTheProgramMayWriteToGetsWhatItWrote()
    {
        Project.Write("cache/old.txt", "old");
        var run = await RunAsync(Remote(run => run with { Data = [Item("cache", ("ReadOnly", "false"))] }), "write=/train/data/cache/sub/new.txt", "read=/train/data/cache/old.txt");

        Assert.Equal(["old.txt", "sub/new.txt"], Directory.EnumerateFiles(Project.Path("cache"), "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Project.Path("cache"), file)).Order(StringComparer.Ordinal));
        Assert.Contains("read /train/data/cache/old.txt", run.Stdout);
    }

    [Fact]
    public async Task ThisHostsOwnFilesOfTheRunStayAsTheyAre()
    {
        var run = await RunAsync(Remote(run => run with { Hyperparameters = [Item("a", ("Value", "1"))] }), "write=hyperparameters.json", "write=run.json", "write=log.txt");

        Assert.Equal("""{"a":"1"}""", run.File("hyperparameters.json"));
        Assert.False(run.HasFile("run.json") || run.HasFile("log.txt"));
    }

    [Fact]
    public async Task CheckpointsToGoOnFromAreThere()
    {
        var before = Project.Write("runs/before/checkpoints/epoch-1.ckpt", "weights");
        var plan = Plan(Remote(run => run), "show=TRAIN_RESUME_FROM", "read=/train/resume/epoch-1.ckpt", "write=/train/resume/new");
        plan = plan with { Run = plan.Run with { Mounts = [new ResumePoint("before", Path.GetDirectoryName(before)!, 1).Mount], Arguments = [.. plan.Run.Arguments.Skip(1)] } };
        var run = await RunAsync(Runner, plan, await ImageAsync(), onLine: null, Cancellation);

        Assert.Contains("read /train/resume/epoch-1.ckpt", run.Stdout);
        Assert.DoesNotContain("wrote /train/resume/new", run.Stdout);
    }

    [Fact]
    public async Task WhatAKilledBuildLeftThereComesBackWithTheNextRun()
    {
        Project.Write("words.txt", "a");
        Project.Write("cache/old.txt", "old");
        var plan = Plan(Remote(run => run with { Data = [Item("words.txt"), Item("cache", ("ReadOnly", "false"))] }), "write=model.bin", "write=checkpoints/1.txt", "write=/train/data/cache/new.txt");
        var folder = RunFolder.Create(plan.Run.OutputRoot, DateTimeOffset.UtcNow.AddMinutes(-1));
        File.WriteAllText(folder.Hyperparameters, "{}");
        RecordOf(plan, folder).Write(folder.Record);
        var request = new RunRequest(plan, folder, await ImageAsync());
        // Never disposed of, as by a build that was killed.
        var store = new RemoteStore(engine.Connection, new RemoteRun(folder.Id, plan.ProjectFile, request.Image!), RemoteVolumes.Of(ContainerSettings.MountsOf(request)));
        await store.SendAsync(new VolumeOwner(0, 0, IsKnown: false), Cancellation);
        await new DockerRunner(engine.Connection).RunAsync(request with { Mounts = [.. store.Mounts] }, new Lines<OutputLine>(), Cancellation);
        using (new FileStream(folder.Log, FileMode.Create, FileAccess.Write, FileShare.Read))
        {
            await RunAsync(Remote(run => run), "out=while that build attends its run");
            Assert.False(File.Exists(Path.Combine(folder.Path, "model.bin")));
        }

        await RunAsync(Remote(run => run), "out=after it");

        Assert.True(File.Exists(Path.Combine(folder.Path, "model.bin")) && File.Exists(Path.Combine(folder.Checkpoints, "1.txt")));
        Assert.Equal(["new.txt", "old.txt"], Directory.EnumerateFiles(Project.Path("cache")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Single(_progress.All, line => line.StartsWith("Brought 4 files (", StringComparison.Ordinal) && line.Contains($"that run {folder.Id} had left", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AFileThatCannotBeBroughtThereIsCT3042()
    {
        Project.Write("words.txt", "x");
        var refused = await Assert.ThrowsAsync<ProblemException>(() => RunAsync(Remote(run => run with { Data = [Item("words.txt", ("TargetPath", "/usr/words.txt"))] }), "out=ran"));
        Assert.Equal("CT3042", Assert.Single(refused.Problems).Code.Id);
    }

    private static RunRecord RecordOf(TrainPlan plan, RunFolder folder) => new()
    {
        Id = folder.Id,
        Project = plan.Project,
        Engine = new EngineRecord(plan.Run.Engine, "", null, null),
        Host = new HostRecord("", "", "", 0, ""),
        Device = plan.Run.Device,
        Seed = plan.Run.Seed,
        Started = DateTimeOffset.UtcNow,
        Plan = plan,
    };

    protected static Func<RunInputs, RunInputs> Remote(Func<RunInputs, RunInputs> change) => run => change(run) with { EngineRemote = "true" };

    private protected static InputItem Item(string include, params (string Name, string Value)[] metadata)
    {
        var item = new InputItem(include);
        return item with { Metadata = item.Metadata.AddRange(metadata.Select(m => KeyValuePair.Create(m.Name, m.Value))) };
    }
}

public sealed class RemoteDockerRuns(RemoteDockerEngine engine) : RemoteRuns(engine)
{
    private readonly RemoteDockerEngine _engine = engine;

    [Fact]
    public async Task FoldersThatTheEngineSeesAreMounted()
    {
        // Its port is this machine's, and so are its folders: nothing has to be copied, which only a try can tell.
        var run = await RunAsync(run => run, "write=a.txt");

        Assert.Equal((RunReason.Succeeded, true), (run.Outcome.Reason, run.HasFile("a.txt")));
        Assert.Equal([Path.Combine(run.Folder.Path, "a.txt"), run.Folder.Hyperparameters], Directory.EnumerateFiles(run.Folder.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task TheSameWorksBySsh()
    {
        // Docker's own client at the other end, which here is this end.
        var ssh = Project.Write("ssh", "#!/bin/sh\nwhile [ \"$1\" != -- ]; do shift; done\nshift 2\nexec sh -c \"$*\"\n");
        File.SetUnixFileMode(ssh, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var connection = EngineConnection.TryConnect(
            EngineLocator.Candidates(EngineKind.Docker, HostEnvironment.EngineSettings with { DockerHost = "ssh://there", Ssh = ssh }), out var tried, Cancellation);
        Assert.SkipWhen(connection is null, $"Docker's client does not connect to its engine: {tried}");
        Project.Write("cars.csv", "mpg\n21\n");
        var progress = new Lines<string>();
        var run = await RunAsync(
            new EngineTrainRunner(connection!, progress), Plan(Remote(run => run with { Data = [Item("cars.csv")] }), "list-data", "lines=20000", "write=a.txt"),
            (await _engine.DummyImageAsync()).Id, onLine: null, Cancellation);

        Assert.Equal(RunReason.Succeeded, run.Outcome.Reason);
        Assert.Equal(("cars.csv: 7 bytes", 20002, true), (run.Stdout[0], run.Stdout.Count, run.HasFile("a.txt")));
        Assert.Equal("Sent 2 files (9 B) to ssh://there, which does not see this host's folders", progress.All[0]);
    }
}

public sealed class PodmanRemoteRuns(PodmanEngine engine) : RemoteRuns(engine);
