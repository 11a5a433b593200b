using System.Collections.Immutable;
using System.Formats.Tar;
using System.Text;
using ContainerTrain.Dockerfile;
using ContainerTrain.Inputs;
using ContainerTrain.Plan;
using Docker.DotNet.Models;

namespace ContainerTrain.Engine.Tests;

/// <summary>
/// Values with everything that a Dockerfile gives a meaning, read back from an image that the engine's own builder made of
/// the generated text: a parser that this project did not write is the judge. One image has many values.
/// </summary>
public abstract class HostileTextContract(ContainerEngine engine, int builder) : IDisposable
{
    private const int Count = 60;

    private const string Meaningful = "\"'\\$`{}=# \t[],<>|&;*?~!%:@()^-_./aZ0é漢";

    private static readonly string[] Known =
    [
        "", " ", "$HOME", "${HOME:-x}", "$$", "\\", "\\\\", "a\\", "a\\\\", "\"", "\\\"", "'", "'\\''", "a b", " a ", "# escape=`", "#", "<<EOF", "<<-'EOF'", "a=b=c",
        "`id`", "$(id)", "%s", "\\n", "\\\\n", "[\"a\"]", "[", "]", "{", "&&", "\t", "a\tb", "😀", "\u0001", "\u007f", "\u00a0", "ÿ", "FROM x", "--flag=1", "&& \\",
    ];

    private readonly TestFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task ComesOutOfTheBuilderAsItWentIn()
    {
        _ = engine.Connection; // skips without an engine
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var values = Known.Concat(Enumerable.Range(0, Count).Select(_ => Text(random))).ToImmutableArray();
        ImmutableArray<string> names = [.. values.Where(value => value.Length > 0 && !value.Any(char.IsControl) && value.Trim() == value).Distinct()];
        ImmutableArray<string> paths = [.. names.Where(name => !name.Contains('/', StringComparison.Ordinal) && name is not ("." or "..")).Take(25)];
        var image = Plan(values, names, paths);

        var id = await new BuildRequest(engine.Connection, image.Platform) { Builder = builder }.SendAsync(
            DockerfileComposer.ComposeApp(image, "scratch").Render(), image.Layers, image.References, new Dictionary<string, string>(), new Lines<string>(), Cancellation);

        try
        {
            var config = (await engine.Client.Images.InspectImageAsync(id, Cancellation)).Config!;
            Assert.Equal(image.Environment.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal), config.Env!.Where(line => line.StartsWith('V')).Order(StringComparer.Ordinal));
            Assert.All(image.Labels, label => Assert.Equal((label.Key, label.Value), (label.Key, config.Labels![label.Key])));
            Assert.Equal(image.Entrypoint, config.Entrypoint!);
            Assert.Equal(image.Command, config.Cmd!);
            Assert.Equal(image.WorkingDirectory, config.WorkingDir);
            Assert.Equal(image.Volumes.Order(StringComparer.Ordinal), config.Volumes!.Keys.Order(StringComparer.Ordinal));
            Assert.Equal(image.Healthcheck!.Test.Prepend("CMD"), (await engine.HealthcheckOfAsync(id))["Test"]!.AsArray().Select(word => word!.GetValue<string>()));
            Assert.Equal(paths.Select(path => $"x/{path}/file").Order(StringComparer.Ordinal), await FilesAsync(id));
        }
        finally
        {
            await engine.Client.Images.DeleteImageAsync(id, new ImageDeleteParameters { Force = true }, CancellationToken.None);
        }
    }

    private ImagePlan Plan(ImmutableArray<string> values, ImmutableArray<string> names, ImmutableArray<string> paths)
    {
        var inputs = Dummy.Inputs(_folder);
        var file = _folder.Write("file", "x");
        inputs = inputs with
        {
            Image = inputs.Image with
            {
                Files = [],
                WorkingDirectory = "/w/" + paths[^1],
                Environment = [.. values.Select((value, i) => Item($"V{i}", value))],
                Labels = [.. names.Where(name => !name.Contains('"', StringComparison.Ordinal) && !name.Contains('=', StringComparison.Ordinal)).Select((name, i) => Item(name, values[i]))],
                Volumes = [.. paths.Where(path => !path.Contains(':', StringComparison.Ordinal)).Take(10).Select(path => new InputItem("/v/" + path))],
                Entrypoint = ["/none", .. values],
                AppCommandInstruction = "None",
                DefaultArgs = [.. values.Reverse()],
            },
        };
        var plan = Dummy.Plan(inputs).Image;
        return plan with
        {
            Healthcheck = new HealthcheckPlan(["/none", .. values], null, null, null, null),
            Layers = [.. paths.Select((path, i) => new LayerPlan($"files/{i}", LayerKind.Files, [new FilePlan(file, "file")]) { Folder = "/x/" + path })],
        };
    }

    private static string Text(Random random)
    {
        var text = new StringBuilder();
        for (var left = random.Next(1, 14); left > 0; left--)
            text.Append(Meaningful[random.Next(Meaningful.Length)]);
        return text.ToString();
    }

    private static InputItem Item(string name, string value) => new(name) { Metadata = new InputItem("").Metadata.Add("Value", value) };

    private async Task<IEnumerable<string>> FilesAsync(string image)
    {
        var container = await engine.Client.Containers.CreateContainerAsync(new CreateContainerParameters { Image = image, Entrypoint = ["/none"] }, Cancellation);
        try
        {
            var archive = await engine.Client.Containers.GetArchiveFromContainerAsync(container.ID, new ContainerPathStatParameters { Path = "/x" }, statOnly: false, Cancellation);
            using var content = new MemoryStream();
            await archive.Stream!.CopyToAsync(content, Cancellation);
            content.Position = 0;
            using var tar = new TarReader(content);
            var files = new List<string>();
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
                    files.Add(entry.Name);
            }
            return files.Order(StringComparer.Ordinal);
        }
        finally
        {
            await engine.Client.Containers.RemoveContainerAsync(container.ID, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, CancellationToken.None);
        }
    }
}

public sealed class HostileTextForBuildKit(DockerEngine engine) : HostileTextContract(engine, builder: 2);

public sealed class HostileTextForTheClassicBuilder(DockerEngine engine) : HostileTextContract(engine, builder: 1);

public sealed class HostileTextForPodman(PodmanEngine engine) : HostileTextContract(engine, builder: 2);
