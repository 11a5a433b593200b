using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Plan;

/// <summary>What a run may take of the host.</summary>
internal static partial class LimitPlanner
{
    private const string Unlimited = "unlimited";

    /// <summary>Docker refuses less.</summary>
    private const long LeastMemory = 6L << 20;

    /// <summary>As engines name them: setrlimit(2) without RLIMIT_.</summary>
    private static readonly ImmutableArray<string> UlimitNames =
    [
        "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack",
    ];

    /// <summary>The plan with the limits in it.</summary>
    public static RunPlan With(RunPlan plan, RunInputs run, ProblemCollector problems)
    {
        var memory = Memory(run.Memory, problems);
        return plan with
        {
            Memory = memory,
            MemorySwap = MemorySwap(run, memory, problems),
            NanoCpus = RunPlanner.Optional<long>("TrainCpus", run.Cpus, Units.TryParseNanoCpus, "a number of processors such as 2 or 1.5", problems),
            CpuSet = CpuSet(run.CpuSet, problems),
            PidsLimit = RunPlanner.Optional<long>("TrainPidsLimit", run.PidsLimit, RunPlanner.TryParseCount, "a whole number of at least 1", problems),
            ShmSize = RunPlanner.Optional<long>("TrainShmSize", run.ShmSize, Units.TryParseBytes, "a size such as 64m or 1g", problems),
            Ulimits = Ulimits(run, problems),
        };
    }

    private static long? Memory(string text, ProblemCollector problems)
    {
        var memory = RunPlanner.Optional<long>("TrainMemory", text, Units.TryParseBytes, "a size such as 512m, 2g or 1.5g", problems);
        if (memory < LeastMemory)
            problems.AddForProperty("TrainMemory", Codes.InvalidNumber, "TrainMemory", text, "at least 6m, the least that engines take");
        return memory;
    }

    private static long? MemorySwap(RunInputs run, long? memory, ProblemCollector problems)
    {
        const string name = "TrainMemorySwap";
        if (run.MemorySwap.Length == 0)
            return null;
        if (run.Memory.Length == 0)
            problems.AddForProperty(name, Codes.SettingsExclude, $"{name}={run.MemorySwap}", "a TrainMemory that is not set", "it is a limit on memory and swap together");
        if (run.MemorySwap.Trim().Equals(Unlimited, StringComparison.OrdinalIgnoreCase))
            return -1;
        var swap = RunPlanner.Optional<long>(name, run.MemorySwap, Units.TryParseBytes, "a size such as 4g, memory included, or unlimited", problems);
        if (swap < memory)
            problems.AddForProperty(name, Codes.InvalidNumber, name, run.MemorySwap, $"at least TrainMemory, which is {run.Memory}: it counts memory and swap together");
        return swap;
    }

    private static string CpuSet(string text, ProblemCollector problems)
    {
        var set = text.Trim();
        if (set.Length > 0 && (!CpuSetPattern().IsMatch(set) || !set.Split(',').All(IsAscending)))
            problems.AddForProperty("TrainCpuSet", Codes.InvalidNumber, "TrainCpuSet", text, "numbers of processors and ranges of them, such as 0-3,6");
        return set;

        static bool IsAscending(string part) =>
            part.Split('-') is not [var first, var last] || int.Parse(first, CultureInfo.InvariantCulture) <= int.Parse(last, CultureInfo.InvariantCulture);
    }

    private static ImmutableArray<UlimitPlan> Ulimits(RunInputs run, ProblemCollector problems)
    {
        foreach (var group in run.Ulimits.GroupBy(item => item.Include.ToLowerInvariant()).Where(group => group.Count() > 1))
            problems.AddForItem("TrainUlimit", group.Key, Codes.InvalidUlimit, group.Key, $"is given {group.Count()} times");
        return [.. run.Ulimits.Select(item => Ulimit(item, problems)).OrderBy(limit => limit.Name, StringComparer.Ordinal)];
    }

    private static UlimitPlan Ulimit(InputItem item, ProblemCollector problems)
    {
        var name = item.Include.ToLowerInvariant();
        if (!UlimitNames.Contains(name))
            problems.AddForItem("TrainUlimit", item.Include, Codes.UnknownValue, "TrainUlimit", item.Include, string.Join(", ", UlimitNames), Suggestion.Sentence(name, UlimitNames));
        var soft = Number("Soft", item["Soft"]);
        var hard = item["Hard"].Length > 0 ? Number("Hard", item["Hard"]) : soft;
        if (hard >= 0 && (soft < 0 || soft > hard))
            problems.AddForItem("TrainUlimit", item.Include, Codes.InvalidUlimit, item.Include, $"has the Soft limit '{item["Soft"]}' above the Hard limit '{item["Hard"]}'");
        return new UlimitPlan(name, soft, hard);

        long Number(string metadatum, string text)
        {
            if (text.Trim().Equals(Unlimited, StringComparison.OrdinalIgnoreCase))
                return -1;
            if (long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return number;
            problems.AddForItem("TrainUlimit", item.Include, Codes.InvalidUlimit, item.Include, $"has {metadatum} '{text}', which is neither a whole number nor {Unlimited}");
            return 0;
        }
    }

    [GeneratedRegex(@"^[0-9]{1,5}(-[0-9]{1,5})?(,[0-9]{1,5}(-[0-9]{1,5})?)*\z")]
    private static partial Regex CpuSetPattern();
}
