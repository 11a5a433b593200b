using System.Collections.Immutable;
using System.Formats.Tar;
using System.Globalization;
using System.Text.Json.Nodes;

namespace ContainerTrain.Benchmarks.Machine;

/// <summary>The engine, through the docker command.</summary>
internal sealed class DockerEngine(string folder)
{
    private const string Docker = "docker";

    public string Endpoint { get; } = Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } host ? host : "unix:///var/run/docker.sock";

    public string Format(string format) => Cli("version", "--format", format).Read();

    public string StorageDriver => Cli("info", "--format", "{{.Driver}}").Read();

    public string DataFolder => Cli("info", "--format", "{{.DockerRootDir}}").Read();

    /// <summary>The id of an image, or null.</summary>
    public string? IdOf(string reference) => Cli("image", "inspect", "--format", "{{.Id}}", reference).TryRead();

    /// <summary>The sum of an image's layers in bytes, as the engine counts them.</summary>
    public long SizeOf(string reference) =>
        long.Parse(Cli("image", "inspect", "--format", "{{.Size}}", reference).Read(), CultureInfo.InvariantCulture);

    public string LabelOf(string reference, string label) =>
        Cli("image", "inspect", "--format", $"{{{{index .Config.Labels \"{label}\"}}}}", reference).TryRead() ?? "";

    /// <summary>The names of the images whose repository begins with this.</summary>
    public ImmutableArray<string> ListReferences(string prefix) =>
        [.. Cli("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").Read().Split('\n').Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];

    /// <summary>Removes an image with what stands below it and has no name; false if it stays.</summary>
    public bool Remove(string reference) => Cli("image", "rm", reference).TryRead() is not null;

    public void Pull(string reference)
    {
        if (IdOf(reference) is null)
            Cli("pull", "--quiet", reference).Read();
    }

    public void Tag(string image, string reference) => Cli("tag", image, reference).Read();

    public TimeSpan Push(string reference, string log) => Cli("push", "--quiet", reference).Run(log);

    /// <summary>What a container of the image prints.</summary>
    public string Run(string reference, ImmutableArray<string> arguments, string log)
    {
        new Command(Docker, folder, ["run", "--rm", "--network", "none", reference, .. arguments]).Run(log);
        return File.ReadAllText(log);
    }

    /// <summary>The lengths of the image's layers as uncompressed tars, lowest first.</summary>
    public ImmutableArray<long> LayerLengths(string reference)
    {
        var lengths = new Dictionary<string, long>(StringComparer.Ordinal);
        JsonNode? manifest = null;
        using var save = Cli("save", reference).Open();
        using (var tar = new TarReader(save.StandardOutput.BaseStream, leaveOpen: true))
        {
            while (tar.GetNextEntry() is { } entry)
            {
                lengths[entry.Name] = entry.Length;
                if (entry.Name == "manifest.json")
                    manifest = JsonNode.Parse(entry.DataStream!);
            }
        }
        save.StandardOutput.BaseStream.CopyTo(Stream.Null);
        save.WaitForExit();
        return manifest is null
            ? throw new BenchException($"'docker save {reference}' has no manifest")
            : [.. manifest[0]!["Layers"]!.AsArray().Select(layer => lengths[layer!.GetValue<string>()])];
    }

    private Command Cli(params ImmutableArray<string> arguments) => new(Docker, folder, arguments);
}
