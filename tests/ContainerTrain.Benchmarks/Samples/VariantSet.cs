using System.Collections.Immutable;
using ContainerTrain.Benchmarks.Machine;

namespace ContainerTrain.Benchmarks.Samples;

/// <summary>The variants of this run: plain, ours, and the peers that this machine can run.</summary>
internal sealed class VariantSet(Options options, Workspace workspace, BuildKitCli? buildKit)
{
    public const string Plain = "plain";
    public const string Ours = "ours";
    public const string PublishContainer = "publish-container";
    public const string BuildKit = "docker-buildkit";
    public const string Classic = "docker-classic";

    private const string Repository = "dotnet/runtime";
    private const string BaseTag = "10.0-noble";

    /// <summary>The image that all variants stand on, by its name on the engine.</summary>
    public string BaseImage => $"{(options.Mirror.Length > 0 ? options.Mirror : "mcr.microsoft.com")}/{Repository}:{BaseTag}";

    // Layers of another folder are other layers: nothing on a shared engine has them already.
    private string WorkingDirectory => $"/bench-{workspace.Run}";

    /// <summary>All that are chosen and possible.</summary>
    /// <param name="suffix">Of the projects' and images' names.</param>
    /// <param name="natives">Packages that the samples have besides TorchSharp.</param>
    /// <param name="peers">Whether others than plain and ours are wanted.</param>
    public ImmutableArray<Variant> Create(string suffix, ImmutableArray<(string Id, string Version)> natives, bool peers = true)
    {
        var all = new List<Variant> { CreatePlain(suffix, natives), CreateOurs(suffix, natives) };
        if (peers)
        {
            all.Add(CreatePublishContainer(suffix, natives));
            if (buildKit is not null)
                all.Add(CreateDocker(BuildKit, buildKit.Program, buildKit, suffix, natives));
            all.Add(CreateDocker(Classic, "docker", null, suffix, natives));
        }
        return [.. all.Where(variant => options.Variants.IsEmpty || options.Variants.Any(name => name + suffix == variant.Name))];
    }

    /// <summary>Ours with properties of its own.</summary>
    public Variant CreateOurs(string suffix, ImmutableArray<(string Id, string Version)> natives, params ImmutableArray<(string Name, string Value)> properties)
    {
        var cache = Path.Join(workspace.Cache, Ours + suffix);
        var project = Project(Ours + suffix, $"ContainerTrain.Sdk/{options.Version}",
            [
                ("TrainBuildImage", "true"), ("TrainGpus", "none"), ("TrainEngine", "docker"), ("TrainCacheDirectory", cache),
                ("ContainerRepository", ImageOf(Ours + suffix)), ("ContainerWorkingDirectory", WorkingDirectory), .. properties,
            ],
            natives);
        return new Variant
        {
            Name = Ours + suffix,
            Title = "ours: dotnet build, with the image",
            Project = project,
            Steps = [new Command("dotnet", project.Folder, "build")],
            IsFast = true,
            Image = ImageOf(Ours + suffix) + ":latest",
            Cache = cache,
        };
    }

    private Variant CreatePlain(string suffix, ImmutableArray<(string Id, string Version)> natives)
    {
        var project = Project(Plain + suffix, "Microsoft.NET.Sdk", [], TorchPackages(natives));
        return new Variant
        {
            Name = Plain + suffix,
            Title = "plain: dotnet build, no image",
            Project = project,
            Steps = [new Command("dotnet", project.Folder, "build")],
            IsFast = true,
        };
    }

    private Variant CreatePublishContainer(string suffix, ImmutableArray<(string Id, string Version)> natives)
    {
        var name = PublishContainer + suffix;
        var project = Project(name, "Microsoft.NET.Sdk",
            [("ContainerBaseImage", BaseImage), ("ContainerRepository", ImageOf(name)), ("ContainerImageTag", "latest"), ("ContainerWorkingDirectory", WorkingDirectory + "/")],
            TorchPackages(natives));
        return new Variant
        {
            Name = name,
            Title = "dotnet publish -t:PublishContainer",
            Project = project,
            Steps = [new Command("dotnet", project.Folder, "publish", "-t:PublishContainer")],
            Image = ImageOf(name) + ":latest",
        };
    }

    private Variant CreateDocker(string kind, string docker, BuildKitCli? buildKitCli, string suffix, ImmutableArray<(string Id, string Version)> natives)
    {
        var name = kind + suffix;
        var project = Project(name, "Microsoft.NET.Sdk", [], TorchPackages(natives));
        File.WriteAllText(Path.Join(project.Folder, "Dockerfile"), $"""
            FROM {BaseImage}
            WORKDIR {WorkingDirectory}
            COPY publish/ .
            ENTRYPOINT ["dotnet", "Sample.dll"]

            """);
        File.WriteAllText(Path.Join(project.Folder, ".dockerignore"), "*\n!publish/\n");
        var build = new Command(docker, project.Folder, "build", "-t", ImageOf(name) + ":latest", ".");
        var builder = buildKitCli is null ? "0" : "1";
        return new Variant
        {
            Name = name,
            Title = $"dotnet publish + docker build ({(buildKitCli is null ? "classic builder" : "BuildKit")})",
            Project = project,
            Steps = [new Command("dotnet", project.Folder, "publish", "-o", "publish"), build with { Variables = build.Variables.Add("DOCKER_BUILDKIT", builder) }],
            Image = ImageOf(name) + ":latest",
            BuildKit = buildKitCli,
        };
    }

    private SampleProject Project(
        string name, string sdk, ImmutableArray<(string Name, string Value)> properties, ImmutableArray<(string Id, string Version)> packages)
    {
        var project = new SampleProject(Path.Join(workspace.Projects, name), sdk, properties, packages);
        project.WriteProject();
        return project;
    }

    /// <summary>What ours references by itself, for the others.</summary>
    private ImmutableArray<(string Id, string Version)> TorchPackages(ImmutableArray<(string Id, string Version)> natives) =>
        [("TorchSharp-cpu", options.TorchSharpVersion), ("ContainerTrain.Runtime", options.Version), .. natives];

    private static string ImageOf(string name) => Workspace.ImagePrefix + name;
}
