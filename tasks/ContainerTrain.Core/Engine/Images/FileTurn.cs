using System.Globalization;
using System.Text;
using ContainerTrain.Diagnostics;
using ContainerTrain.Outcome;

namespace ContainerTrain.Engine;

/// <summary>A turn that one process of the machine has at a time. Ends with the process at the latest.</summary>
internal sealed class FileTurn : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>After which somebody who waits is told for whom.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    /// <summary>Gigabytes of libraries take minutes on a slow disk; nothing takes this long.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    private readonly FileStream _file;

    private FileTurn(FileStream file) => _file = file;

    /// <summary>The turn, or null if somebody else has it.</summary>
    public static FileTurn? TryTake(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            // No buffer: who waits reads the file while it is open here.
            var turn = new FileTurn(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
            turn.Sign();
            return turn;
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    /// <summary>Waits until nobody else has <paramref name="path"/>.</summary>
    /// <param name="path">The file that stands for the turn.</param>
    /// <param name="what">What one does at a time, for a message: <c>the deps image 0123</c>.</param>
    /// <param name="progress">Gets a line if it takes longer than a moment.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="ProblemException">CT3060 if it takes too long.</exception>
    public static Task<FileTurn> TakeAsync(string path, string what, IProgress<string> progress, CancellationToken cancellation) =>
        TakeAsync(path, what, Silence, Limit, progress, cancellation);

    internal static async Task<FileTurn> TakeAsync(
        string path, string what, TimeSpan silence, TimeSpan limit, IProgress<string> progress, CancellationToken cancellation)
    {
        var begin = Environment.TickCount64;
        var isSaid = false;
        while (true)
        {
            if (TryTake(path) is { } turn)
                return turn;
            // There is no event for a file lock: ask again.
            await Task.Delay(Pause, cancellation);
            var waited = TimeSpan.FromMilliseconds(Environment.TickCount64 - begin);
            if (waited > limit)
                throw new ProblemException(Codes.WaitedTooLong.With(what, HolderOf(path), path, Plan.Units.Show(limit)));
            if (waited > silence && !isSaid)
            {
                isSaid = true;
                progress.Report($"Waiting for {what}, which another build is at ({HolderOf(path)})");
            }
        }
    }

    private void Sign()
    {
        try
        {
            _file.SetLength(0);
            _file.Write(Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName} since {DateTimeOffset.Now:yyyy-MM-dd HH:mm:ss}")));
        }
        catch (IOException)
        {
            // A full disk does not take the turn away.
        }
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    /// <summary>In the words that the holder left in the file.</summary>
    private static string HolderOf(string path)
    {
        try
        {
            // .NET's own way to open a file would ask for the lock, too.
            return PlainFile.ReadAllBytes(path) is { Length: > 0 } holder ? Encoding.UTF8.GetString(holder) : "an unknown process";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "an unknown process";
        }
    }
}
