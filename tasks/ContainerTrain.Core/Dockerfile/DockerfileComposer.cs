using System.Collections.Immutable;
using ContainerTrain.Plan;

namespace ContainerTrain.Dockerfile;

/// <summary>
/// Composes the stages. One Dockerfile describes the whole image; its parts, which the SDK builds apart so that an edit
/// never touches the big layers, are made of the same stages.
/// </summary>
public static class DockerfileComposer
{
    /// <summary>The whole image, as a plain <c>docker build</c> makes it.</summary>
    public static DockerfileDocument Compose(ImagePlan image)
    {
        var system = new Stage("system", image.PullReference, SystemStage.Instructions(image, caches: false));
        // Without packages, what would only name another stage is left out.
        var hasPackages = image.Layers.Any(layer => layer.Kind.IsShared());
        return new([system, .. hasPackages ? PackageStages(image, system.Name) : [], AppStage(image, hasPackages ? "libraries" : system.Name)]);
    }

    /// <summary>The base image with the project's packages and instructions; null if it has none.</summary>
    /// <param name="image">The plan.</param>
    /// <param name="caches">Whether downloads are kept between builds, which takes BuildKit.</param>
    public static DockerfileDocument? ComposeSystem(ImagePlan image, bool caches) =>
        SystemStage.Instructions(image, caches) is { IsEmpty: false } instructions
            ? new DockerfileDocument([new Stage("system", image.PullReference, instructions)])
            : null;

    /// <summary>What the deps image adds to the system image.</summary>
    public static DockerfileDocument ComposeDependencies(ImagePlan image, string systemImage) => new(PackageStages(image, systemImage));

    /// <summary>The application alone, on top of a deps image.</summary>
    public static DockerfileDocument ComposeApp(ImagePlan image, string depsImage) => new([AppStage(image, depsImage)]);

    /// <summary>The layers' files, each to its folder.</summary>
    internal static ImmutableArray<string> Copies(ImagePlan image, LayerKind kind) =>
    [
        .. image.Layers.Where(layer => layer.Kind == kind)
            .Select(layer => $"COPY --chown={layer.Owner ?? "0:0"} {Quote.Paths(layer.Name + "/", (layer.Folder ?? image.WorkingDirectory).TrimEnd('/') + "/")}"),
    ];

    /// <summary>The project's own instructions of one place.</summary>
    internal static IEnumerable<string> Users(ImagePlan image, string stage, string position) =>
        image.System.Instructions.Where(instruction => instruction.Stage == stage && instruction.Position == position)
            .Select(instruction => instruction.Text.ReplaceLineEndings("\n"));

    /// <summary>Build arguments, which end with the stage that names them.</summary>
    internal static IEnumerable<string> Arguments(ImagePlan image) =>
        image.System.Arguments.Select(argument => $"ARG {argument.Key}={Quote.Word(argument.Value)}");

    private static ImmutableArray<Stage> PackageStages(ImagePlan image, string from) =>
    [
        new Stage("natives", from, Copies(image, LayerKind.Natives)),
        new Stage("libraries", "natives", Copies(image, LayerKind.Libraries)),
    ];

    private static Stage AppStage(ImagePlan image, string from) => new("app", from,
    [
        .. image.System.Instructions.Any(instruction => instruction.Stage == InstructionPlan.App) ? Arguments(image) : [],
        .. Users(image, InstructionPlan.App, "before"),
        .. image.Environment.Select(variable => $"ENV {variable.Key}={Quote.Word(variable.Value)}"),
        .. image.Labels.Select(label => $"LABEL {Quote.Word(label.Key)}={Quote.Word(label.Value)}"),
        .. image.Ports.Select(port => $"EXPOSE {port}"),
        .. Copies(image, LayerKind.Custom),
        .. Copies(image, LayerKind.Files),
        .. Copies(image, LayerKind.References),
        .. Copies(image, LayerKind.App),
        // After the files: what is put into a volume later is lost.
        .. image.Volumes.Select(volume => $"VOLUME {Quote.Paths(volume)}"),
        $"WORKDIR {Quote.Word(image.WorkingDirectory)}",
        .. image.User.Length > 0 ? [$"USER {Quote.Word(image.User)}"] : ImmutableArray<string>.Empty,
        .. image.StopSignal.Length > 0 ? [$"STOPSIGNAL {image.StopSignal}"] : ImmutableArray<string>.Empty,
        .. image.Healthcheck is { } check ? [HealthcheckText.Of(check)] : ImmutableArray<string>.Empty,
        .. image.Entrypoint.IsEmpty ? ImmutableArray<string>.Empty : [$"ENTRYPOINT {Quote.Exec(image.Entrypoint)}"],
        // Without it the base image's own command would become the arguments of this entry point.
        .. image.InheritsCommand ? ImmutableArray<string>.Empty : [$"CMD {Quote.Exec(image.Command)}"],
        .. Users(image, InstructionPlan.App, "after"),
    ]);
}
