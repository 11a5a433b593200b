namespace ContainerTrain.Runtime;

/// <summary>An exception that nobody foresaw, as a problem: its type and message are what the build shows.</summary>
internal static class ExceptionProblem
{
    /// <summary>How libtorch begins its words for a device that failed; it gives nothing but words.</summary>
    private static readonly string[] DeviceErrors = ["CUDA error", "cuDNN error", "NCCL error"];

    /// <summary>Such a device is well, and the program asked too much of it.</summary>
    private const string NoMemory = "out of memory";

    public static TrainingProblem Of(Exception exception)
    {
        var causes = Causes(exception).ToArray();
        if (causes.FirstOrDefault(cause => cause is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException) is { } library)
        {
            return new(ProblemCodes.NativeLibraryMissing, Text(library));
        }

        return causes.FirstOrDefault(IsOfADevice) is { } device
            ? new(ProblemCodes.DeviceLost, Text(device))
            : new(ProblemCodes.UnhandledException, Text(exception));
    }

    private static bool IsOfADevice(Exception cause) =>
        DeviceErrors.Any(words => cause.Message.Contains(words, StringComparison.Ordinal)) && !cause.Message.Contains(NoMemory, StringComparison.Ordinal);

    private static string Text(Exception exception) => $"{exception.GetType()}: {exception.Message}";

    private static IEnumerable<Exception> Causes(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
