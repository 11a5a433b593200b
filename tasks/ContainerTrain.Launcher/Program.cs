using System.Runtime.InteropServices;
using ContainerTrain;
using ContainerTrain.Diagnostics;
using ContainerTrain.Launcher;

Options options;
try
{
    options = Options.Parse(args);
}
catch (FormatException e)
{
    Console.Error.WriteLine($"{e.Message} This program is started by 'dotnet run'.");
    return ExitCodes.Usage;
}

// Ctrl-C, a closed terminal or a stopped service ask the training to save its work; the container is not theirs to reach.
using var stop = new CancellationTokenSource();
PosixSignalRegistration[] registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, Stop))];
try
{
    var step = new TrainStep(options.PlanFile, options.Host) { Output = new ConsoleOutput(), Arguments = options.Arguments };
    var result = await step.RunAsync(new HostLines(), stop.Token);
    Report(result.Problems);
    return ExitCodes.Of(result.Outcome);
}
catch (ProblemException e)
{
    Report(e.Problems);
    return ExitCodes.NotTrained;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Report([Codes.BuildCanceled.With("The start of the training")]);
    return ExitCodes.Interrupted;
}
finally
{
    foreach (var registration in registrations)
        registration.Dispose();
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    if (!stop.IsCancellationRequested)
        Console.Error.WriteLine("Stop requested: the training saves its work and ends.");
    stop.Cancel();
}

void Report(IEnumerable<Problem> problems)
{
    foreach (var problem in problems)
        Console.Error.WriteLine(problem.ToLine(options.ProjectFile));
}
