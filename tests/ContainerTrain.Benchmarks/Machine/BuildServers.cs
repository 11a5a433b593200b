using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ContainerTrain.Benchmarks.Machine;

/// <summary>
/// Ends the compiler servers that this bench's builds started, and no others: they carry a variable of this run in the
/// environment that they inherited.
/// </summary>
internal sealed class BuildServers : IDisposable
{
    private const string Variable = "CONTAINERTRAIN_BENCH_RUN";

    private readonly string _run;

    public BuildServers(string run)
    {
        _run = run;
        Environment.SetEnvironmentVariable(Variable, run);
    }

    public void Dispose()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id != Environment.ProcessId && IsOurs(folder))
                End(id);
        }
    }

    private bool IsOurs(string folder)
    {
        try
        {
            var environment = File.ReadAllText(Path.Join(folder, "environ"), Encoding.UTF8);
            var command = File.ReadAllText(Path.Join(folder, "cmdline"), Encoding.UTF8);
            return environment.Split('\0').Contains($"{Variable}={_run}") && command.Contains("VBCSCompiler", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // gone, or somebody else's
        }
    }

    private static void End(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It ended by itself.
        }
    }
}
