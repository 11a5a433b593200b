using System.Globalization;

namespace ContainerTrain.Runtime;

/// <summary>
/// The curve of a run. Each <see cref="Log"/> is a line of <c>metrics.jsonl</c>,
/// <c>{"step":7,"time":"2026-01-31T12:00:00Z","elapsed":1.25,"train_mse":0.25}</c> (docs/metrics.md has the schema),
/// and a record of an event file for TensorBoard. The line is with the kernel when it returns: a killed process loses
/// nothing that it logged. TensorBoard's file gets it within a tenth of a second. Safe for use from several threads.
/// </summary>
public sealed class MetricsLog : IDisposable
{
    /// <summary>TensorBoard looks every few seconds: a write for each record would only double what a log costs.</summary>
    private static readonly TimeSpan EventsWait = TimeSpan.FromSeconds(0.1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Metric> _metrics = new(StringComparer.Ordinal);
    private readonly RunClock _clock;
    private readonly RecordFile _file;
    private readonly MetricsLine _line = new();
    private readonly EventFile? _events;
    private readonly ITimer _eventsTimer;
    private TimeSpan _eventsWritten = -EventsWait;
    private bool _isTimerSet;
    private bool _isClosed;
    private TrainingException? _failure;

    private MetricsLog(RecordFile file, EventFile? events, RunClock clock, TimeProvider time)
    {
        (_file, _events, _clock) = (file, events, clock);
        _eventsTimer = time.CreateTimer(_ => WriteWaitingEvents(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Whether NaN and infinite values are written (as null) and the training goes on. Default: false, they end the run.
    /// A value that does not exist, such as the validation loss where there are no validation rows, is null and not NaN.
    /// </summary>
    public bool AllowNonFinite { get; set; }

    /// <summary>How many lines were logged, and the newest values by name, in the order in which the names came up.</summary>
    internal MetricsSnapshot Snapshot()
    {
        lock (_lock)
        {
            return new MetricsSnapshot(Count, [.. _metrics.Values.Select(metric => (metric.Name, metric.Value))]);
        }
    }

    /// <summary>The newest values of the metrics that were logged after so many lines.</summary>
    internal Dictionary<string, double> ValuesSince(long count)
    {
        lock (_lock)
        {
            return _metrics.Values.Where(metric => metric.Line > count && metric.Value is not null).ToDictionary(metric => metric.Name, metric => metric.Value!.Value);
        }
    }

    /// <summary>How many lines were logged.</summary>
    internal long Count { get; private set; }

    /// <summary>Opens the log of a run, which goes on after what an earlier one wrote to the same folder.</summary>
    /// <param name="folder">The output directory.</param>
    /// <param name="runId">The name in the line that begins the run's part of the file.</param>
    /// <param name="warn">Takes what is wrong but does no harm.</param>
    /// <exception cref="TrainingException">CT4110: it cannot be written. CT4112: another process writes it.</exception>
    internal static MetricsLog Open(string folder, string runId, TimeProvider time, Action<TrainingProblem> warn, bool withEvents = true)
    {
        var clock = new RunClock(time);
        var path = Path.Combine(folder, "metrics.jsonl");
        var file = RecordFile.Open(path);
        EventFile? events = null;
        try
        {
            if (file.UnendedBytes() is var cut and > 0)
            {
                file.Append("\n"u8);
                warn(new TrainingProblem(ProblemCodes.MetricsCut, string.Create(CultureInfo.InvariantCulture,
                    $"'{path}' ended in the middle of a line, as a machine that lost power leaves it. Its last {cut} bytes are kept as a line that readers skip; new lines follow."), path));
            }

            using var header = new MetricsLine();
            file.Append(header.Header(runId, clock.UtcNow));
            events = withEvents ? EventFile.Create(Path.Combine(folder, "tensorboard"), clock) : null;
            return new MetricsLog(file, events, clock, time);
        }
        catch
        {
            file.Dispose();
            events?.Dispose();
            throw;
        }
    }

    /// <summary>Appends one line.</summary>
    /// <param name="step">The epoch or step that the values belong to, usually from 1.</param>
    /// <param name="values">Names and values; null for a value that does not exist here.</param>
    /// <exception cref="ArgumentException">A name is empty, or one that the line has for itself: <c>step</c>, <c>time</c>, <c>elapsed</c>, <c>schema</c>.</exception>
    /// <exception cref="TrainingException">CT4012: a value is NaN or infinite (the line is written before). CT4110: the line cannot be written.</exception>
    public void Log(long step, params ReadOnlySpan<(string Name, double? Value)> values)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (_failure is not null)
            {
                throw _failure;
            }

            var (elapsed, utcNow) = (_clock.Elapsed, _clock.UtcNow);
            _line.Begin(step, utcNow, elapsed);
            _events?.Begin(step, elapsed);
            Metric? notFinite = null;
            foreach (var (name, value) in values)
            {
                var metric = Find(name);
                (metric.Value, metric.Line) = (value, Count + 1);
                _line.Add(metric);
                _events?.Add(metric);
                notFinite ??= value is { } number && !double.IsFinite(number) ? metric : null;
            }

            _file.Append(_line.End());
            Count++;
            WriteEvents(elapsed);
            if (notFinite is not null && !AllowNonFinite)
            {
                throw NotFinite(notFinite, step);
            }

            foreach (var (name, value) in values)
            {
                if (value is { } number && double.IsFinite(number))
                {
                    Find(name).LastFinite = (step, number);
                }
            }
        }
    }

    /// <summary>Closes the files. Lines were not held back in memory; events for TensorBoard that were are written.</summary>
    public void Dispose()
    {
        WriteWaitingEvents();
        lock (_lock)
        {
            _isClosed = true;
            _eventsTimer.Dispose();
            _line.Dispose();
            _file.Dispose();
            _events?.Dispose();
        }
    }

    /// <summary>At once after a pause, so that slow trainings wait for nothing; else together with those of the next tenth of a second.</summary>
    private void WriteEvents(TimeSpan now)
    {
        if (_events is null)
        {
            return;
        }

        _events.End();
        if (now - _eventsWritten >= EventsWait)
        {
            _events.Flush();
            _eventsWritten = now;
        }
        else if (!_isTimerSet)
        {
            _isTimerSet = true;
            _eventsTimer.Change(EventsWait, Timeout.InfiniteTimeSpan);
        }
    }

    private void WriteWaitingEvents()
    {
        lock (_lock)
        {
            _isTimerSet = false;
            if (_isClosed || _events is null)
            {
                return;
            }

            try
            {
                _events.Flush();
                _eventsWritten = _clock.Elapsed;
            }
            catch (TrainingException e)
            {
                // The training is told with its next line; there may be none, and the curve is in metrics.jsonl.
                _failure = e;
            }
        }
    }

    private Metric Find(string name)
    {
        if (name is not null && _metrics.TryGetValue(name, out var known))
        {
            return known;
        }

        if (name is null or "" || MetricsLine.Reserved.Contains(name))
        {
            throw new ArgumentException($"A metric cannot be named '{name}'.", nameof(name));
        }

        return _metrics[name] = new Metric(name);
    }

    private static TrainingException NotFinite(Metric metric, long step)
    {
        var before = metric.LastFinite is var (lastStep, last) ? string.Create(CultureInfo.InvariantCulture, $"; it was {last:G6} in step {lastStep}") : "";
        var value = metric.Value switch
        {
            double.PositiveInfinity => "infinite",
            double.NegativeInfinity => "minus infinity",
            _ => "NaN",
        };
        return new TrainingException(new TrainingProblem(ProblemCodes.LossNotFinite, string.Create(CultureInfo.InvariantCulture,
            $"Metric '{metric.Name}' is {value} in step {step}{before}. Training on from there teaches nothing: lower the learning rate, or look for values "
            + $"in the data that are missing or huge. If this metric may be undefined, log null for it or set run.Metrics.AllowNonFinite = true.")));
    }
}

/// <summary>What was logged so far.</summary>
/// <param name="Count">How many lines.</param>
/// <param name="Newest">The newest value of each metric.</param>
internal sealed record MetricsSnapshot(long Count, IReadOnlyList<(string Name, double? Value)> Newest);
