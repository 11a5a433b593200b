using System.Collections.Immutable;
using System.Text;
using ContainerTrain.Benchmarks.Machine;

namespace ContainerTrain.Benchmarks.Samples;

/// <summary>One way from a project to an image, as the commands that a person would type.</summary>
internal sealed record Variant
{
    public required string Name { get; init; }

    /// <summary>The commands in words.</summary>
    public required string Title { get; init; }

    public required SampleProject Project { get; init; }

    /// <summary>Timed together.</summary>
    public required ImmutableArray<Command> Steps { get; init; }

    /// <summary>Quick enough to be run several times a round.</summary>
    public bool IsFast { get; init; }

    /// <summary>The image that results, or empty for the yardstick.</summary>
    public string Image { get; init; } = "";

    /// <summary>The user's cache that only this variant uses, or empty.</summary>
    public string Cache { get; init; } = "";

    /// <summary>Where the steps build with BuildKit's client.</summary>
    public BuildKitCli? BuildKit { get; init; }

    /// <summary>Builds and returns the time that the commands took.</summary>
    /// <exception cref="BenchException">A command failed.</exception>
    public TimeSpan Build(Workspace workspace, string label)
    {
        var previous = Image.Length > 0 ? workspace.Engine.IdOf(Image) : null;
        var time = TimeSpan.Zero;
        if (BuildKit is null)
            Build();
        else
            BuildKit.Watch(Build);
        Project.IsBuilt = true;
        // Ours removes what it supersedes; what the others leave behind would fill the disk.
        if (previous is not null && Cache.Length == 0 && workspace.Engine.IdOf(Image) != previous)
            workspace.Engine.Remove(previous);
        return time;

        void Build()
        {
            for (var i = 0; i < Steps.Length; i++)
                time += Steps[i].Run(workspace.Log($"{label}-{Name}" + (i > 0 ? $"-{i + 1}" : "")));
        }
    }

    /// <summary>As on the first day: no outputs, no image of this project, no builder's cache; packages are restored and the base image is there.</summary>
    public void MakeCold(Workspace workspace)
    {
        Project.DeleteOutputs();
        if (Image.Length == 0)
            return;
        var deps = DepsImage(workspace);
        workspace.Engine.Remove(Image);
        if (deps.Length > 0)
        {
            workspace.Engine.Remove(deps);
            if (workspace.Engine.IdOf(deps) is not null)
                throw new BenchException($"the deps image {deps} cannot be removed: a cold build would not be cold");
        }
        if (Directory.Exists(Cache))
            Directory.Delete(Cache, recursive: true);
        BuildKit?.PruneOwn();
    }

    public string DepsImage(Workspace workspace) => Cache.Length > 0 ? workspace.Engine.LabelOf(Image, Workspace.DepsLabel) : "";

    /// <summary>Makes sure that the last edit is really in what was built.</summary>
    /// <exception cref="BenchException">It is not.</exception>
    public void Check(Workspace workspace, string label)
    {
        if (Image.Length == 0)
        {
            var literal = Encoding.Unicode.GetBytes(Project.Marker);
            if (File.ReadAllBytes(Project.Assembly).AsSpan().IndexOf(literal) < 0)
                throw new BenchException($"{Name}: '{Project.Marker}' is not in {Project.Assembly}");
            return;
        }
        var output = workspace.Engine.Run(Image, Project.AddedPackages, workspace.Log($"{label}-{Name}-check"));
        foreach (var line in Project.AddedPackages.Prepend($"{Project.Marker}: 9"))
        {
            if (!output.Split('\n').Contains(line))
                throw new BenchException($"{Name}: the image {Image} does not print '{line}' but:\n{output}");
        }
    }
}
