using System.Globalization;

namespace ContainerTrain.Benchmarks.Runs;

/// <summary>What the benches of runs take.</summary>
/// <param name="Folder">For what they make, and their reports.</param>
/// <param name="Version">Of the packed SDK.</param>
/// <param name="Count">Rounds.</param>
internal sealed record RunBenchOptions(string Folder, string Version, int Count)
{
    /// <summary>Megabytes that the long run of the logs' bench prints.</summary>
    public int LongMegabytes { get; init; } = 1000;

    /// <summary>Runs a bench, and writes its report to its folder and to the standard output.</summary>
    public static int Run(string name, string[] args, int count, Func<RunBenchOptions, string> bench)
    {
        try
        {
            var options = Parse(args, count);
            var report = bench(options);
            File.WriteAllText(Path.Join(options.Folder, name + ".md"), report);
            Console.Write(report);
            return 0;
        }
        catch (FormatException e)
        {
            Console.Error.WriteLine($"bench: error: {e.Message}");
            return 2;
        }
        catch (BenchException e)
        {
            Console.Error.WriteLine($"bench: error: {e.Message}");
            return 1;
        }
    }

    private static RunBenchOptions Parse(string[] args, int count)
    {
        var options = new RunBenchOptions("", "", count);
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            options = args[i] switch
            {
                "--folder" => options with { Folder = args[i + 1] },
                "--version" => options with { Version = args[i + 1] },
                "--rounds" => options with { Count = Number(args[i], args[i + 1]) },
                "--long-mb" => options with { LongMegabytes = Number(args[i], args[i + 1]) },
                _ => throw new FormatException($"there is no option '{args[i]}'"),
            };
        }
        return args.Length % 2 == 0 ? options : throw new FormatException($"{args[^1]} needs a value");
    }

    private static int Number(string option, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new FormatException($"{option} takes a whole number above 0, not '{text}'");
}
