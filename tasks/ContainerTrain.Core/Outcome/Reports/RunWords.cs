using System.Globalization;
using System.Xml.Linq;

namespace ContainerTrain.Outcome;

/// <summary>A run's facts in the words of the pages and the table.</summary>
internal static class RunWords
{
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    public static string Engine(EngineRecord engine) => $"{engine.Kind} {engine.Version}";

    public static string Outcome(RunReason? reason) => reason switch
    {
        null => "unfinished",
        RunReason.Succeeded => "succeeded",
        RunReason.OutOfMemory => "out of memory",
        RunReason.TimedOut => "timed out",
        RunReason.Canceled => "canceled",
        RunReason.Abandoned => "abandoned",
        RunReason.Stopped => "stopped",
        RunReason.Killed => "killed",
        RunReason.NotStarted => "not started",
        RunReason.ImageMissing => "image missing",
        RunReason.ProgramMissing => "program missing",
        RunReason.ProgramNotExecutable => "program not executable",
        RunReason.WrongMachine => "wrong machine",
        RunReason.NativeMissing => "native library missing",
        RunReason.DiskFull => "disk full",
        RunReason.DeviceLost => "device lost",
        RunReason.DeviceMissing => "device missing",
        RunReason.EngineLost => "engine lost",
        _ => "failed",
    };

    public static XElement Badge(RunReason? reason) =>
        Html.Classed("span", reason switch { RunReason.Succeeded => "badge good", null => "badge warn", _ => "badge bad" }, Outcome(reason));
}
