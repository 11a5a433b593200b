using System.Collections.Immutable;
using ContainerTrain.Outcome;
using ContainerTrain.Registry;

namespace ContainerTrain;

/// <summary>
/// The last push of a project (<c>push.stamp</c>, beside the plan): later runs of the same image record where it can be had.
/// </summary>
/// <param name="ImageId">The digest of the image's configuration.</param>
/// <param name="Digest">What registries name it by.</param>
public sealed record PushRecord(string ImageId, string Digest, ImmutableArray<string> References)
{
    private const string Format = "containertrain push 1";

    public static string FileBeside(string planFile) => Path.Join(Path.GetDirectoryName(planFile), "push.stamp");

    public static PushRecord Of(PushedImage image) => new(image.ImageId, image.Digest, image.References);

    /// <summary>Null if there is none, or none that can be read.</summary>
    public static PushRecord? Read(string file) =>
        File.Exists(file) && File.ReadAllLines(file) is [Format, var id, var digest, .. var references] ? new PushRecord(id, digest, [.. references]) : null;

    /// <summary>A run's record of its image, with where that can be had; null if another image was pushed.</summary>
    public ImageRecord? AddTo(ImageRecord? image) =>
        image?.Id == ImageId ? image with { Pushed = new PushedRecord(Digest, References) } : null;

    public void Write(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        AtomicFile.WriteAllLines(file, [Format, ImageId, Digest, .. References]);
    }
}
