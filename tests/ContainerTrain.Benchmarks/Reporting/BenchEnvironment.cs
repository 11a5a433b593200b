using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using ContainerTrain.Benchmarks.Machine;
using ContainerTrain.Benchmarks.Samples;

namespace ContainerTrain.Benchmarks.Reporting;

/// <summary>Where the figures come from.</summary>
internal sealed record BenchEnvironment
{
    public required string Time { get; init; }

    public required string OperatingSystem { get; init; }

    public required string Processor { get; init; }

    public required int Cores { get; init; }

    public required double MemoryGigabytes { get; init; }

    public required string DotnetSdk { get; init; }

    public required string Engine { get; init; }

    public required string DockerClient { get; init; }

    /// <summary>The docker command that builds with BuildKit, or why there is none.</summary>
    public required string BuildKitClient { get; init; }

    public required string BaseImage { get; init; }

    public required string PackageVersion { get; init; }

    public required string TorchSharpVersion { get; init; }

    public required string Commit { get; init; }

    public required int Rounds { get; init; }

    /// <summary>Builds of plain and ours in each round of no-op and edit.</summary>
    public required int Pairs { get; init; }

    public required int PayloadMegabytes { get; init; }

    /// <summary>How pushed bytes were counted.</summary>
    public required string Registry { get; init; }

    /// <summary>Over 1, 5 and 15 minutes.</summary>
    public required string LoadAtStart { get; init; }

    public string LoadAtEnd { get; init; } = "";

    /// <summary>What all builds were run with, of the variables that .NET's tools read.</summary>
    public required ImmutableSortedDictionary<string, string> Variables { get; init; }

    public static BenchEnvironment Read(Options options, Workspace workspace, BuildKitCli? buildKit, string baseImage) => new()
    {
        Time = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
        OperatingSystem = HostState.OperatingSystem(),
        Processor = HostState.Processor(),
        Cores = Environment.ProcessorCount,
        MemoryGigabytes = Math.Round(HostState.MemoryGigabytes(), 1),
        DotnetSdk = new Command("dotnet", workspace.Projects, "--version").Read(),
        Engine = $"Docker {workspace.Engine.Format("{{.Server.Version}}")}, {workspace.Engine.StorageDriver}",
        DockerClient = workspace.Engine.Format("{{.Client.Version}}"),
        BuildKitClient = buildKit is null ? "none on the PATH builds with BuildKit" : $"{buildKit.Program} {buildKit.Version}",
        BaseImage = baseImage,
        PackageVersion = options.Version,
        TorchSharpVersion = options.TorchSharpVersion,
        Commit = ReadCommit(options.Folder),
        Rounds = options.Rounds,
        Pairs = options.Pairs,
        PayloadMegabytes = options.PayloadMegabytes,
        Registry = options.RegistryProgram.Length > 0
            ? "bytes of the engine's connections to a docker-registry behind a counting proxy"
            : "not counted: no docker-registry program here",
        LoadAtStart = HostState.LoadLine(),
        Variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(entry => KeyValuePair.Create((string)entry.Key, (string?)entry.Value ?? ""))
            .Where(entry => Prefixes.Any(prefix => entry.Key.StartsWith(prefix, StringComparison.Ordinal)))
            .ToImmutableSortedDictionary(),
    };

    private static readonly ImmutableArray<string> Prefixes = ["DOTNET_", "MSBUILD", "NUGET_", "DOCKER_", "Train", "UseShared"];

    private static string ReadCommit(string folder)
    {
        var commit = new Command("git", folder, "rev-parse", "--short", "HEAD").TryRead() ?? "unknown";
        return new Command("git", folder, "status", "--porcelain").TryRead() is { Length: > 0 } ? commit + ", with changes" : commit;
    }
}
