using Microsoft.Win32.SafeHandles;

namespace ContainerTrain.Runtime;

/// <summary>
/// A file that grows by whole records. Each goes to the kernel in one write before <see cref="Append"/> returns, so that
/// the death of the process costs at most the record being written; only the death of the machine can cost more.
/// </summary>
internal sealed class RecordFile : IDisposable
{
    /// <summary>EAGAIN and EWOULDBLOCK: another process holds the lock. Its HResult is the only typed word that .NET has for it.</summary>
    private const int LockedByAnother = 11;

    private readonly FileStream _stream;
    private readonly SafeFileHandle _handle;
    private readonly string _path;
    private long _end;

    private RecordFile(FileStream stream, string path)
    {
        (_stream, _handle, _path) = (stream, stream.SafeFileHandle, path);
        _end = stream.Length;
    }

    /// <summary>How many bytes it has.</summary>
    public long Length => _end;

    /// <summary>Opens the file, or makes it and its folder.</summary>
    /// <exception cref="TrainingException">CT4110: it cannot be opened for writing. CT4112: another process writes it.</exception>
    public static RecordFile Open(string path)
    {
        FileStream? stream = null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            // Unbuffered: what is held back in memory is what a kill would cost.
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            Lock(stream, path);
            return new RecordFile(stream, path);
        }
        catch (Exception e)
        {
            stream?.Dispose();
            if (e is IOException or UnauthorizedAccessException)
            {
                throw Unwritable(path, e);
            }

            throw;
        }
    }

    /// <summary>Adds one record, or nothing at all.</summary>
    /// <exception cref="TrainingException">CT4110: it could not be written whole; what was there before still is, and no part of this record.</exception>
    public void Append(ReadOnlySpan<byte> record)
    {
        try
        {
            RandomAccess.Write(_handle, record, _end);
            _end += record.Length;
        }
        // .NET's word for a file that grows beyond what its file system or a quota allows (EFBIG) is ArgumentOutOfRange.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            CutBack();
            throw Unwritable(_path, e);
        }
    }

    /// <summary>How many bytes at the end, 0 for a file that was closed well, belong to no line.</summary>
    public long UnendedBytes()
    {
        Span<byte> buffer = stackalloc byte[256];
        for (var end = _end; end > 0; end -= buffer.Length)
        {
            var start = Math.Max(0, end - buffer.Length);
            var piece = buffer[..(int)(end - start)];
            var read = RandomAccess.Read(_handle, piece, start);
            if (piece[..read].LastIndexOf((byte)'\n') is var at and >= 0)
            {
                return _end - (start + at + 1);
            }
        }

        return _end;
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>A lock of the process, which the kernel takes back however the process ends. Readers are not kept out.</summary>
    private static void Lock(FileStream stream, string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            stream.Lock(0, 1);
        }
        catch (IOException e) when (e.HResult == LockedByAnother)
        {
            throw new TrainingException(new TrainingProblem(ProblemCodes.OutputInUse,
                $"Another process is writing '{path}', so this folder belongs to a run that has not ended. Stop that run, or give this one "
                + "an output directory of its own (TRAIN_OUTPUT_DIR; ContainerTrain.Sdk makes a new one for each run).", path));
        }
        catch (IOException)
        {
            // A file system without locks: then nobody is kept out, and nothing else is worse.
        }
    }

    private void CutBack()
    {
        try
        {
            RandomAccess.SetLength(_handle, _end);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next one to open the file finds the half record and begins a new line.
        }
    }

    private static TrainingException Unwritable(string path, Exception e)
    {
        var reason = e is ArgumentOutOfRangeException ? $"'{path}' may not grow any more" : e.Message.TrimEnd('.');
        return new(new TrainingProblem(ProblemCodes.OutputUnwritable,
            $"The training cannot write its output: {reason}. What was there before is kept. Free some space, or make the folder writable, and train again.", path));
    }
}
