namespace ContainerTrain.Engine;

/// <summary>A turn that one process of the machine has at a time. Ends with the process at the latest.</summary>
internal sealed class FileTurn : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private FileTurn(FileStream file) => _file = file;

    /// <summary>Waits until nobody else has <paramref name="path"/>.</summary>
    public static async Task<FileTurn> TakeAsync(string path, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        while (true)
        {
            try
            {
                return new FileTurn(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (Directory.Exists(Path.GetDirectoryName(path)))
            {
                // Someone else has it. There is no event for a file lock: ask again.
                await Task.Delay(Pause, cancellation);
            }
        }
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
