using System.Runtime.InteropServices;
using ContainerTrain;
using ContainerTrain.Diagnostics;
using ContainerTrain.Launcher;

if (Guard.TryParse(args) is { } guard)
{
    await guard.EndRunAsync();
    return ExitCodes.Done;
}

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
using var signals = new StopSignals(() => Console.Error.WriteLine("Stop requested: the training saves its work and ends. Once more ends it at once."));
using var listening = signals.Listen(own: [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP], others: []);
try
{
    var step = new TrainStep(options.PlanFile, options.Host) { Output = new ConsoleOutput(), Arguments = options.Arguments, Kill = signals.Kill };
    var result = await step.RunAsync(new HostLines(), signals.Stop);
    Report(result.Problems);
    return ExitCodes.Of(result.Outcome);
}
catch (ProblemException e)
{
    Report(e.Problems);
    return ExitCodes.NotTrained;
}
catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
{
    Report([Codes.BuildCanceled.With("The start of the training")]);
    return ExitCodes.Interrupted;
}

void Report(IEnumerable<Problem> problems)
{
    foreach (var problem in problems)
        Console.Error.WriteLine(problem.ToLine(options.ProjectFile));
}
