using System.Collections.Immutable;
using System.Text.Json;

namespace ContainerTrain.Sdk.Tests;

/// <summary>What a project gets without saying so, in each way of using the SDK.</summary>
public sealed class ImplicitReferences(Packages packages)
{
    private const string Alone = "alone";

    [Theory]
    [InlineData(Alone)]
    [InlineData("Microsoft.NET.Sdk")]
    [InlineData("Microsoft.NET.Sdk.Worker")]
    [InlineData("Microsoft.NET.Sdk.Web")]
    public async Task AreTheRuntimeAndTorchForALinuxProgram(string sdk)
    {
        var project = Project(sdk);

        var evaluated = await project.EvaluateAsync();

        Assert.StartsWith("linux-", evaluated.GetProperty("Properties").GetProperty("RuntimeIdentifier").GetString(), StringComparison.Ordinal);
        var references = References(evaluated);
        Assert.Equal([packages.Version], references["ContainerTrain.Runtime"]);
        Assert.NotEmpty(Assert.Single(references["TorchSharp-cpu"]));
    }

    [Theory]
    [InlineData(Alone)]
    [InlineData("Microsoft.NET.Sdk")]
    public async Task CanBeTurnedOff(string sdk)
    {
        var project = Project(sdk, "<TrainReferenceRuntime>false</TrainReferenceRuntime><TrainReferenceTorchSharp>false</TrainReferenceTorchSharp>");

        var references = References(await project.EvaluateAsync());

        Assert.DoesNotContain("ContainerTrain.Runtime", references.Keys);
        Assert.DoesNotContain(references.Keys, name => name.StartsWith("TorchSharp", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Alone)]
    [InlineData("Microsoft.NET.Sdk")]
    public async Task GiveWayToTheProjectsOwn(string sdk)
    {
        var project = Project(sdk, items: """
            <PackageReference Include="ContainerTrain.Runtime" Version="9.8.7" />
            <PackageReference Include="torchsharp-CPU" Version="0.105.0" />
            """);

        var references = References(await project.EvaluateAsync());

        Assert.Equal(["9.8.7"], references["ContainerTrain.Runtime"]);
        Assert.Equal(["0.105.0"], references["TorchSharp-cpu"]);
    }

    [Fact]
    public async Task FollowTorchSharpVersion()
    {
        var project = Project(Alone, "<TorchSharpVersion>0.106.0</TorchSharpVersion>");

        Assert.Equal(["0.106.0"], References(await project.EvaluateAsync())["TorchSharp-cpu"]);
    }

    [Theory]
    [InlineData("all", "TorchSharp-cuda-linux")]
    [InlineData("2", "TorchSharp-cuda-linux")]
    [InlineData("none", "TorchSharp-cpu")]
    [InlineData("0", "TorchSharp-cpu")]
    public async Task FollowTrainGpus(string gpus, string package)
    {
        var references = References(await Project(Alone).EvaluateAsync($"-p:TrainGpus={gpus}"));

        Assert.Equal([package], references.Keys.Where(name => name.StartsWith("TorchSharp", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("linux-arm64")]
    [InlineData("linux-x64")]
    public async Task TheRuntimeIdentifierIsTheProjectsIfItSaysOne(string identifier)
    {
        var project = Project(Alone, $"<RuntimeIdentifier>{identifier}</RuntimeIdentifier>");

        Assert.Equal(identifier, (await project.EvaluateAsync()).GetProperty("Properties").GetProperty("RuntimeIdentifier").GetString());
    }

    private TrainProject Project(string sdk, string properties = "", string items = "")
    {
        var project = new TrainProject(packages);
        var (attribute, element) = sdk == Alone
            ? ($"ContainerTrain.Sdk/{packages.Version}", "")
            : (sdk, $"""<Sdk Name="ContainerTrain.Sdk" Version="{packages.Version}" />""");
        project.Write("App.csproj", $"""
            <Project Sdk="{attribute}">
              {element}
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                {items}
              </ItemGroup>
            </Project>
            """);
        return project;
    }

    private static Dictionary<string, ImmutableArray<string>> References(JsonElement evaluated) =>
        evaluated.GetProperty("Items").GetProperty("PackageReference").EnumerateArray()
            .GroupBy(item => item.GetProperty("Identity").GetString()!, item => item.GetProperty("Version").GetString()!, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => group.ToImmutableArray(), StringComparer.OrdinalIgnoreCase);
}
