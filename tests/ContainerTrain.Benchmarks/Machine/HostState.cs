using System.Globalization;

namespace ContainerTrain.Benchmarks.Machine;

/// <summary>What of the machine a reader of the figures has to know.</summary>
internal static class HostState
{
    /// <summary>Running and waiting processes, averaged over one minute.</summary>
    public static double Load() => double.Parse(LoadLine().Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>Over 1, 5 and 15 minutes.</summary>
    public static string LoadLine() => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3));

    public static double MemoryGigabytes()
    {
        var line = File.ReadLines("/proc/meminfo").First(line => line.StartsWith("MemTotal:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e9;
    }

    public static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown";

    public static string OperatingSystem()
    {
        var name = File.ReadLines("/etc/os-release").FirstOrDefault(line => line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal));
        return $"{name?["PRETTY_NAME=".Length..].Trim('"')}, kernel {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}";
    }

    /// <summary>What one command left to be written to disk is not to slow the next one.</summary>
    public static void Settle(string folder) => new Command("sync", folder).TryRead();

    public static long FreeBytes(string folder) => new DriveInfo(folder).AvailableFreeSpace;
}
