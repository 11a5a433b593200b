namespace ContainerTrain.Runtime;

/// <summary>
/// The time of day for people, and the time since the start for curves: the first may be set back while a training runs,
/// the second may not.
/// </summary>
internal sealed class RunClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public DateTimeOffset Started { get; } = time.GetUtcNow();

    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    public DateTimeOffset UtcNow => time.GetUtcNow();
}
