using ContainerTrain.Diagnostics;
using ContainerTrain.Dockerfile;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>The whole build context as a folder: a Dockerfile and its files, hard links where the file system allows.</summary>
internal static class EjectedContext
{
    /// <summary>Marks a folder as one of these, so that nothing else is ever emptied.</summary>
    private const string Marker = ".containertrain";

    private const string Ignored = ".dockerignore";

    /// <exception cref="ProblemException">CT2006 if the folder holds something else, CT2004 if a file is missing.</exception>
    public static void Write(ImagePlan image, string folder)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            if (!File.Exists(Path.Join(folder, Marker)))
                throw new ProblemException(Codes.EjectFolderInUse.With(folder));
            Directory.Delete(folder, recursive: true);
        }
        var missing = image.Layers.SelectMany(layer => layer.Files).Where(file => !File.Exists(file.Source))
            .Select(file => Codes.MissingFile.With(file.Source, file.Target)).ToArray();
        if (missing.Length > 0)
            throw new ProblemException(missing);

        var own = image.Layers.Where(layer => layer.Kind == LayerKind.Context).SelectMany(layer => layer.Files);
        var ignored = own.FirstOrDefault(one => one.Target == Ignored) is { } mine ? File.ReadAllText(mine.Source) : "";
        image = Placed(image);
        var text = image.OwnDockerfile.Length > 0
            ? OwnDockerfile.Combine(File.ReadAllText(image.OwnDockerfile), image)
            : DockerfileComposer.Compose(image).Render();
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Join(folder, Marker), "Written by the target EjectDockerfile, which replaces this folder.\n");
        File.WriteAllText(Path.Join(folder, Ignored), Marker + "\n" + ignored);
        File.WriteAllText(Path.Join(folder, "Dockerfile"), text);
        foreach (var layer in image.Layers)
        {
            foreach (var file in layer.Files)
                Place(file, Path.Join(folder, layer.Kind == LayerKind.Context ? "" : layer.Name, file.Target), layer.Kind.IsShared());
        }
    }

    /// <summary>Beside the files of a Dockerfile of the project's own, the SDK's lie in a folder.</summary>
    private static ImagePlan Placed(ImagePlan image) => image.OwnDockerfile.Length == 0 ? image : image with
    {
        Layers = [.. image.Layers.Select(layer => layer.Kind == LayerKind.Context
            ? layer with { Files = layer.Files.RemoveAll(file => file.Target is ContainerPaths.OwnDockerfile or "Dockerfile" or Ignored) }
            : layer with { Name = "containertrain/" + layer.Name })],
    };

    /// <summary>
    /// Packages never change where they lie, so that a link is as good as a copy; the next build changes the rest. Only
    /// what every user may read is linked: COPY keeps the mode, and the program runs as another user. TorchSharp joins
    /// CUDA's libraries in temporary files, which nobody else may read.
    /// </summary>
    private static void Place(FilePlan file, string target, bool immutable)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (OperatingSystem.IsWindows())
        {
            File.Copy(file.Source, target);
            return;
        }
        var isReadable = File.GetUnixFileMode(file.Source).HasFlag(UnixFileMode.OtherRead);
        if (immutable && isReadable && Posix.TryLink(file.Source, target))
            return;
        File.Copy(file.Source, target);
        if (!isReadable || file.Mode is not null)
            File.SetUnixFileMode(target, LayerTar.ModeOf(file));
    }
}
