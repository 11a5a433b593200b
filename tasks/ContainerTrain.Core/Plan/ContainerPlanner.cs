using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Plan;

/// <summary>What the image tells the engine about its containers: volumes, health check, stop signal.</summary>
internal static partial class ContainerPlanner
{
    private const string NoHealthcheck = "none";

    public static ImmutableArray<string> Volumes(ImageInputs image, ProblemCollector problems)
    {
        foreach (var item in image.Volumes.Where(item => !ImagePlanner.IsAbsoluteLinuxPath(item.Include) || item.Include.Contains(':', StringComparison.Ordinal) || item.Include.Trim('/').Length == 0))
            problems.AddForItem("TrainImageVolume", item.Include, Codes.InvalidName, "TrainImageVolume", item.Include, "is no absolute Linux path without ':'");
        return [.. image.Volumes.Select(item => item.Include.TrimEnd('/')).Distinct().Order(StringComparer.Ordinal)];
    }

    public static HealthcheckPlan? Healthcheck(ImageInputs image, ProblemCollector problems)
    {
        var interval = Duration("TrainHealthcheckInterval", image.HealthcheckInterval);
        var timeout = Duration("TrainHealthcheckTimeout", image.HealthcheckTimeout);
        var startPeriod = Duration("TrainHealthcheckStartPeriod", image.HealthcheckStartPeriod);
        long? retries = null;
        if (image.HealthcheckRetries.Length > 0)
        {
            if (long.TryParse(image.HealthcheckRetries, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= int.MaxValue)
                retries = count;
            else
                problems.AddForProperty("TrainHealthcheckRetries", Codes.InvalidNumber, "TrainHealthcheckRetries", image.HealthcheckRetries, "a whole number of at least 1");
        }
        if (image.Healthcheck.Equals(NoHealthcheck, StringComparison.OrdinalIgnoreCase))
            return new HealthcheckPlan([], null, null, null, null);
        var test = Words("TrainHealthcheck", image.Healthcheck, problems);
        return test.IsEmpty ? null : new HealthcheckPlan(test, interval, timeout, startPeriod, retries);

        TimeSpan? Duration(string name, string text)
        {
            // The engines' own lower bound.
            if (text.Length == 0 || (Units.TryParseDuration(text, out var time) && time >= TimeSpan.FromMilliseconds(1)))
                return text.Length == 0 ? null : Units.TryParseDuration(text, out time) ? time : null;
            problems.AddForProperty(name, Codes.InvalidNumber, name, text, "a duration of at least 1 ms such as 30, 90s or 1m");
            return null;
        }
    }

    public static string StopSignal(ImageInputs image, ProblemCollector problems)
    {
        if (image.StopSignal.Length > 0 && !SignalPattern().IsMatch(image.StopSignal))
            problems.AddForProperty("TrainStopSignal", Codes.InvalidName, "TrainStopSignal", image.StopSignal, "is no signal: a name such as SIGINT, or a number from 1 to 64");
        return image.StopSignal;
    }

    /// <summary>A command line's words, none for an empty one.</summary>
    public static ImmutableArray<string> Words(string property, string text, ProblemCollector problems)
    {
        if (CommandLine.TrySplit(text, out var words))
            return words;
        problems.AddForProperty(property, Codes.InvalidName, property, text, "has a quote that is not closed");
        return [];
    }

    [GeneratedRegex(@"^(SIG(HUP|INT|QUIT|ILL|TRAP|ABRT|BUS|FPE|KILL|USR1|SEGV|USR2|PIPE|ALRM|TERM|STKFLT|CHLD|CONT|STOP|TSTP|TTIN|TTOU|URG|XCPU|XFSZ|VTALRM|PROF|WINCH|IO|PWR|SYS|RTMIN(\+[0-9]{1,2})?|RTMAX(-[0-9]{1,2})?)|[1-9]|[1-5][0-9]|6[0-4])\z")]
    private static partial Regex SignalPattern();
}
