using System.Globalization;
using ContainerTrain.Plan;

namespace ContainerTrain.Dockerfile;

/// <summary>HEALTHCHECK in exec form.</summary>
internal static class HealthcheckText
{
    public static string Of(HealthcheckPlan check)
    {
        if (check.Test.IsEmpty)
            return "HEALTHCHECK NONE";
        string?[] options =
        [
            Option("interval", check.Interval), Option("timeout", check.Timeout), Option("start-period", check.StartPeriod),
            check.Retries is { } retries ? string.Create(CultureInfo.InvariantCulture, $"--retries={retries} ") : null,
        ];
        return $"HEALTHCHECK {string.Concat(options)}CMD {Quote.Exec(check.Test)}";
    }

    /// <summary>As Go reads it.</summary>
    private static string? Option(string name, TimeSpan? time) => time is not { } duration ? null
        : duration.Milliseconds == 0 ? string.Create(CultureInfo.InvariantCulture, $"--{name}={duration.TotalSeconds:0}s ")
        : string.Create(CultureInfo.InvariantCulture, $"--{name}={duration.TotalMilliseconds:0}ms ");
}
