using System.Collections.Immutable;
using ContainerTrain.Plan;

namespace ContainerTrain.Dockerfile;

/// <summary>
/// Composes the four stages. One Dockerfile describes the whole image; the two halves of it, which the SDK builds
/// apart so that an edit never touches the big layers, are made of the same stages.
/// </summary>
public static class DockerfileComposer
{
    /// <summary>The whole image, as a plain <c>docker build</c> makes it.</summary>
    public static DockerfileDocument Compose(ImagePlan image) =>
        new([.. DependencyStages(image), AppStage(image, "libraries")]);

    /// <summary>The base image with the project's packages and instructions; null if it has none.</summary>
    public static DockerfileDocument? ComposeSystem(ImagePlan image) =>
        DependencyStages(image)[0] is { Instructions.IsEmpty: false } system ? new DockerfileDocument([system]) : null;

    /// <summary>Everything below the application: what the deps image holds.</summary>
    public static DockerfileDocument ComposeDependencies(ImagePlan image) => new(DependencyStages(image));

    /// <summary>The application alone, on top of a deps image.</summary>
    public static DockerfileDocument ComposeApp(ImagePlan image, string depsImage) => new([AppStage(image, depsImage)]);

    private static ImmutableArray<Stage> DependencyStages(ImagePlan image) =>
    [
        new Stage("system", image.PullReference, SystemInstructions(image.System)),
        new Stage("natives", "system", Copies(image, LayerKind.Natives)),
        new Stage("libraries", "natives", Copies(image, LayerKind.Libraries)),
    ];

    private static ImmutableArray<string> SystemInstructions(SystemPlan system) =>
    [
        .. Users(system.Instructions, "system", "before"),
        .. system.AptPackages.IsEmpty
            ? []
            : ImmutableArray.Create(
                "RUN apt-get update \\\n"
                + $" && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends {string.Join(' ', system.AptPackages)} \\\n"
                + " && rm -rf /var/lib/apt/lists/*"),
        .. system.PipPackages.IsEmpty
            ? []
            : ImmutableArray.Create(
                "RUN python3 -m pip install --no-cache-dir --break-system-packages "
                + string.Join(' ', system.PipPackages.Select(package => $"'{package}'"))),
        .. Users(system.Instructions, "system", "after"),
    ];

    private static Stage AppStage(ImagePlan image, string from) => new("app", from,
    [
        .. Users(image.System.Instructions, "app", "before"),
        .. image.Environment.Select(variable => $"ENV {variable.Key}={Quote.Word(variable.Value)}"),
        .. image.Labels.Select(label => $"LABEL {Quote.Word(label.Key)}={Quote.Word(label.Value)}"),
        .. image.Ports.Select(port => $"EXPOSE {port}"),
        .. Copies(image, LayerKind.Custom),
        .. Copies(image, LayerKind.References),
        .. Copies(image, LayerKind.App),
        $"WORKDIR {Quote.Word(image.WorkingDirectory)}",
        $"USER {Quote.Word(image.User)}",
        $"ENTRYPOINT {Quote.Exec(image.Entrypoint)}",
        // Without it the base image's own command would become the arguments of this entry point.
        $"CMD {Quote.Exec(image.Command)}",
        .. Users(image.System.Instructions, "app", "after"),
    ]);

    private static ImmutableArray<string> Copies(ImagePlan image, LayerKind kind) =>
    [
        .. image.Layers.Where(layer => layer.Kind == kind)
            .Select(layer => $"COPY --chown=0:0 {Quote.Paths(layer.Name + "/", image.WorkingDirectory.TrimEnd('/') + "/")}"),
    ];

    private static IEnumerable<string> Users(ImmutableArray<InstructionPlan> instructions, string stage, string position) =>
        instructions.Where(instruction => instruction.Stage == stage && instruction.Position == position)
            .Select(instruction => instruction.Text);
}
