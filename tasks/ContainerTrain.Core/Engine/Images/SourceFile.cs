namespace ContainerTrain.Engine;

/// <summary>Files of the host that go into an image.</summary>
internal static class SourceFile
{
    /// <summary>A file as it is read: of a link, what it leads to, as the length and time of a link are its own.</summary>
    public static FileInfo Of(string path)
    {
        var info = new FileInfo(path);
        return info.Exists && info.Attributes.HasFlag(FileAttributes.ReparsePoint)
            && info.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target
            ? target
            : info;
    }
}
