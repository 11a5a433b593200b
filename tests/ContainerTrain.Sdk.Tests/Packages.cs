using System.Collections.Immutable;
using System.Reflection;
using ContainerTrain.Sdk.Tests;

[assembly: AssemblyFixture(typeof(Packages))]

namespace ContainerTrain.Sdk.Tests;

/// <summary>
/// The packages under test, and a folder for projects that use them as any user does: nothing of this repository's
/// settings reaches it. Packages are restored into the user's cache, so that gigabytes are unpacked once.
/// </summary>
public sealed class Packages : IAsyncLifetime
{
    internal static readonly string RepositoryRoot =
        typeof(Packages).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("containertrain-sdk-");

    /// <summary>The version of all three packages.</summary>
    public string Version { get; private set; } = "";

    /// <summary>The folder that projects are made in.</summary>
    public string Root => _root.FullName;

    /// <summary>Where the build logs of failed tests are kept.</summary>
    public static string Results { get; } = Variable("CONTAINERTRAIN_TEST_RESULTS") is { Length: > 0 } folder
        ? folder
        : Path.Combine(RepositoryRoot, "artifacts", "test-results", "Sdk");

    public string Feed { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        (Feed, Version) = (Variable("CONTAINERTRAIN_FEED"), Variable("CONTAINERTRAIN_VERSION"));
        if (Version.Length == 0)
            (Feed, Version) = (Path.Combine(RepositoryRoot, "artifacts", "packages"), await PackAsync());
        Assert.True(File.Exists(Path.Combine(Feed, $"ContainerTrain.Sdk.{Version}.nupkg")), $"'{Feed}' has no ContainerTrain.Sdk {Version}.");

        // The feed comes on top of the sources that the user has.
        Write("nuget.config", $"""
            <configuration>
              <packageSources>
                <add key="containertrain-under-test" value="{Feed}" />
              </packageSources>
            </configuration>
            """);
        foreach (var wall in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
            Write(wall, "<Project />");
        Write(".editorconfig", "root = true");
    }

    public ValueTask DisposeAsync()
    {
        _root.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task<string> PackAsync()
    {
        var pack = new Command(Path.Combine(RepositoryRoot, "eng", "pack.sh"), [], RepositoryRoot, ImmutableDictionary<string, string?>.Empty);
        var packed = await pack.RunAsync();
        Assert.True(packed.ExitCode == 0, packed.Output);
        return packed.Output.TrimEnd().Split('\n')[^1];
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(Root, name), text);

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? "";
}
