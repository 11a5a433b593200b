using System.Collections.Immutable;

namespace ContainerTrain.Sdk.Tests;

/// <summary>TorchSharp's real libraries on a base image that is too old for them.</summary>
public sealed class NativeLibraries(Packages packages, DockerEngine engine, OldBase old) : IClassFixture<OldBase>
{
    private const string Needed = "GLIBCXX_3.4.32";

    [Fact]
    public async Task FailTheBuildOnAnOldBaseAndTheTrainingWhereNobodyWantsToKnow()
    {
        engine.Require();
        var baseImage = await old.ImportAsync();
        var project = TrainProject.Dummy(packages, properties: $"<ContainerBaseImage>{baseImage}</ContainerBaseImage>");
        project.Write("App.csproj", (await File.ReadAllTextAsync(project.File, TestContext.Current.CancellationToken))
            .Replace("<TrainReferenceTorchSharp>false<", "<TrainReferenceTorchSharp>true<", StringComparison.Ordinal));
        foreach (var source in Directory.EnumerateFiles(project.Folder, "*.cs"))
            File.Delete(source);
        project.Write("Program.cs", "System.Console.WriteLine(TorchSharp.torch.ones(2).sum().item<float>());");

        var build = (await project.BuildAsync("-p:TrainRegistryMirror=")).FailedWith("CT3030");
        Assert.Contains("libLibTorchSharp.so", build["CT3030"].Text, StringComparison.Ordinal);
        Assert.Contains($"{Needed} of libstdc++.so.6", build["CT3030"].Text, StringComparison.Ordinal);
        Assert.Contains("Debian 13 fit", build["CT3030"].Text, StringComparison.Ordinal);
        Assert.Equal("", await DockerEngine.ImagesOfAsync(project));

        // The check was right: the same program ends in that image with an exception that nobody catches.
        var trained = (await project.TrainAsync("-p:TrainRegistryMirror=", "-p:TrainNativePreflight=false")).FailedWith("CT4005");
        Assert.Contains("LibTorchSharp", trained.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\n2\n", trained.Output, StringComparison.Ordinal);

        // And it trains on the usual one.
        project.Write("App.csproj", (await File.ReadAllTextAsync(project.File, TestContext.Current.CancellationToken)).Replace(baseImage, "", StringComparison.Ordinal));
        var good = await project.TrainAsync();
        Assert.True(good.ExitCode == 0, good.Output);
        Assert.Contains("2", await File.ReadAllLinesAsync(Path.Combine(project.Runs[^1], "log.txt"), TestContext.Current.CancellationToken));
    }
}

/// <summary>Debian 12 with .NET (eng/lib/native-bases.sh), as an image of this test's own.</summary>
public sealed class OldBase : IAsyncLifetime
{
    private readonly string _name = $"containertrain-sdk-tests/bookworm:{Guid.NewGuid():n}";

    public async Task<string> ImportAsync()
    {
        const string script = "set -e; . eng/lib.sh; . eng/lib/native-bases.sh; docker import --change 'ENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1' \"$(native_base bookworm)\" \"$1\"";
        var made = await new Command("bash", ["-c", script, "native-bases", _name], Packages.RepositoryRoot, ImmutableDictionary<string, string?>.Empty).RunAsync();
        Assert.True(made.ExitCode == 0, made.Output);
        DockerEngine.NoteImages(_name.Split(':')[0], "");
        return _name;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() =>
        await new Command("docker", ["rmi", "--force", _name], Path.GetTempPath(), ImmutableDictionary<string, string?>.Empty).RunAsync();
}
