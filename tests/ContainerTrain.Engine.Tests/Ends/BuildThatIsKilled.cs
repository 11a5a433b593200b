using System.Diagnostics;
using System.Text.Json;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine.Tests;

/// <summary>Trainings whose build is killed, which nobody can be asked to end any more.</summary>
public abstract class BuildThatIsKilled(ContainerEngine engine) : RunnerScenario
{
    private const int SigKill = 9;

    protected override ITrainRunner Runner => new DockerRunner(engine.Connection);

    protected override async Task<string?> ImageAsync() => (await engine.DummyImageAsync()).Id;

    protected override Task<IReadOnlyList<string>> LeftoversAsync() => engine.ContainersOfAsync(ProjectFile);

    [Fact]
    public async Task LeavesItsTrainingToAGuardWhichEndsItWithTimeToSave()
    {
        using var build = await StartAsync("save-on-sigterm=saved.txt", "out=ready", "sleep");
        build.Kill();

        var folder = await EndOfAsync();
        Assert.Equal("saved\n", await File.ReadAllTextAsync(Path.Combine(folder, "saved.txt"), Cancellation));
        Assert.Equal(("abandoned", "CT4020"), OutcomeIn(folder));
        Assert.Equal("ready\n", await File.ReadAllTextAsync(Path.Combine(folder, "log.txt"), Cancellation));
        Assert.True(File.Exists(Path.Combine(folder, "report.html")));
        await GoneAsync();
    }

    [Fact]
    public async Task TogetherWithItsGuardLeavesItToTheProjectsNextTraining()
    {
        var cache = engine.NewCache();
        using var build = await StartAsync("save-on-sigterm=saved.txt", "out=ready", "sleep");
        var folder = Runs().Single();
        Assert.Equal(0, Posix.Kill(await GuardOfAsync(folder), SigKill));
        build.Kill();
        await build.WaitForExitAsync(Cancellation);
        Assert.Single(await engine.ContainersOfAsync(ProjectFile));

        // Another training of the same project, whose build is this process, is none of the reaper's.
        var said = new Lines<string>();
        var other = await RunAsync(
            run => run,
            (mine, line) =>
            {
                if (line != "other is ready")
                    return;
                Assert.Equal(1, new RunReaper(engine.Connection, cache).ReapAsync(ProjectFile, said, Cancellation).GetAwaiter().GetResult());
                File.WriteAllText(Path.Combine(mine.Path, "go"), "");
            },
            Cancellation, "out=other is ready", "wait-for=go");

        Assert.Equal(RunReason.Succeeded, other.Outcome.Reason);
        Assert.Contains(said.All, line => line.Contains(Path.GetFileName(folder), StringComparison.Ordinal) && line.Contains($"process {build.Id}", StringComparison.Ordinal));
        Assert.Equal("saved\n", await File.ReadAllTextAsync(Path.Combine(folder, "saved.txt"), Cancellation));
        Assert.Equal(("abandoned", "CT4020"), OutcomeIn(folder));
        Assert.Equal(0, await new RunReaper(engine.Connection, cache).ReapAsync(ProjectFile, said, Cancellation));
    }

    [Fact]
    public async Task AfterItsProgramHasEndedStillHasTheProgramsOwnOutcome()
    {
        using var build = await StartAsync("out=ready", "wait-for=go", "out=last words", "exit=7");
        var folder = Runs().Single();
        var guard = await GuardOfAsync(folder);
        Assert.Equal(0, Posix.Kill(guard, SigKill));
        build.Kill();
        await build.WaitForExitAsync(Cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder, "go"), "", Cancellation);
        await UntilAsync(async () => (await engine.Client.Containers.InspectContainerAsync($"train-{Path.GetFileName(folder)}", Cancellation)).State?.Running == false);

        // Somebody is at it already, as its guard would be, and does not come to its end.
        var cache = engine.NewCache();
        var turn = FileTurn.TryTake(cache.LockOfRun(Path.GetFileName(folder)))!;
        var waits = new TaskCompletionSource();
        var said = new Lines<string>(line => _ = line.Contains("waiting for that", StringComparison.Ordinal) && waits.TrySetResult());
        var reaping = new RunReaper(engine.Connection, cache).ReapAsync(ProjectFile, said, Cancellation);
        await Task.WhenAny(waits.Task, reaping);
        Assert.False(reaping.IsCompleted);
        Assert.Single(await engine.ContainersOfAsync(ProjectFile));
        await turn.DisposeAsync();

        Assert.Equal(1, await reaping);
        Assert.Equal(("failed", "CT4001"), OutcomeIn(folder));
        Assert.Equal("ready\nlast words\n", await File.ReadAllTextAsync(Path.Combine(folder, "log.txt"), Cancellation));
    }

    [Fact]
    public async Task IsNotMissedByAGuardWhoseRunEndsAsUsual()
    {
        using var build = await StartAsync("out=ready", "wait-for=go");
        var folder = Runs().Single();
        var guard = await GuardOfAsync(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "go"), "", Cancellation);
        await build.WaitForExitAsync(Cancellation);

        Assert.Equal(0, build.ExitCode);
        Assert.Equal(("succeeded", null), OutcomeIn(folder));
        await UntilAsync(() => Task.FromResult(!Directory.Exists($"/proc/{guard}")));
    }

    /// <summary>The build, as <c>dotnet run</c> starts it; its program has printed "ready".</summary>
    private async Task<Process> StartAsync(params string[] steps)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What is asked of processes is asked of /proc.");
        var plan = Plan(run => run with { StopGrace = "60", Engine = engine.Connection.Version.Kind.ToString().ToLowerInvariant() }, steps);
        // The image is the shared one, under a name that the tests remove.
        await engine.BuildAsync(plan.Image);
        await File.WriteAllTextAsync(Project.Path("plan.json"), PlanJson.Write(plan), Cancellation);
        var settings = HostEnvironment.EngineSettings;
        string[] options =
        [
            $"--plan={Project.Path("plan.json")}", $"--project={ProjectFile}", $"--dotnet={Environment.ProcessPath}", $"--docker-host={settings.DockerHost}",
            $"--container-host={settings.ContainerHost}", $"--docker-context={settings.DockerContext}", $"--docker-tls-verify={settings.DockerTlsVerify}",
            $"--docker-tls={settings.DockerTls}", $"--docker-cert-path={settings.DockerCertPath}", $"--docker-config={settings.DockerConfig}", $"--runtime-directory={settings.RuntimeDirectory}",
            $"--cache={Project.Path("cache")}", "--verify-layers=",
        ];
        var launcher = Path.Combine(AppContext.BaseDirectory, "ContainerTrain.Launcher.dll");
        var build = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["exec", launcher, .. options]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = build.StandardError.ReadToEndAsync(Cancellation);
        while (await build.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            if (line == "ready")
                return build;
        }
        throw new InvalidOperationException(await errors);
    }

    private string[] Runs() => [.. Directory.EnumerateDirectories(Project.Path("runs")).Where(folder => Path.GetFileName(folder) != "latest")];

    private async Task<string> EndOfAsync()
    {
        var folder = Runs().Single();
        await UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(folder, "report.html"))));
        return folder;
    }

    private Task GoneAsync() => UntilAsync(async () => (await engine.ContainersOfAsync(ProjectFile)).Count == 0);

    private static async Task<int> GuardOfAsync(string folder)
    {
        var guard = 0;
        await UntilAsync(() => Task.FromResult((guard = Directory.EnumerateDirectories("/proc").Select(process => CommandOf(process) is ['/' or 's', ..] command
            && command.Contains($"\0guard\0{folder}\0", StringComparison.Ordinal) ? int.Parse(Path.GetFileName(process), System.Globalization.CultureInfo.InvariantCulture) : 0).Max()) > 0));
        return guard;
    }

    private static string CommandOf(string process)
    {
        try
        {
            return int.TryParse(Path.GetFileName(process), out _) ? File.ReadAllText(process + "/cmdline") : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static (string? Reason, string? Code) OutcomeIn(string folder)
    {
        using var record = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "run.json")));
        var outcome = record.RootElement.GetProperty("outcome");
        return (outcome.GetProperty("reason").GetString(), outcome.TryGetProperty("code", out var code) ? code.GetString() : null);
    }

    /// <summary>No claim about time: it turns what never happens into a failure.</summary>
    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        while (!await isSo())
            await Task.Delay(50, patience.Token);
    }
}

public sealed class DockerBuildThatIsKilled(DockerEngine engine) : BuildThatIsKilled(engine);

public sealed class PodmanBuildThatIsKilled(PodmanEngine engine) : BuildThatIsKilled(engine);
