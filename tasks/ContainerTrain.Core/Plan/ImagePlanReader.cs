using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ContainerTrain.Diagnostics;

namespace ContainerTrain.Plan;

/// <summary>What of a plan an image is built from.</summary>
/// <param name="Image">The image.</param>
/// <param name="Key">What the image is recognized by (<see cref="TrainPlan.ImageKey"/>).</param>
/// <param name="Engine">Where it is wanted.</param>
public sealed record PlannedImage(ImagePlan Image, string Key, EngineKind Engine);

/// <summary>
/// Reads the image's half of <c>plan.json</c>, element by element: an edit needs nothing else, and the serializer's
/// generic code for the plan's types is compiled anew in every process, for longer than the rest of an edit takes.
/// </summary>
internal static class ImagePlanReader
{
    /// <exception cref="ProblemException">CT2005 if the file is missing or no plan.</exception>
    public static PlannedImage Read(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var plan = document.RootElement;
            return new PlannedImage(Image(plan.GetProperty("image")), Text(plan, "imageKey"), Named<EngineKind>(plan.GetProperty("run"), "engine"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            throw new ProblemException(Codes.PlanUnreadable.With(file, e.Message), e);
        }
    }

    private static ImagePlan Image(JsonElement image) => new()
    {
        BaseImage = Text(image, "baseImage"),
        PullReference = Text(image, "pullReference"),
        Platform = Text(image, "platform"),
        References = Texts(image, "references"),
        System = System(image.GetProperty("system")),
        Layers = Layers(image.GetProperty("layers")),
        WorkingDirectory = Text(image, "workingDirectory"),
        User = Text(image, "user"),
        Entrypoint = Texts(image, "entrypoint"),
        Command = Texts(image, "command"),
        InheritsCommand = image.GetProperty("inheritsCommand").GetBoolean(),
        Environment = Pairs(image, "environment"),
        Labels = Pairs(image, "labels"),
        StripNatives = image.GetProperty("stripNatives").GetBoolean(),
        NativePreflight = image.GetProperty("nativePreflight").GetBoolean(),
        Created = Text(image, "created"),
        Ports = Texts(image, "ports"),
        Volumes = Texts(image, "volumes"),
        Healthcheck = image.TryGetProperty("healthcheck", out var healthcheck) ? Healthcheck(healthcheck) : null,
        StopSignal = Text(image, "stopSignal"),
        OwnDockerfile = Text(image, "ownDockerfile"),
    };

    private static SystemPlan System(JsonElement system)
    {
        var instructions = ImmutableArray.CreateBuilder<InstructionPlan>();
        foreach (var instruction in system.GetProperty("instructions").EnumerateArray())
            instructions.Add(new InstructionPlan(Text(instruction, "text"), Text(instruction, "stage"), Text(instruction, "position")));
        var requirements = ImmutableArray.CreateBuilder<RequirementsPlan>();
        foreach (var file in system.GetProperty("pipRequirements").EnumerateArray())
            requirements.Add(new RequirementsPlan(Text(file, "path"), file.GetProperty("isConstraint").GetBoolean()));
        return new SystemPlan
        {
            AptPackages = Texts(system, "aptPackages"),
            PipPackages = Texts(system, "pipPackages"),
            PipRequirements = requirements.ToImmutable(),
            Shell = Texts(system, "shell"),
            Arguments = Pairs(system, "arguments"),
            Instructions = instructions.ToImmutable(),
        };
    }

    private static HealthcheckPlan Healthcheck(JsonElement healthcheck)
    {
        return new HealthcheckPlan(
            Texts(healthcheck, "test"), Duration("interval"), Duration("timeout"), Duration("startPeriod"),
            healthcheck.TryGetProperty("retries", out var retries) ? retries.GetInt64() : null);

        TimeSpan? Duration(string name) =>
            Optional(healthcheck, name) is { } text ? TimeSpan.ParseExact(text, "c", CultureInfo.InvariantCulture) : null;
    }

    private static ImmutableArray<LayerPlan> Layers(JsonElement array)
    {
        var layers = ImmutableArray.CreateBuilder<LayerPlan>();
        foreach (var layer in array.EnumerateArray())
        {
            var files = ImmutableArray.CreateBuilder<FilePlan>();
            foreach (var file in layer.GetProperty("files").EnumerateArray())
            {
                files.Add(new FilePlan(Text(file, "source"), Text(file, "target"))
                {
                    Mode = file.TryGetProperty("mode", out var mode) ? mode.GetInt32() : null,
                });
            }
            layers.Add(new LayerPlan(Text(layer, "name"), Named<LayerKind>(layer, "kind"), files.ToImmutable())
            {
                Folder = Optional(layer, "folder"),
                Owner = Optional(layer, "owner"),
            });
        }
        return layers.ToImmutable();
    }

    private static ImmutableArray<string> Texts(JsonElement parent, string name)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        foreach (var text in parent.GetProperty(name).EnumerateArray())
            texts.Add(Required(text));
        return texts.ToImmutable();
    }

    private static ImmutableSortedDictionary<string, string> Pairs(JsonElement parent, string name)
    {
        var pairs = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
        foreach (var pair in parent.GetProperty(name).EnumerateObject())
            pairs = pairs.SetItem(pair.Name, Required(pair.Value));
        return pairs;
    }

    private static T Named<T>(JsonElement parent, string name)
        where T : struct, Enum =>
        Enum.Parse<T>(Text(parent, name), ignoreCase: true);

    private static string? Optional(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) ? Required(value) : null;

    private static string Text(JsonElement parent, string name) => Required(parent.GetProperty(name));

    private static string Required(JsonElement text) => text.GetString() ?? throw new JsonException("a text is null");
}
