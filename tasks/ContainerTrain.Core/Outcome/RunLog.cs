using System.Text;

namespace ContainerTrain.Outcome;

/// <summary>
/// A run's <c>log.txt</c>. A disk that is full must not end a training that is well: what does not fit is left out. A thread
/// of its own writes all that has come since its last write, which is one line where lines are rare, and many where a write
/// for each would hold up the program that prints them.
/// </summary>
internal sealed class RunLog : IDisposable
{
    /// <summary>More than that is not kept waiting: who writes lines waits then.</summary>
    private const int MostWaiting = 1 << 20;

    private readonly FileStream _file;
    private readonly Thread _writer;
    private readonly object _lock = new();
    private MemoryStream _waiting = new();
    private bool _isEnding;

    /// <param name="file">Replaced if it is there.</param>
    // Unbuffered: after a failure, a later line begins where the failed one would have.
    public RunLog(string file)
    {
        _file = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _writer = new Thread(WriteAll) { IsBackground = true, Name = "log.txt" };
        _writer.Start();
    }

    /// <summary>How many lines are not in the file, or not as a whole. Known after <see cref="Dispose"/>.</summary>
    public long Lost { get; private set; }

    /// <summary>Why the first of them is not; empty while all are.</summary>
    public string Failure { get; private set; } = "";

    public void WriteLine(string line)
    {
        lock (_lock)
        {
            while (_waiting.Length > MostWaiting)
                Monitor.Wait(_lock);
            var start = (int)_waiting.Length;
            _waiting.SetLength(start + Encoding.UTF8.GetByteCount(line) + 1);
            var bytes = _waiting.GetBuffer().AsSpan(start, (int)_waiting.Length - start);
            Encoding.UTF8.GetBytes(line, bytes);
            bytes[^1] = (byte)'\n';
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Returns when everything is written.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isEnding)
                return;
            _isEnding = true;
            Monitor.PulseAll(_lock);
        }
        _writer.Join();
        try
        {
            _file.Dispose();
        }
        catch (Exception e) when (IsFailure(e))
        {
            // Some file systems say only now that there was no room.
            Lose(e);
        }
    }

    private void WriteAll()
    {
        var writing = new MemoryStream();
        while (true)
        {
            lock (_lock)
            {
                while (_waiting.Length == 0 && !_isEnding)
                    Monitor.Wait(_lock);
                if (_waiting.Length == 0)
                    return;
                (_waiting, writing) = (writing, _waiting);
                Monitor.PulseAll(_lock);
            }
            Write(writing.GetBuffer().AsSpan(0, (int)writing.Length));
            writing.SetLength(0);
        }
    }

    private void Write(ReadOnlySpan<byte> lines)
    {
        var start = _file.Position;
        try
        {
            _file.Write(lines);
        }
        catch (Exception e) when (IsFailure(e))
        {
            _file.Position = start;
            WriteOneByOne(lines);
        }
    }

    /// <summary>As many of the lines as there is room for.</summary>
    private void WriteOneByOne(ReadOnlySpan<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            var line = lines[..(lines.IndexOf((byte)'\n') + 1)];
            lines = lines[line.Length..];
            var start = _file.Position;
            try
            {
                _file.Write(line);
            }
            catch (Exception e) when (IsFailure(e))
            {
                _file.Position = start;
                Lose(e);
            }
        }
    }

    private void Lose(Exception e)
    {
        if (Lost++ == 0)
            Failure = e.Message;
    }

    private static bool IsFailure(Exception e) => e is IOException or UnauthorizedAccessException;
}
