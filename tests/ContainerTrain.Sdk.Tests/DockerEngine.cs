using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.ComponentModel;
using System.Text.RegularExpressions;
using ContainerTrain.Sdk.Tests;

[assembly: AssemblyFixture(typeof(DockerEngine))]

namespace ContainerTrain.Sdk.Tests;

/// <summary>The Docker engine that builds use, seen through Docker's own client. What the tests made on it is removed at the end.</summary>
public sealed partial class DockerEngine : IAsyncLifetime
{
    private static readonly ConcurrentDictionary<string, bool> Images = new(StringComparer.Ordinal);

    private string? _missing;

    public async ValueTask InitializeAsync()
    {
        try
        {
            var version = await DockerAsync("version", "--format", "{{.Server.Version}}");
            _missing = version.ExitCode == 0 ? null : $"required: no Docker engine answers: {version.Output.Trim()}";
        }
        catch (Win32Exception e)
        {
            _missing = $"required: Docker's client cannot be run: {e.Message}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_missing is not null)
            return;
        // Applications before what they stand on.
        foreach (var (image, _) in Images.OrderBy(image => image.Value))
        {
            var tags = (await DockerAsync("images", "--format", "{{.Repository}}:{{.Tag}}", image)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (tags.Length > 0)
                await DockerAsync(["rmi", .. tags]);
        }
    }

    /// <summary>Notes what a build has made, by the image's name and by the lines that it printed.</summary>
    public static void NoteImages(string image, string output)
    {
        Images[image] = false;
        foreach (Match shared in SharedImage().Matches(output))
            Images[shared.Groups["name"].Value] = true;
    }

    /// <summary>Skips the test without an engine.</summary>
    public void Require() => Assert.SkipWhen(_missing is not null, _missing ?? "");

    /// <summary>The ids of all containers of a project's runs.</summary>
    public static async Task<string> ContainersOfAsync(TrainProject project) =>
        (await DockerAsync("ps", "--all", "--quiet", "--filter", $"label=containertrain.project={project.File}")).Output;

    /// <summary>The ids of all images with a project's name.</summary>
    public static async Task<string> ImagesOfAsync(TrainProject project) =>
        (await DockerAsync("images", "--no-trunc", "--quiet", project.Image)).Output.Trim();

    /// <summary>Removes the project's image, as a user does.</summary>
    public static async Task RemoveImageAsync(TrainProject project)
    {
        var removed = await DockerAsync("rmi", project.Image);
        Assert.True(removed.ExitCode == 0, removed.Output);
    }

    /// <summary>The digests of an image's layers, from the lowest up.</summary>
    public static async Task<ImmutableArray<string>> LayersOfAsync(string image) =>
        [.. (await SucceedAsync("image", "inspect", "--format", "{{join .RootFS.Layers \" \"}}", image)).Trim().Split(' ')];

    public static async Task<bool> ExistsAsync(string image) => (await DockerAsync("image", "inspect", image)).ExitCode == 0;

    public static async Task TagAsync(string image, string name)
    {
        await SucceedAsync("tag", image, name);
        NoteImages(name, "");
    }

    /// <summary>Builds a folder as anyone would.</summary>
    public static Task BuildAsync(string folder, string name) => SucceedAsync("build", "--tag", name, folder);

    /// <summary>Writes an image's files to a tar.</summary>
    public static async Task ExportAsync(string image, string file)
    {
        var container = (await SucceedAsync("create", image)).Trim();
        await SucceedAsync("export", "--output", file, container);
        await SucceedAsync("rm", container);
    }

    /// <summary>What a command of Docker's client prints; fails the test if the command fails.</summary>
    public static async Task<string> SucceedAsync(params ImmutableArray<string> arguments)
    {
        var result = await DockerAsync(arguments);
        Assert.True(result.ExitCode == 0, result.Output);
        return result.Output;
    }

    private static Task<CommandResult> DockerAsync(params ImmutableArray<string> arguments) =>
        new Command("docker", arguments, Path.GetTempPath(), ImmutableDictionary<string, string?>.Empty).RunAsync();

    [GeneratedRegex("Buil(?:t|ding) the (deps|system) image (?<name>containertrain/(deps|system):[0-9a-f]{16})")]
    private static partial Regex SharedImage();
}
