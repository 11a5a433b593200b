using Docker.DotNet;

namespace ContainerTrain.Engine;

/// <summary>
/// The lines of a container's two streams, each once, although its output may have to be read again from the beginning:
/// an engine that went away and came back gives the log of the whole run.
/// </summary>
internal sealed class ContainerLines(IProgress<OutputLine> output)
{
    private readonly Channel _stdout = new(line => output.Report(new OutputLine(line, IsError: false)));
    private readonly Channel _stderr = new(line => output.Report(new OutputLine(line, IsError: true)));
    private long _bytes;

    /// <summary>Grows with everything that comes.</summary>
    public long BytesRead => Interlocked.Read(ref _bytes);

    /// <summary>Reads until the stream ends, which says nothing of the program yet.</summary>
    public async Task ReadAsync(MultiplexedStream stream, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 16];
        while (await stream.ReadOutputAsync(buffer, 0, buffer.Length, cancellation).WaitAsync(cancellation) is { EOF: false } read)
        {
            Interlocked.Add(ref _bytes, read.Count);
            (read.Target == MultiplexedStream.TargetStream.StandardError ? _stderr : _stdout).Add(buffer.AsSpan(0, read.Count));
        }
    }

    /// <summary>What is read next is the log from its beginning.</summary>
    public void Rewind()
    {
        _stdout.Rewind();
        _stderr.Rewind();
    }

    /// <summary>The end of the program ends its last line.</summary>
    public void Complete()
    {
        _stdout.Complete();
        _stderr.Complete();
    }

    /// <summary>Lines are counted and not bytes: a log driver replaces bytes that are no text.</summary>
    private sealed class Channel(Action<string> line)
    {
        private LineSplitter _lines = new(line);
        private long _ends;
        private long _toSkip;

        public void Add(ReadOnlySpan<byte> bytes)
        {
            while (_toSkip > 0)
            {
                if (bytes.IndexOf((byte)'\n') is var end && end < 0)
                    return;
                bytes = bytes[(end + 1)..];
                _toSkip--;
            }
            _ends += bytes.Count((byte)'\n');
            _lines.Add(bytes);
        }

        /// <summary>A line that has begun comes again as a whole.</summary>
        public void Rewind() => (_toSkip, _lines) = (_ends, new LineSplitter(line));

        public void Complete() => _lines.Complete();
    }
}
