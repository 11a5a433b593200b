using System.Collections.Immutable;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

/// <summary>What is found before anything is downloaded.</summary>
public sealed class ReferencesToTorch
{
    [Fact]
    public void OfTheProjectsOwnThatFitAreFine() =>
        Assert.Empty(Check("linux-x64", "none", Given.Item("TorchSharp", ("Version", "0.105.1")), Given.Item("libtorch-cpu", ("Version", "2.5.1"))));

    [Fact]
    public void ToBothFlavoursAreCT1020() => Assert.Equal(
        ["CT1020"], Codes(Check("linux-x64", "auto", Given.Item("torchsharp-CPU", ("Version", "0.107.0")), Given.Item("TorchSharp-cuda-linux", ("Version", "0.107.0")))));

    [Fact]
    public void ToCudaForArm64AreCT1021() =>
        Assert.Equal(["CT1021"], Codes(Check("linux-arm64", "all", Given.Item("TorchSharp-cuda-linux", ("Version", "0.107.0")))));

    [Theory]
    [InlineData("2.7.1")]
    [InlineData("[2.7.1]")]
    [InlineData("2.7.*")]
    public void ToAnotherLibtorchAreCT1022(string version) => Assert.Equal(
        "TorchSharp 0.107.0 is made for libtorch 2.10.0; the project has libtorch-cpu-linux-x64 2.7." + (version.Contains('*', StringComparison.Ordinal) ? "0." : "1."),
        Assert.Single(Check("linux-x64", "none", Given.Item("TorchSharp", ("Version", "0.107.0")), Given.Item("libtorch-cpu-linux-x64", ("Version", version)))).Message);

    [Fact]
    public void ToTheCpuFlavourWhereAGpuIsRequiredAreCT1023() =>
        Assert.Equal(["CT1023"], Codes(Check("linux-x64", "1", Given.Item("TorchSharp-cpu", ("Version", "0.107.0")))));

    [Fact]
    public void TakeCentralVersions()
    {
        ImmutableArray<InputItem> central = [Given.Item("TorchSharp", ("Version", "0.107.0")), Given.Item("Libtorch-CPU", ("Version", "2.7.1"))];
        var problems = ReferenceChecker.Check([Given.Item("TorchSharp"), Given.Item("libtorch-cpu")], central, "linux-x64", "none", []);
        Assert.Equal(["CT1022"], Codes(problems));
        problems = ReferenceChecker.Check([Given.Item("TorchSharp"), Given.Item("libtorch-cpu", ("VersionOverride", "2.10.0"))], central, "linux-x64", "none", []);
        Assert.Empty(problems);
    }

    [Theory]
    [InlineData("")]
    [InlineData("latest")]
    public void WhoseVersionSaysNothingAreLeftToNuGet(string version) =>
        Assert.Empty(Check("linux-x64", "none", Given.Item("TorchSharp", ("Version", version)), Given.Item("libtorch-cpu", ("Version", version))));

    [Fact]
    public void OfAnUnknownTorchSharpMayComeWithAnyLibtorch() =>
        Assert.Empty(Check("linux-x64", "none", Given.Item("TorchSharp", ("Version", "0.110.0")), Given.Item("libtorch-cpu", ("Version", "2.12.0"))));

    [Fact]
    public void AreReportedTogetherOnTheirLines()
    {
        using var folder = new TempFolder();
        var elements = ProjectElements.Read([folder.Write("Demo.csproj", """
            <Project><ItemGroup>
              <PackageReference Include="TorchSharp-cuda-linux" Version="0.107.0" />
              <PackageReference Include="TorchSharp-cpu" Version="0.107.0" />
            </ItemGroup></Project>
            """)]);
        var problems = ReferenceChecker.Check(
            [Given.Item("TorchSharp-cuda-linux", ("Version", "0.107.0")), Given.Item("TorchSharp-cpu", ("Version", "0.107.0"))], [], "linux-arm64", "none", elements);
        Assert.Equal([("CT1020", 2), ("CT1021", 2)], problems.Select(problem => (problem.Code.Id, problem.Location!.Line)));
    }

    private static ImmutableArray<Problem> Check(string rid, string gpus, params InputItem[] references) =>
        ReferenceChecker.Check([.. references], [], rid, gpus, []);

    private static IEnumerable<string> Codes(ImmutableArray<Problem> problems) => problems.Select(problem => problem.Code.Id);
}

public sealed class TheTargetsThatKnowTorch
{
    private const string Targets = "sdk/ContainerTrain.Sdk/targets/ContainerTrain.";

    /// <summary>A reference to any of them replaces the implicit one.</summary>
    [Fact]
    public void NameTheCudaPackagesOfEveryRow()
    {
        var defaults = Repository.Read(Targets + "Defaults.targets");
        Assert.All(TorchTable.Rows, row => Assert.Contains($"'libtorch-cuda-{row.Cuda}-linux-x64'", defaults, StringComparison.Ordinal));
    }

    [Fact]
    public void WordTheirErrorsAsTheTableOfDiagnosticsDoes()
    {
        var errors = MSBuildFiles.Targets.Elements("Error").Where(error => error.Attribute("Code")!.Value != "CT2007").ToArray();
        Assert.NotEmpty(errors);
        Assert.All(errors, error =>
        {
            var code = Diagnostics.Codes.All[error.Attribute("Code")!.Value];
            var pattern = Regex.Replace(Regex.Escape(code.Format), @"\\\{[0-9]}", ".+") + " " + Regex.Escape(code.Fix);
            Assert.Matches($"^{pattern}$", error.Attribute("Text")!.Value);
            Assert.Equal($"file://$(_TrainCodesFolder)/{code.Id}.md", error.Attribute("HelpLink")!.Value);
        });
    }
}
