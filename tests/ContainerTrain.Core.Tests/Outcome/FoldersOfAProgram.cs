using System.Diagnostics;
using System.Net.Sockets;
using ContainerTrain.Engine;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

/// <summary>A run folder in which the program left something else than files.</summary>
public sealed class AFolderThatAProgramFilled : IDisposable
{
    private const string Secret = "of the host alone";

    private readonly TempFolder _project = new();

    public void Dispose() => _project.Dispose();

    [Fact]
    public async Task KeepsItsOutcomeWhateverLiesInIt()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such files.");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var result = await RunAsync(RunReason.Failed, 3, folder =>
        {
            MakePipe(Path.Join(folder.Path, "pipe"));
            socket.Bind(new UnixDomainSocketEndPoint(Path.Join(folder.Path, "s")));
            File.WriteAllText(Path.Join(folder.Path, "weights.dat"), "abc");
        });
        Assert.Equal("CT4001", Assert.Single(result.Problems).Code.Id);
        var record = RunRecord.Read(result.Folder.Record);
        Assert.Equal((RunReason.Failed, "CT4001"), (record.Outcome?.Reason, record.Outcome?.Code));
        var artifacts = record.Artifacts.ToDictionary(artifact => artifact.Path);
        Assert.Equal(("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", (string?)null), (artifacts["weights.dat"].Sha256, artifacts["weights.dat"].Unread));
        Assert.Equal((null, "it is no regular file"), (artifacts["pipe"].Sha256, artifacts["pipe"].Unread));
        Assert.Null(artifacts["s"].Sha256);
        Assert.NotEmpty(artifacts["s"].Unread ?? "");
        Assert.Contains("not read: it is no regular file", File.ReadAllText(result.Folder.Report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ShowsNothingOfWhatItsLinksPointTo()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        var text = _project.Write("secret.txt", Secret);
        var json = _project.Write("secret.json", $$"""{"schema":1,"notes":["{{Secret}}"]}""");
        var problems = _project.Write("problems.json", $$"""[{"code":"CT4101","message":"{{Secret}}"}]""");
        var metrics = _project.Write("metrics.jsonl", $$"""{"step":1,"{{Secret}}":1}""");
        var result = await RunAsync(RunReason.Failed, 3, folder =>
        {
            Link(folder.Log, text);
            Link(folder.ProgramReport, json);
            Link(folder.Problems, problems);
            Link(folder.Metrics, metrics);
        });
        Assert.Equal(["CT4100", "CT4001"], result.Problems.Select(problem => problem.Code.Id));
        var page = File.ReadAllText(result.Folder.Report);
        Assert.DoesNotContain(Secret, page + string.Concat(result.Problems.Select(problem => problem.Message)), StringComparison.Ordinal);
        Assert.Contains("it is a link, which is not followed", page, StringComparison.Ordinal);
        Assert.Contains("1 line of metrics.jsonl could not be read", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeepsNobodyWaitingAtAPipe()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such files.");
        var result = await RunAsync(RunReason.Failed, 3, folder =>
        {
            foreach (var file in (string[])[folder.Log, folder.ProgramReport, folder.Problems, folder.Metrics, Path.Join(folder.Checkpoints, "checkpoint-000001.json")])
            {
                File.Delete(file);
                MakePipe(file);
            }
        });
        Assert.Equal(["CT4100", "CT4001"], result.Problems.Select(problem => problem.Code.Id));
        File.Delete(result.Folder.Record);
        MakePipe(result.Folder.Record);
        Assert.Equal("damaged", Assert.Single(RunSummary.ReadAll(_project.At("runs"))).Outcome);
    }

    [Fact]
    public async Task SaysThatItsRecordCouldNotBeReplaced()
    {
        var result = await RunAsync(RunReason.Failed, 3, folder =>
        {
            File.Delete(folder.Record);
            Directory.CreateDirectory(folder.Record);
        });
        Assert.Equal(["CT4001", "CT4015"], result.Problems.Select(problem => problem.Code.Id));
        Assert.False(result.Problems[1].IsError);
    }

    [Fact]
    public void IsNotBegunWhereNothingCanBeWritten()
    {
        var file = _project.Write("runs", "");
        Assert.Equal("CT4008", Assert.Single(Assert.Throws<Diagnostics.ProblemException>(() => RunFolder.Create(file, default)).Problems).Code.Id);
    }

    [Fact]
    public void TakesLinesAlsoWhenTheDiskIsFull()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "no device that is always full");
        using var log = new RunLog("/dev/full");
        log.WriteLine("a");
        log.WriteLine(new string('b', 10_000));
        log.Dispose();
        Assert.Equal(2, log.Lost);
        Assert.NotEmpty(log.Failure);
    }

    [Fact]
    public void HasALogOfAllLinesOnceThereIsRoom()
    {
        using var log = new RunLog(_project.At("log.txt"));
        log.WriteLine("a");
        log.WriteLine("é");
        log.Dispose();
        Assert.Equal((0, "", "a\né\n"), (log.Lost, log.Failure, File.ReadAllText(_project.At("log.txt"))));
    }

    [Fact]
    public void HasALogOfEveryLineOfALongOutput()
    {
        var lines = Enumerable.Range(0, 200_000).Select(i => $"line {i} of many").ToArray();
        using var log = new RunLog(_project.At("log.txt"));
        foreach (var line in lines)
            log.WriteLine(line);
        log.Dispose();
        Assert.Equal((0, ""), (log.Lost, log.Failure));
        Assert.Equal(lines, File.ReadLines(_project.At("log.txt")));
    }

    [Fact]
    public async Task HasTheLastLineBeforeTheNextOneComes()
    {
        using var log = new RunLog(_project.At("log.txt"));
        log.WriteLine("a");
        while (await File.ReadAllTextAsync(_project.At("log.txt"), TestContext.Current.CancellationToken) != "a\n")
            await Task.Delay(10, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task IsWholeAlsoWhereTheBuildIsCanceledAfterTheTraining()
    {
        using var cancel = new CancellationTokenSource();
        var result = await RunAsync(RunReason.Succeeded, 0, folder =>
        {
            File.WriteAllText(Path.Join(folder.Path, "weights.dat"), "abc");
            cancel.Cancel();
        }, cancel.Token);
        Assert.Equal("CT4021", Assert.Single(result.Problems).Code.Id);
        var record = RunRecord.Read(result.Folder.Record);
        Assert.Equal((RunReason.Succeeded, null), (record.Outcome?.Reason, record.Outcome?.Code));
        Assert.Equal("the build was canceled", record.Artifacts.Single(artifact => artifact.Path == "weights.dat").Unread);
        Assert.True(File.Exists(result.Folder.Report));
    }

    [Fact]
    public async Task IsOneOfItsOwnForEachOfManyTrainingsAtOnce()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(() => RunAsync(
            RunReason.Failed, number + 1, folder => File.WriteAllText(Path.Join(folder.Path, "number"), $"{number + 1}")))));
        Assert.Equal(8, results.Select(result => result.Folder.Path).Distinct().Count());
        Assert.All(results, result =>
        {
            Assert.Equal($"{result.Outcome.ExitCode}", File.ReadAllText(Path.Join(result.Folder.Path, "number")));
            Assert.Equal(result.Outcome.ExitCode, RunRecord.Read(result.Folder.Record).Outcome?.ExitCode);
        });
        if (!OperatingSystem.IsWindows())
            Assert.Contains(new FileInfo(_project.At("runs/latest")).LinkTarget, results.Select(result => result.Folder.Id));
    }

    private Task<TrainResult> RunAsync(RunReason reason, int exitCode, Action<RunFolder> program, CancellationToken? cancellation = null)
    {
        var plan = Given.DefaultPlan with { Run = Given.RunPlan with { OutputRoot = _project.At("runs") } };
        var run = new PreparedRun(
            plan, new EngineChoice(null, ""), new Scripted(new RunOutcome(reason, exitCode, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch), program),
            Image: null, Stopwatch.StartNew(), new Reports<OutputLine>(), ResumedFrom: null);
        return TrainStep.RunOnAsync(run, new Reports<string>(), cancellation ?? TestContext.Current.CancellationToken);
    }

    private static void Link(string path, string target)
    {
        File.Delete(path);
        File.CreateSymbolicLink(path, target);
    }

    private static void MakePipe(string path)
    {
        using var made = Process.Start("mkfifo", [path]);
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
    }

    /// <summary>Does to the folder what a program would.</summary>
    private sealed class Scripted(RunOutcome outcome, Action<RunFolder> program) : ITrainRunner
    {
        public void Check(TrainPlan plan)
        {
        }

        public Task<RunOutcome> RunAsync(RunRequest request, IProgress<OutputLine> output, CancellationToken cancellation)
        {
            program(request.Folder);
            return Task.FromResult(outcome);
        }
    }
}
