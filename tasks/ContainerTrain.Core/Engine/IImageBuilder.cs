using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>Makes an image out of a plan.</summary>
public interface IImageBuilder
{
    /// <summary>Builds the image unless the engine has it already.</summary>
    /// <exception cref="Diagnostics.ProblemException">CT3003 to CT3005.</exception>
    Task<BuiltImage> BuildAsync(ImagePlan image, IProgress<string> progress, CancellationToken cancellation);
}

/// <summary>An image on an engine.</summary>
/// <param name="Id">The image's id on the engine, <c>sha256:…</c>.</param>
/// <param name="DepsImage">The image below it, which holds everything but the application.</param>
/// <param name="BaseImageId">The id of the base image it was made from.</param>
/// <param name="Duration">How long building took; zero if nothing had to be built.</param>
public sealed record BuiltImage(string Id, string DepsImage, string BaseImageId, TimeSpan Duration);
