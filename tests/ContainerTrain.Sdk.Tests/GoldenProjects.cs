using System.Collections.Immutable;
using System.IO.Compression;

namespace ContainerTrain.Sdk.Tests;

/// <summary>Projects that say what a hand-written Dockerfile says (tests/golden), without any C#.</summary>
public sealed class GoldenProjects(Packages packages, DockerEngine engine)
{
    private static readonly string Golden = Path.Combine(Packages.RepositoryRoot, "tests", "golden");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("python-server")]
    [InlineData("tensorflow")]
    public async Task BecomeTheExpectedDockerfile(string name)
    {
        var project = Copy(name);

        (await project.BuildAsync("-t:GenerateDockerfile")).Succeeded();

        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Golden, name, "expected.Dockerfile"), Cancellation), await File.ReadAllTextAsync(project.Dockerfile, Cancellation));
    }

    [Fact]
    public async Task ServeFromAContainerWithWhatPipInstalled()
    {
        engine.Require();
        var project = Copy("python-server");
        var baseImage = await ImportPythonAsync(project);
        // The index: a folder of wheels that is there while packages are installed, named as pip's own variables do it.
        WriteWheel(project.At("wheels/greeting-1.0-py3-none-any.whl"));
        project.Write("Directory.Build.targets", """
            <Project>
              <ItemGroup>
                <TrainImageFile Include="wheels" TargetPath="/opt/wheels" Stage="system" />
                <TrainBuildArgument Include="PIP_NO_INDEX" Value="1" />
                <TrainBuildArgument Include="PIP_FIND_LINKS" Value="/opt/wheels" />
              </ItemGroup>
            </Project>
            """);

        (await project.BuildAsync($"-p:ContainerBaseImage={baseImage}")).Succeeded();

        Assert.False(Directory.Exists(project.At("bin")), "something was compiled");
        Assert.Equal("hello from a wheel", await AnswerAsync(project.Image));
    }

    private static async Task<string> AnswerAsync(string image)
    {
        var container = await DockerEngine.SucceedAsync("run", "--detach", "--publish", "127.0.0.1::8000", image);
        container = container.Trim();
        try
        {
            var address = (await DockerEngine.SucceedAsync("port", container, "8000/tcp")).Split('\n')[0].Trim();
            using var http = new HttpClient();
            while (true)
            {
                try
                {
                    return await http.GetStringAsync(new Uri($"http://{address}/"), Cancellation);
                }
                catch (HttpRequestException)
                {
                    var state = (await DockerEngine.SucceedAsync("inspect", "--format", "{{.State.Running}}", container)).Trim();
                    Assert.True(state == "true", await DockerEngine.SucceedAsync("logs", container));
                    await Task.Delay(100, Cancellation);
                }
            }
        }
        finally
        {
            await DockerEngine.SucceedAsync("rm", "--force", "--volumes", container);
        }
    }

    private static async Task<string> ImportPythonAsync(TrainProject project)
    {
        var made = await new Command(
            "bash", ["-c", "set -e; . eng/lib.sh; . eng/lib/python-base.sh; python_base", "python-base"], Packages.RepositoryRoot, ImmutableDictionary<string, string?>.Empty).RunAsync();
        Assert.SkipUnless(made.ExitCode == 0, $"required: the base image with Python could not be made: {made.Output}");
        var name = project.Image + "-python";
        DockerEngine.NoteImages(name, "");
        await DockerEngine.SucceedAsync("import", "--change", "CMD [\"python\"]", made.Output.TrimEnd().Split('\n')[^1], name + ":1");
        return name + ":1";
    }

    /// <summary>A wheel is a zip with a list of its files (https://packaging.python.org/specifications/binary-distribution-format/).</summary>
    private static void WriteWheel(string file)
    {
        const string info = "greeting-1.0.dist-info";
        (string Name, string Text)[] files =
        [
            ("greeting.py", "def text():\n    return \"hello from a wheel\"\n"),
            (info + "/METADATA", "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n"),
            (info + "/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
            (info + "/RECORD", $"greeting.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n"),
        ];
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var zip = ZipFile.Open(file, ZipArchiveMode.Create);
        foreach (var (name, text) in files)
        {
            using var writer = new StreamWriter(zip.CreateEntry(name).Open());
            writer.Write(text);
        }
    }

    /// <summary>What a user has: no Dockerfiles beside the project, and the SDK's version in a global.json above it.</summary>
    private TrainProject Copy(string name)
    {
        var project = new TrainProject(packages);
        project.Environment = project.Environment.SetItem("TrainRegistryMirror", "");
        var files = new DirectoryInfo(Path.Combine(Golden, name)).EnumerateFiles("*", SearchOption.AllDirectories);
        foreach (var file in files.Where(file => file.Extension != ".Dockerfile"))
            project.Write(Path.GetRelativePath(Path.Combine(Golden, name), file.FullName), File.ReadAllText(file.FullName));
        project.Write("../global.json", $$"""{ "msbuild-sdks": { "ContainerTrain.Sdk": "{{packages.Version}}" } }""");
        return project;
    }
}
