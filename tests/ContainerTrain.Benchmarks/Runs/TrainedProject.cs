using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ContainerTrain.Benchmarks.Machine;

namespace ContainerTrain.Benchmarks.Runs;

/// <summary>
/// A project whose training is one command of the base image, so that nothing but starting it and reading what it prints is
/// measured; and the same container as a docker command.
/// </summary>
internal sealed class TrainedProject
{
    private readonly string _name;
    private readonly DockerEngine _engine;

    /// <param name="folder">Made anew.</param>
    /// <param name="version">Of the SDK under test.</param>
    /// <param name="command">What the container runs, word by word.</param>
    public TrainedProject(string folder, string version, params ImmutableArray<string> command)
    {
        (Folder, Words) = (folder, command);
        _name = "containertrain-bench/" + Path.GetFileName(folder);
        _engine = new DockerEngine(folder);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Join(folder, "Program.cs"), "System.Console.WriteLine();\n");
        var items = string.Concat(command.Select(word => $"    <ContainerAppCommand Include=\"{word}\" />\n"));
        File.WriteAllText(Path.Join(folder, "Sample.csproj"), $"""
            <Project Sdk="ContainerTrain.Sdk/{version}">

              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <TrainReferenceRuntime>false</TrainReferenceRuntime>
                <TrainReferenceTorchSharp>false</TrainReferenceTorchSharp>
                <TrainBuildImage>true</TrainBuildImage>
                <TrainEngine>docker</TrainEngine>
                <TrainGpus>none</TrainGpus>
                <TrainCacheDirectory>{Path.Join(folder, "cache")}</TrainCacheDirectory>
                <ContainerRepository>{_name}</ContainerRepository>
              </PropertyGroup>

              <ItemGroup>
            {items}  </ItemGroup>

            </Project>

            """);
    }

    public string Folder { get; }

    public ImmutableArray<string> Words { get; }

    public string Log => Path.Join(Folder, "build.log");

    public Command Build => new("dotnet", Folder, "build");

    public Command Train => new("dotnet", Folder, "build", "-t:Train");

    /// <summary>With the settings that a training gets by default: the user, the mounts, the limits.</summary>
    /// <param name="options">On top of them.</param>
    public Command DockerRun(params ImmutableArray<string> options)
    {
        var output = Directory.CreateDirectory(Path.Join(Folder, "docker-run")).FullName;
        var parameters = Path.Join(output, "hyperparameters.json");
        File.WriteAllText(parameters, "{}");
        var user = $"{Id("-u")}:{Id("-g")}";
        return new Command("docker", Folder,
        [
            "run", .. options, "--init", "--read-only", "--tmpfs", "/tmp:rw,exec,nosuid,nodev", "--cap-drop", "ALL",
            "--security-opt", "no-new-privileges", "--user", user,
            "--mount", $"type=bind,source={output},target=/train/output",
            "--mount", $"type=bind,source={Directory.CreateDirectory(Path.Join(output, "checkpoints")).FullName},target=/train/checkpoints",
            "--mount", $"type=bind,source={parameters},target=/train/config/hyperparameters.json,readonly",
            "--env", "TRAIN_RUN_ID=docker-run", "--env", "HOME=/tmp", _name,
        ]);
    }

    /// <summary>The record of the newest run.</summary>
    public JsonElement Record()
    {
        using var record = JsonDocument.Parse(File.ReadAllBytes(Path.Join(Folder, "runs", "latest", "run.json")));
        return record.RootElement.Clone();
    }

    public string RunLog => Path.Join(Folder, "runs", "latest", "log.txt");

    /// <summary>Removes the images and the folder.</summary>
    public void Remove()
    {
        var deps = _engine.LabelOf(_name, "containertrain.deps");
        foreach (var image in (ReadOnlySpan<string>)[_name, deps])
        {
            if (image.Length > 0)
                _engine.Remove(image);
        }
        Directory.Delete(Folder, recursive: true);
    }

    private string Id(string option) => new Command("id", Folder, option).Read();

    /// <summary>Milliseconds that the build spent in a task, from the summary that a log ends with.</summary>
    /// <exception cref="BenchException">The task is not in it.</exception>
    public static double TaskSeconds(string log, string task)
    {
        var words = File.ReadLines(log).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .LastOrDefault(words => words is [_, "ms", var name, ..] && name == task);
        return words is null ? throw new BenchException($"the summary in {log} does not know the task {task}") : double.Parse(words[0], CultureInfo.InvariantCulture) / 1000;
    }
}
