using System.Collections.Immutable;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>Makes an image out of a plan.</summary>
public interface IImageBuilder
{
    /// <summary>Builds what is below the application; what the engine has already is not built again.</summary>
    /// <param name="image">A plan of which only the layers that projects share count.</param>
    /// <param name="progress">Gets a line for each step that takes long.</param>
    /// <param name="cancellation">Stops the build; what is half-built is not used.</param>
    /// <exception cref="Diagnostics.ProblemException">CT3003 to CT3005, CT2004, CT3030 to CT3033.</exception>
    Task<ImageBelow> PrepareAsync(ImagePlan image, IProgress<string> progress, CancellationToken cancellation);

    /// <summary>
    /// Announces that an application will follow soon: the engine gets ready for it while the compiler works.
    /// </summary>
    /// <returns>What to dispose where the build ends without the application, or null.</returns>
    /// <param name="cancellation">Stops the connecting.</param>
    IDisposable? Announce(CancellationToken cancellation);

    /// <summary>Builds the application's image.</summary>
    /// <param name="image">What to build.</param>
    /// <param name="below">What it stands on, of the same plan.</param>
    /// <param name="previous">The image that the last build of the same project made, if it is known.</param>
    /// <param name="progress">Gets a line for each step that takes long.</param>
    /// <param name="cancellation">Stops the build; what is half-built is not used.</param>
    /// <exception cref="Diagnostics.ProblemException">CT3004, CT3005, CT2004.</exception>
    Task<BuiltImage> BuildAsync(ImagePlan image, ImageBelow below, BuiltImage? previous, IProgress<string> progress, CancellationToken cancellation);
}

/// <summary>What an application's image stands on, as the engine has it.</summary>
/// <param name="Name">The deps image's name.</param>
/// <param name="Image">The deps image.</param>
/// <param name="BaseImageId">The id of the base image it was made from.</param>
/// <param name="Duration">How long it took to find or to build.</param>
public sealed record ImageBelow(string Name, EngineImage Image, string BaseImageId, TimeSpan Duration);

/// <summary>An image on an engine.</summary>
/// <param name="Id">The image's id on the engine, <c>sha256:…</c>.</param>
/// <param name="DiffIds">The digests of its layers where this build decided them, else empty.</param>
/// <param name="DepsImage">The image below it, which holds everything but the application.</param>
/// <param name="BaseImageId">The id of the base image it was made from.</param>
/// <param name="Duration">How long building took; zero if nothing had to be built.</param>
public sealed record BuiltImage(
    string Id, ImmutableArray<string> DiffIds, string DepsImage, string BaseImageId, TimeSpan Duration);
