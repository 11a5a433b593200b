using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace ContainerTrain.Benchmarks.Machine;

/// <summary>A docker command that builds with BuildKit, and the cache entries that its builds left on the engine.</summary>
internal sealed class BuildKitCli
{
    private readonly string _folder;
    private readonly HashSet<string> _entries = new(StringComparer.Ordinal);

    private BuildKitCli(string program, string folder)
    {
        (Program, _folder) = (program, folder);
        Version = new Command(program, folder, "version", "--format", "{{.Client.Version}}").Read();
    }

    public string Program { get; }

    public string Version { get; }

    /// <summary>
    /// The first on the PATH that works: a client from 23.0 on needs its buildx plugin, one before has BuildKit built in.
    /// </summary>
    public static BuildKitCli? Find(string folder)
    {
        var context = Directory.CreateDirectory(Path.Join(folder, "buildkit-probe")).FullName;
        File.WriteAllText(Path.Join(context, "Dockerfile"), "FROM scratch\nCOPY Dockerfile /\n");
        var paths = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(path => Path.Join(path, "docker")).Where(File.Exists).Distinct();
        foreach (var program in paths)
        {
            // Output as BuildKit's alone: some clients fall back to the classic builder with a warning.
            var build = new Command(program, context, "build", "--progress=plain", "--quiet", ".")
            {
                Variables = ImmutableDictionary<string, string>.Empty.Add("DOCKER_BUILDKIT", "1"),
            };
            if (build.TryRead() is not { Length: > 0 } image)
                continue;
            new Command(program, context, "image", "rm", image).TryRead();
            return new BuildKitCli(program, folder);
        }
        return null;
    }

    /// <summary>Does something and remembers the cache entries that are there only since.</summary>
    public void Watch(Action build)
    {
        var before = List();
        build();
        _entries.UnionWith(List().Except(before));
    }

    /// <summary>
    /// Removes the entries of this bench and no others: the engine may be shared. An entry goes only after those that stand on it.
    /// </summary>
    public void PruneOwn()
    {
        for (var pass = 0; pass < 20 && _entries.Count > 0; pass++)
        {
            foreach (var entry in _entries)
                Prune(entry);
            _entries.IntersectWith(List());
        }
    }

    private void Prune(string entry)
    {
        // An empty id would match every entry of the engine.
        if (entry.Length < 20)
            throw new BenchException($"'{entry}' is no id of a build cache entry");
        new Command(Program, _folder, "builder", "prune", "--all", "--force", "--filter", $"id={entry}").TryRead();
    }

    private HashSet<string> List()
    {
        var text = new Command(Program, _folder, "system", "df", "--verbose", "--format", "{{json .BuildCache}}").Read();
        return JsonNode.Parse(text) is JsonArray entries
            ? entries.Select(entry => entry!["ID"]!.GetValue<string>()).ToHashSet(StringComparer.Ordinal)
            : new HashSet<string>(StringComparer.Ordinal);
    }
}
