using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using ContainerTrain.Benchmarks.Training;
using TorchSharp;

// eng/bench.sh training calls it: OUTPUT-FOLDER COMMIT FLIGHTS-FILE ROUNDS CASES
CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["flights", "exact", var file]:
        Console.WriteLine(JsonSerializer.Serialize(await FlightModels.ExactRmseAsync(file)));
        return 0;
    case ["flights", var library, var file]:
        Console.WriteLine(JsonSerializer.Serialize(await FlightModels.RunAsync(library, file)));
        return 0;
    case [var folder, var commit, var flights, var roundsText, var cases]:
        Run(folder, commit, flights, int.Parse(roundsText, CultureInfo.InvariantCulture), cases.Split(','));
        return 0;
    default:
        Console.Error.WriteLine("bench: start it with eng/bench.sh training");
        return 2;
}

static void Run(string folder, string commit, string flights, int rounds, string[] cases)
{
    var results = new Results
    {
        Time = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
        Commit = commit,
        Processors = Environment.ProcessorCount,
        Threads = torch.get_num_threads(),
        LoadAtStart = Load(),
        Rounds = rounds,
    };
    results = results with
    {
        FullBatch = Has("full-batch") ? FullBatch.Measure(rounds) : [],
        Minibatch = Has("minibatch") ? Minibatch.Measure(rounds) : [],
        FirstEpochMilliseconds = Has("first-epoch") ? FirstEpoch.Measure(rounds) : [],
    };
    if (Has("flights"))
    {
        // In turn, as above.
        var pairs = Enumerable.Range(0, rounds)
            .Select(_ => (Ours: Child.Run<FlightRun>("flights", "ours", flights), Other: Child.Run<FlightRun>("flights", "ml.net", flights))).ToImmutableArray();
        results = results with
        {
            FlightsOurs = [.. pairs.Select(pair => pair.Ours)],
            FlightsMlNet = [.. pairs.Select(pair => pair.Other)],
            FlightsExactRmse = Child.Run<double>("flights", "exact", flights),
        };
    }

    results = results with { LoadAtEnd = Load() };
    results = results with { Targets = [.. Targets(results)] };
    var json = new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    var text = new Report(results).Write();
    File.WriteAllText(Path.Combine(folder, "training.json"), JsonSerializer.Serialize(results, json) + "\n");
    File.WriteAllText(Path.Combine(folder, "training.md"), text);
    Console.Write(text);

    bool Has(string name)
    {
        var has = cases.Contains(name);
        if (has)
        {
            Console.Error.WriteLine($"bench: {name} ...");
        }

        return has;
    }
}

static IEnumerable<Target> Targets(Results results)
{
    if (results.FullBatch is [var read, var naive, .., var ours])
    {
        var ratio = naive.RatioTo(ours);
        yield return new Target("full batch", "≥ 2× the naive loop", $"{ratio:0.0}× ({ours.RatioTo(read):0.0}× reading X once)", ratio >= 2);
    }

    if (results.Minibatch is [var loader, .., var step])
    {
        var ratio = loader.RatioTo(step);
        yield return new Target("minibatch 1,024", "≥ 100× DataLoader + SGD, same result", $"{ratio:0}×, weights equal to rounding", ratio >= 100);
    }

    if (!results.FlightsOurs.IsEmpty)
    {
        var ratio = Timing.Median([.. results.FlightsMlNet.Zip(results.FlightsOurs, (other, own) => other.TrainSeconds / own.TrainSeconds)]);
        yield return new Target("flights", "rows/s beside ML.NET", $"{ratio:0.0}×", ratio >= 1);
    }
}

static string Load() => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]);
