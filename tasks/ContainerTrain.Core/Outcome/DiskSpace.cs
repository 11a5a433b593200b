namespace ContainerTrain.Outcome;

/// <summary>The room on the disk of a folder.</summary>
internal static class DiskSpace
{
    /// <summary>Less than the smallest file system block that anybody uses for data: nothing more can be written.</summary>
    private const long Nothing = 64 << 10;

    /// <summary>Whether nothing more can be written; false where that is not known.</summary>
    public static bool IsFull(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace < Nothing;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}
