using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ContainerTrain.Benchmarks;
using ContainerTrain.Benchmarks.Measuring;
using ContainerTrain.Benchmarks.Metrics;
using ContainerTrain.Benchmarks.Pushing;
using ContainerTrain.Benchmarks.Reporting;
using ContainerTrain.Benchmarks.Runs;

if (args is ["metrics", .. var rest])
    return MetricsBench.Run(rest);
if (args is ["launch", .. var launch])
    return RunBenchOptions.Run("launch", launch, 15, LaunchBench.Run);
if (args is ["logs", .. var logs])
    return RunBenchOptions.Run("logs", logs, 5, LogsBench.Run);

Options options;
try
{
    options = Options.Parse(args is ["push", .. var pushing] ? pushing : args);
}
catch (FormatException e)
{
    Console.Error.WriteLine($"bench: error: {e.Message}");
    return 2;
}

var time = Stopwatch.StartNew();
try
{
    if (args is ["push", ..])
    {
        Console.Write(PushBench.Run(options, Report));
        return 0;
    }
    var results = new Bench(options, Report).Run();
    var json = new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
    var text = new MarkdownReport(results).Write();
    File.WriteAllText(Path.Join(options.Folder, "inner-loop.json"), JsonSerializer.Serialize(results, json) + "\n");
    File.WriteAllText(Path.Join(options.Folder, "inner-loop.md"), text);
    Console.Write(text);
    Report($"done in {time.Elapsed:m\\:ss} minutes; the figures are in {options.Folder}/inner-loop.json and .md");
    return 0;
}
catch (BenchException e)
{
    Console.Error.WriteLine($"bench: error: {e.Message}");
    return 1;
}

void Report(string line) => Console.Error.WriteLine($"bench: {time.Elapsed:mm\\:ss}  {line}");
