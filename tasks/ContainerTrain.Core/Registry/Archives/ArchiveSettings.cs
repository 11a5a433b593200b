namespace ContainerTrain.Registry;

/// <summary>What an image file is read by (TrainArchiveFormat).</summary>
public enum ArchiveFormat
{
    /// <summary>A file for <c>docker load</c>, as PublishContainer writes it.</summary>
    Docker,

    /// <summary>An OCI image layout: a folder, or a file if its name ends in <c>.tar</c>.</summary>
    Oci,
}

/// <summary>Where an image goes instead of a registry.</summary>
/// <param name="Path">ContainerArchiveOutputPath, absolute; one that ends with a separator, or is a folder, gets a file named after the repository.</param>
public sealed record ArchiveSettings(string Path, ArchiveFormat Format)
{
    /// <summary>Whether the result is a folder.</summary>
    internal bool IsFolder => Format == ArchiveFormat.Oci && !Path.EndsWith(".tar", StringComparison.OrdinalIgnoreCase);

    /// <summary>The file or folder that is written. The name in a folder is the .NET SDK's, although the layers are what is compressed.</summary>
    internal string FileFor(string repository) =>
        !IsFolder && (System.IO.Path.EndsInDirectorySeparator(Path) || Directory.Exists(Path))
            ? System.IO.Path.Join(Path, repository + ".tar.gz")
            : System.IO.Path.TrimEndingDirectorySeparator(Path);
}
