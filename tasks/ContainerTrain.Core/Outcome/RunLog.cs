namespace ContainerTrain.Outcome;

/// <summary>A run's <c>log.txt</c>. A disk that is full must not end a training that is well: what does not fit is left out.</summary>
internal sealed class RunLog : IDisposable
{
    private readonly StreamWriter _writer;

    /// <param name="file">Replaced if it is there.</param>
    // Unbuffered: after a failure, a later line begins where the failed one would have.
    public RunLog(string file) => _writer = new StreamWriter(new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0)) { AutoFlush = true, NewLine = "\n" };

    /// <summary>How many lines are not in the file, or not as a whole.</summary>
    public long Lost { get; private set; }

    /// <summary>Why the first of them is not; empty while all are.</summary>
    public string Failure { get; private set; } = "";

    public void WriteLine(string line)
    {
        try
        {
            _writer.WriteLine(line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (Lost++ == 0)
                Failure = e.Message;
        }
    }

    public void Dispose()
    {
        try
        {
            _writer.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Some file systems say only now that there was no room.
            if (Lost++ == 0)
                Failure = e.Message;
        }
    }
}
