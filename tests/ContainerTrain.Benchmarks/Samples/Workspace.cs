using System.Collections.Immutable;
using ContainerTrain.Benchmarks.Machine;

namespace ContainerTrain.Benchmarks.Samples;

/// <summary>The bench's folders, and the traces that it leaves outside of them: images and packages, which all carry its name.</summary>
internal sealed class Workspace
{
    /// <summary>What every image's repository begins with.</summary>
    public const string ImagePrefix = "containertrain-bench/";

    /// <summary>What every made-up package's id begins with.</summary>
    public const string PackagePrefix = "ContainerTrain.Bench.";

    public Workspace(string folder)
    {
        Folder = folder;
        Run = Guid.NewGuid().ToString("n")[..8];
        Engine = new DockerEngine(folder);
        foreach (var part in (ReadOnlySpan<string>)[Projects, Logs, Feed, Cache])
        {
            if (Directory.Exists(part))
                Directory.Delete(part, recursive: true);
            Directory.CreateDirectory(part);
        }
        // On top of the sources in the folders above: the packages under test and the user's own.
        File.WriteAllText(Path.Join(folder, "nuget.config"), """
            <configuration>
              <packageSources>
                <add key="containertrain-bench" value="feed" />
              </packageSources>
            </configuration>
            """);
    }

    public string Folder { get; }

    /// <summary>Tells this run's packages and edits from those of others.</summary>
    public string Run { get; }

    public DockerEngine Engine { get; }

    public string Projects => Path.Join(Folder, "projects");

    public string Logs => Path.Join(Folder, "logs");

    /// <summary>Made-up packages.</summary>
    public string Feed => Path.Join(Folder, "feed");

    /// <summary>In place of the user's cache of layer digests.</summary>
    public string Cache => Path.Join(Folder, "cache");

    /// <summary>Where NuGet keeps the packages that projects use.</summary>
    public string NuGetCache { get; } = new Command("dotnet", "/", "nuget", "locals", "global-packages", "--list", "--force-english-output")
        .Read().Split("global-packages:")[^1].Trim();

    public string Log(string name) => Path.Join(Logs, name + ".log");

    /// <summary>Removes the images and packages of this and of cut-off runs.</summary>
    public void RemoveTraces(IEnumerable<string> deps)
    {
        foreach (var image in Engine.ListReferences(ImagePrefix))
        {
            deps = deps.Append(Engine.LabelOf(image, DepsLabel));
            Engine.Remove(image);
        }
        foreach (var image in deps.Where(name => name.Length > 0).Distinct().ToImmutableArray())
            Engine.Remove(image);
        foreach (var package in Directory.EnumerateDirectories(NuGetCache, PackagePrefix.ToLowerInvariant() + "*").ToImmutableArray())
            Directory.Delete(package, recursive: true);
    }

    /// <summary>The label of an app image that names its deps image.</summary>
    public const string DepsLabel = "containertrain.deps";
}
