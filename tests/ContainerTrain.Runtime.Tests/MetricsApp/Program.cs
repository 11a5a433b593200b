using System.Globalization;
using ContainerTrain.Runtime;

// MetricsApp FOLDER COUNT: logs that many steps and says the number of each once it is logged; then waits for a line.
var (folder, count) = (args[0], int.Parse(args[1], CultureInfo.InvariantCulture));
try
{
    using var metrics = MetricsLog.Open(folder, "app", TimeProvider.System, problem => Console.Error.WriteLine(problem.ToString("warning")));
    for (var step = 1; step <= count; step++)
    {
        metrics.Log(step, ("loss", 1.0 / step), ("a metric whose name is long enough to matter", step));
        Console.Out.WriteLine(step);
    }

    Console.In.ReadLine();
    return 0;
}
catch (TrainingException e)
{
    Console.Error.WriteLine(e.Problems[0]);
    return 65;
}
