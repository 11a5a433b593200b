using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;

namespace ContainerTrain.Sdk.Tests;

/// <summary>A user's project in a folder of its own, and what can be done with it on a command line.</summary>
public sealed class TrainProject
{
    private readonly Packages _packages;
    private int _builds;

    /// <param name="packages">The packages it uses.</param>
    /// <param name="folder">Its folder's name; each project gets a folder of its own around it.</param>
    public TrainProject(Packages packages, string folder = "App")
    {
        _packages = packages;
        Image = $"containertrain-sdk-tests/{Guid.NewGuid():N}";
        Folder = Path.Combine(packages.Root, Guid.NewGuid().ToString("N")[..8], folder);
        Directory.CreateDirectory(Folder);
        Environment = new Dictionary<string, string?>
        {
            ["ContainerRepository"] = Image,
            ["TrainCacheDirectory"] = Path.Combine(packages.Root, "cache"),
            ["DOTNET_CLI_UI_LANGUAGE"] = "en",
            ["MSBUILDDISABLENODEREUSE"] = "1",
        }.ToImmutableDictionary();
    }

    public string Folder { get; }

    public string File => At("App.csproj");

    /// <summary>The image's repository: as an environment variable it is the default of a property, which a project may set.</summary>
    public string Image { get; }

    public ImmutableDictionary<string, string?> Environment { get; set; }

    public string Dockerfile => At("obj/Debug/net10.0/linux-x64/containertrain/Dockerfile");

    public string PlanFile => At("obj/Debug/net10.0/linux-x64/containertrain/plan.json");

    /// <summary>The run folders, oldest first.</summary>
    public ImmutableArray<string> Runs => !Directory.Exists(At("runs")) ? [] :
        [.. Directory.EnumerateDirectories(At("runs")).Where(folder => Path.GetFileName(folder) != "latest").Order(StringComparer.Ordinal)];

    public string At(string path) => Path.Combine(Folder, path);

    public string Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        System.IO.File.WriteAllText(At(path), text);
        return At(path);
    }

    /// <summary>A project that needs no package: the dummy trainer, which does what TrainArguments tells it.</summary>
    public static TrainProject Dummy(Packages packages, string folder = "App", string properties = "", string items = "")
    {
        var project = new TrainProject(packages, folder);
        project.Write("App.csproj", $"""
            <Project Sdk="ContainerTrain.Sdk/{packages.Version}">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <AllowUnsafeBlocks>true</AllowUnsafeBlocks>
                <TrainReferenceRuntime>false</TrainReferenceRuntime>
                <TrainReferenceTorchSharp>false</TrainReferenceTorchSharp>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                {items}
              </ItemGroup>
            </Project>
            """);
        foreach (var source in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "dummy")))
            System.IO.File.Copy(source, project.At(Path.GetFileName(source)));
        return project;
    }

    public Task<BuildResult> BuildAsync(params ImmutableArray<string> arguments) => BuildAsync(onLine: null, arguments);

    public Task<BuildResult> TrainAsync(params ImmutableArray<string> arguments) => BuildAsync(["-t:Train", .. arguments]);

    /// <summary>Runs <c>dotnet build</c>. The build log is kept if the test fails.</summary>
    public async Task<BuildResult> BuildAsync(Action<Process, string>? onLine, ImmutableArray<string> arguments)
    {
        var log = Path.Combine(Path.GetDirectoryName(Folder)!, $"{++_builds}.binlog");
        var result = await DotnetAsync(onLine, ["build", "-nologo", "-tl:off", "-clp:NoSummary", $"-bl:{log}", .. arguments]);
        BuildLogsAttribute.Add(log);
        DockerEngine.NoteImages(Image, result.Output);
        return new BuildResult(result.ExitCode, result.Output);
    }

    /// <summary>What MSBuild makes of the project: properties and items, without building.</summary>
    public async Task<JsonElement> EvaluateAsync(params ImmutableArray<string> arguments)
    {
        var result = await DotnetAsync(onLine: null, ["msbuild", "-nologo", "-getProperty:RuntimeIdentifier,TargetFramework", "-getItem:PackageReference", .. arguments]);
        Assert.True(result.ExitCode == 0, result.Output);
        return JsonDocument.Parse(result.Output).RootElement;
    }

    public Task<CommandResult> DotnetAsync(params ImmutableArray<string> arguments) => DotnetAsync(onLine: null, arguments);

    /// <summary>Whoever started the tests may ignore SIGINT, and a program inherits that: a caller that may interrupt gets one that does not.</summary>
    private Task<CommandResult> DotnetAsync(Action<Process, string>? onLine, ImmutableArray<string> arguments) =>
        (onLine is null
            ? new Command("dotnet", arguments, Folder, Environment)
            : new Command("env", ["--default-signal=INT", "dotnet", .. arguments], Folder, Environment)).RunAsync(onLine);
}
