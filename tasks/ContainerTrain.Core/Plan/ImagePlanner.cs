using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Plan;

/// <summary>The image's half of the plan.</summary>
internal static partial class ImagePlanner
{
    private const string DefaultUser = "1654"; // the user "app" of Microsoft's .NET images
    private const string DefaultFamily = "noble";

    private static readonly ImmutableArray<string> CreatedLabels = ["org.opencontainers.artifact.created", "org.opencontainers.image.created"];

    private static readonly ImmutableSortedDictionary<string, string> Platforms =
        ImmutableSortedDictionary<string, string>.Empty
            .Add("linux-x64", "linux/amd64")
            .Add("linux-arm64", "linux/arm64");

    public static ImagePlan Plan(TrainInputs inputs, ProblemCollector problems)
    {
        var (project, image) = (inputs.Project, inputs.Image);
        if (project.Compile.Length > 0 && !bool.TryParse(project.Compile, out _))
            problems.AddForProperty("TrainCompile", Codes.UnknownValue, "TrainCompile", project.Compile, "true, false", "");
        if (!project.IsProgram && inputs.Run.Engine.Equals(nameof(EngineKind.Process), StringComparison.OrdinalIgnoreCase))
            problems.AddForProperty("TrainEngine", Codes.NoProgramForHost, "TrainEngine is process");
        if (project.IsProgram && project.OutputType.Length > 0 && !project.OutputType.EndsWith("Exe", StringComparison.OrdinalIgnoreCase))
            problems.AddForProperty("OutputType", Codes.NotExecutable, project.OutputType);
        if (!Platforms.TryGetValue(project.RuntimeIdentifier, out var platform))
            problems.AddForProperty(problems.NameInProject("RuntimeIdentifier", "ContainerRuntimeIdentifier"), Codes.NotLinux, project.RuntimeIdentifier, string.Join(", ", Platforms.Keys));

        var (baseImage, pull) = BaseImage(inputs, problems);
        var workingDirectory = image.WorkingDirectory.Length > 0 ? image.WorkingDirectory : "/app";
        if (!IsAbsoluteLinuxPath(workingDirectory))
            problems.AddForProperty("ContainerWorkingDirectory", Codes.InvalidName, "ContainerWorkingDirectory", workingDirectory, "is no absolute Linux path");
        RunPlanner.CheckUser("ContainerUser", image.User, problems);
        var created = Created(image.SourceDateEpoch, problems);
        var command = CommandPlanner.Plan(inputs, workingDirectory, problems);
        return new ImagePlan
        {
            BaseImage = baseImage,
            PullReference = pull,
            Platform = platform ?? "",
            References = References(inputs, problems),
            System = SystemPlanner.Plan(inputs, workingDirectory, problems),
            Layers = LayerPlanner.Merge(LayerPlanner.Plan(image, problems), FilePlanner.Plan(inputs, workingDirectory, problems)),
            StripNatives = Flag("TrainStripNatives", image.StripNatives, problems),
            NativePreflight = Flag("TrainNativePreflight", image.NativePreflight, problems, usual: true),
            Created = created,
            WorkingDirectory = workingDirectory,
            // Only Microsoft's images are known to have that user; a program of .NET runs as any.
            User = image.User.Length > 0 || !project.IsProgram ? image.User : DefaultUser,
            Entrypoint = command.Entrypoint,
            Command = command.Command,
            InheritsCommand = command.InheritsCommand,
            Environment = EnvironmentOf(image, problems),
            Labels = LabelsOf(image, created, problems),
            Ports = [.. PortsOf(image, problems).Distinct().Order().Select(port => $"{port.Number}/{port.Type}")],
            Volumes = ContainerPlanner.Volumes(image, problems),
            Healthcheck = ContainerPlanner.Healthcheck(image, problems),
            StopSignal = ContainerPlanner.StopSignal(image, problems),
            OwnDockerfile = OwnDockerfile(inputs, problems),
        };
    }

    private static string OwnDockerfile(TrainInputs inputs, ProblemCollector problems)
    {
        var (file, asked) = (inputs.Image.Dockerfile, inputs.Project.ProjectDirectory);
        if (file.Length > 0 && !File.Exists(file))
            problems.AddForProperty("TrainDockerfile", Codes.ImageFileMissing, "TrainDockerfile", Path.GetRelativePath(asked, file), file);
        return file;
    }

    private static bool Flag(string name, string text, ProblemCollector problems, bool usual = false)
    {
        if (text.Length > 0 && !bool.TryParse(text, out _))
            problems.AddForProperty(name, Codes.UnknownValue, name, text, "true, false", "");
        return bool.TryParse(text, out var value) ? value : usual;
    }

    /// <summary>SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/) as the image's time of creation.</summary>
    private static string Created(string epoch, ProblemCollector problems)
    {
        if (epoch.Length == 0)
            return "";
        if (long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 253_402_300_799)
            return DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        problems.Add(Codes.InvalidNumber.With("SOURCE_DATE_EPOCH", epoch, "a whole number of seconds since 1970"));
        return "";
    }

    private static (string Named, string Pulled) BaseImage(TrainInputs inputs, ProblemCollector problems)
    {
        var image = inputs.Image;
        if (image.Family.Length > 0 && !ImageReference.IsTag(image.Family))
            problems.AddForProperty("ContainerFamily", Codes.InvalidName, "ContainerFamily", image.Family, "is no part of an image tag");
        var version = inputs.Project.TargetFramework.Replace("net", "", StringComparison.Ordinal);
        var family = image.Family.Length > 0 ? image.Family : DefaultFamily;
        var text = image.BaseImage.Length > 0 ? image.BaseImage : $"mcr.microsoft.com/dotnet/runtime:{version}-{family}";
        if (!ImageReference.TryParse(text, out var reference, out var error))
        {
            problems.AddForProperty("ContainerBaseImage", Codes.InvalidImageReference, "ContainerBaseImage", text, error);
            return (text, text);
        }
        var pulled = image.RegistryMirror.Length > 0 ? reference.At(image.RegistryMirror) : reference;
        // A host without dot or port reads as a part of the repository: the pull would go to Docker Hub.
        if (ImageReference.TryParse(pulled.ToString(), out var read, out error) && pulled.Registry is { } mirror && read.Registry is null)
            error = $"'{mirror}' would be a repository of Docker Hub; a registry's host has a dot or a port, or is localhost";
        if (error.Length > 0)
            problems.AddForProperty("TrainRegistryMirror", Codes.InvalidImageReference, "TrainRegistryMirror", image.RegistryMirror, error);
        return (reference.ToString(), pulled.ToString());
    }

    private static ImmutableArray<string> References(TrainInputs inputs, ProblemCollector problems)
    {
        var image = inputs.Image;
        var repository = image.Repository.Length > 0 ? image.Repository : ImageReference.ToRepository(inputs.Project.Name);
        if (!ImageReference.IsRepository(repository))
            problems.AddForProperty("ContainerRepository", Codes.InvalidImageReference, "ContainerRepository", repository, "it is no repository name");
        var tags = image.Tags.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var property = problems.NameInProject("ContainerImageTags", "ContainerImageTag");
        foreach (var tag in tags.Where(tag => !ImageReference.IsTag(tag)))
            problems.AddForProperty(property, Codes.InvalidName, property, tag, "is no tag: letters, digits, '_', '.' and '-', at most 128");
        return [.. (tags.Length > 0 ? tags : ["latest"]).Distinct().Select(tag => $"{repository}:{tag}")];
    }

    private static ImmutableSortedDictionary<string, string> EnvironmentOf(ImageInputs image, ProblemCollector problems)
    {
        foreach (var item in image.Environment.Where(item => !VariableName().IsMatch(item.Include)))
            problems.AddForItem("ContainerEnvironmentVariable", item.Include, Codes.InvalidName, "ContainerEnvironmentVariable", item.Include, "is no variable name: letters, digits and '_', not beginning with a digit");
        return Pairs("ContainerEnvironmentVariable", image.Environment, problems);
    }

    private static ImmutableSortedDictionary<string, string> LabelsOf(ImageInputs image, string created, ProblemCollector problems)
    {
        // The Dockerfile's parser takes the first '=' for the end of the key, also one in quotes.
        foreach (var item in image.Labels.Where(item => item.Include.Any(c => char.IsControl(c) || c is '"' or '=')))
            problems.AddForItem("ContainerLabel", item.Include, Codes.InvalidName, "ContainerLabel", item.Include, "contains a quote, '=' or a control character");
        var labels = Pairs("ContainerLabel", image.Labels, problems);
        // A time that is only now's would make every build another image.
        foreach (var name in created.Length > 0 && image.CreatedLabel.Equals("true", StringComparison.OrdinalIgnoreCase) ? CreatedLabels : [])
            labels = labels.ContainsKey(name) ? labels : labels.Add(name, created);
        return labels;
    }

    internal static ImmutableSortedDictionary<string, string> Pairs(string kind, ImmutableArray<InputItem> items, ProblemCollector problems)
    {
        foreach (var item in items.Where(item => item["Value"].AsSpan().ContainsAny('\n', '\r', '\0')))
            problems.AddForItem(kind, item.Include, Codes.InvalidName, kind, item.Include, "has a Value with a line break, which a Dockerfile cannot express");
        return items.GroupBy(item => item.Include, StringComparer.Ordinal)
            .ToImmutableSortedDictionary(group => group.Key, group => group.Last()["Value"], StringComparer.Ordinal);
    }

    private static IEnumerable<(int Number, string Type)> PortsOf(ImageInputs image, ProblemCollector problems)
    {
        foreach (var item in image.Ports)
        {
            var type = item["Type"].Length > 0 ? item["Type"].ToLowerInvariant() : "tcp";
            if (!int.TryParse(item.Include, out var port) || port is < 1 or > 65_535 || type is not ("tcp" or "udp"))
                problems.AddForItem("ContainerPort", item.Include, Codes.InvalidName, "ContainerPort", $"{item.Include}/{type}", "is no port: 1 to 65535 with Type tcp or udp");
            else
                yield return (port, type);
        }
    }

    internal static bool IsAbsoluteLinuxPath(string path) =>
        path.StartsWith('/') && !path.Any(char.IsControl) && !path.Split('/').Contains("..");

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z")]
    internal static partial Regex VariableName();
}
