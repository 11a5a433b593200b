using System.Collections.Immutable;
using System.Diagnostics;

namespace ContainerTrain.Benchmarks.Training;

/// <summary>From the start of the template's process to its first line of metrics.</summary>
internal static class FirstEpoch
{
    public static ImmutableArray<double> Measure(int rounds) => [.. Enumerable.Range(0, rounds + 1).Select(_ => MeasureOnce()).Skip(1)];

    private static double MeasureOnce()
    {
        var output = Directory.CreateTempSubdirectory("first-epoch-").FullName;
        var metrics = Path.Combine(output, "metrics.jsonl");
        try
        {
            var info = new ProcessStartInfo(Child.Dotnet, [Path.Combine(AppContext.BaseDirectory, "TemplateApp.dll")]) { RedirectStandardOutput = true, RedirectStandardError = true };
            info.Environment["TRAIN_OUTPUT_DIR"] = output;
            info.Environment["TRAIN_DATA_DIR"] = Path.Combine(AppContext.BaseDirectory, "data");
            info.Environment["TRAIN_HP_EPOCHS"] = "1000000000";
            var start = Stopwatch.GetTimestamp();
            using var process = Process.Start(info)!;
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            // A file may begin with a line that says what it is.
            while (!process.HasExited && !(File.Exists(metrics) && HasEpoch(metrics)))
            {
                Thread.Sleep(1);
            }

            var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (process.HasExited)
            {
                throw new InvalidOperationException($"The template's program ended with {process.ExitCode}: {process.StandardError.ReadToEnd()}");
            }

            process.Kill();
            process.WaitForExit();
            return elapsed;
        }
        finally
        {
            Directory.Delete(output, recursive: true);
        }
    }

    private static bool HasEpoch(string metrics)
    {
        using var file = new StreamReader(new FileStream(metrics, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        while (file.ReadLine() is { } line)
        {
            if (line.Contains("\"train_mse\"", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
