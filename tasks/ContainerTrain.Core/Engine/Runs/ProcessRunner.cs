using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using ContainerTrain.Diagnostics;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>Runs a training as a process of the host, with the same variables and the same run folder.</summary>
/// <param name="dotnet">The <c>dotnet</c> program to run the assembly with.</param>
public sealed class ProcessRunner(string dotnet) : ITrainRunner
{
    public void Check(TrainPlan plan)
    {
        if (plan.Run.HostAssembly.Length == 0)
            throw new ProblemException(Codes.NoProgramForHost.With(plan.Run.Engine == EngineKind.Process ? "TrainEngine is process" : "no container engine answered"));
        var natives = plan.Image.Layers.Where(layer => layer.Kind == LayerKind.Natives)
            .SelectMany(layer => layer.Files).Select(file => file.Source);
        var problems = NativePreflight.Check(natives, SystemLibraries.OfThisHost(), plan.Image.Platform).Concat(DataFolder.Check(plan.Run)).Concat(ProcessSurface.Check(plan.Run)).ToArray();
        if (problems.Length > 0)
            throw new ProblemException(problems);
    }

    public async Task<RunOutcome> RunAsync(RunRequest request, IProgress<OutputLine> output, CancellationToken cancellation)
    {
        using var data = DataFolder.Create(request.Plan.Run);
        var started = DateTimeOffset.UtcNow;
        using var process = new Process { StartInfo = StartInfo(request, data.Path) };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            var refused = ReasonOf(e.NativeErrorCode);
            return new RunOutcome(refused, -1, started, DateTimeOffset.UtcNow, refused == RunReason.NotStarted ? e.Message : $"'{dotnet}'") { Platform = Platform };
        }

        using var timeout = new CancellationTokenSource(request.Plan.Run.Timeout ?? Timeout.InfiniteTimeSpan);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        var ended = new TaskCompletionSource();
        var wasAsked = false;
        await using var registration = stop.Token.Register(() =>
        {
            wasAsked = !process.HasExited;
            _ = StopAsync(process, request, ended.Task);
        });
        var reading = Task.WhenAll(
            ReadLinesAsync(process.StandardOutput.BaseStream, isError: false, output),
            ReadLinesAsync(process.StandardError.BaseStream, isError: true, output));
        await process.WaitForExitAsync(CancellationToken.None);
        ended.SetResult();
        // As a container does: what the program left running ends with it. Else it would also keep the streams open.
        Leftovers.Kill("TRAIN_OUTPUT_DIR", request.Folder.Path);
        await reading;

        var reason = wasAsked && cancellation.IsCancellationRequested ? RunReason.Canceled
            : wasAsked && timeout.IsCancellationRequested ? RunReason.TimedOut
            : RunOutcome.ReasonOf(process.ExitCode);
        return new RunOutcome(reason, process.ExitCode, started, DateTimeOffset.UtcNow) { DataDirectory = data.Path };
    }

    private static string Platform => $"{(OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux")}/{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>What the system's number for a failed start means; the same on Linux and macOS.</summary>
    private static RunReason ReasonOf(int error) => error switch
    {
        2 => RunReason.ProgramMissing, // ENOENT, and ERROR_FILE_NOT_FOUND on Windows
        8 when !OperatingSystem.IsWindows() => RunReason.WrongMachine, // ENOEXEC
        13 when !OperatingSystem.IsWindows() => RunReason.ProgramNotExecutable, // EACCES
        _ => RunReason.NotStarted,
    };

    private ProcessStartInfo StartInfo(RunRequest request, string dataPath)
    {
        var plan = request.Plan;
        var info = new ProcessStartInfo(dotnet, [plan.Run.HostAssembly, .. plan.Image.Command, .. plan.Run.Arguments])
        {
            WorkingDirectory = Path.GetDirectoryName(plan.Run.HostAssembly),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A container inherits nothing, so that a variable of another run must not reach this one either.
        foreach (var name in info.Environment.Keys.Where(name => name.StartsWith("TRAIN_", StringComparison.Ordinal)).ToArray())
            info.Environment.Remove(name);
        var paths = new TrainPaths(dataPath, request.Folder.Path, request.Folder.Checkpoints, request.Folder.Hyperparameters, request.Secrets?.Folder ?? "");
        foreach (var (name, value) in plan.Image.Environment.Concat(TrainEnvironment.Of(plan.Run, request.Folder.Id, paths)).Concat(GpuRequests.VariablesOnHost(plan)).Concat(plan.Run.Environment))
            info.Environment[name] = value;
        // A program that shows its environment must not show a secret: it has the file.
        foreach (var secret in plan.Run.Secrets.Where(secret => secret.Variable.Length > 0))
            info.Environment.Remove(secret.Variable);
        // The build's own settings must not reach the program: they would redirect its host and its native search.
        foreach (var name in info.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            info.Environment.Remove(name);
        return info;
    }

    private static async Task ReadLinesAsync(Stream stream, bool isError, IProgress<OutputLine> output)
    {
        var lines = new LineSplitter(line =>
        {
            lock (output)
                output.Report(new OutputLine(line, isError));
        });
        var buffer = new byte[1 << 16];
        while (await stream.ReadAsync(buffer) is var read and > 0)
            lines.Add(buffer.AsSpan(0, read));
        lines.Complete();
    }

    private static async Task StopAsync(Process process, RunRequest request, Task ended)
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = Posix.Kill(process.Id, Posix.SigTerm);
            await Task.WhenAny(ended, Task.Delay(request.Plan.Run.StopGrace, request.Kill));
        }
        if (!ended.IsCompleted)
            process.Kill(entireProcessTree: true);
    }
}
