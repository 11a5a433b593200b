using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine.Tests;

internal static class WholeImages
{
    /// <summary>Both halves of an image, one after the other.</summary>
    public static async Task<BuiltImage> BuildAsync(
        this IImageBuilder builder, ImagePlan image, BuiltImage? previous, IProgress<string> progress, CancellationToken cancellation) =>
        await builder.BuildAsync(image, await builder.PrepareAsync(image, progress, cancellation), previous, progress, cancellation);
}
