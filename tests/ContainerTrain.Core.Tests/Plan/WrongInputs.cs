using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;

namespace ContainerTrain.Tests;

public sealed class AnUnknownValue
{
    [Theory]
    [InlineData("dcoker", " Did you mean 'docker'?")]
    [InlineData("kubernetes", "")]
    public void OfTrainEngineIsCT1001(string engine, string suggestion) => Assert.Equal(
        $"TrainEngine is '{engine}'. Allowed: auto, docker, podman, process.{suggestion}",
        Given.OnlyProblem(Codes.UnknownValue, Given.Run(run => run with { Engine = engine })).Message);

    [Fact]
    public void OfTrainGpusIsCT1001() => Assert.Equal(
        "TrainGpus is 'two'. Allowed: auto, none, all, a count such as 2, or device=0,1 (indices or UUIDs).",
        Given.OnlyProblem(Codes.UnknownValue, Given.Run(run => run with { Gpus = "two" })).Message);

    [Fact]
    public void OfTrainReadOnlyRootfsIsCT1001() => Assert.Equal(
        "TrainReadOnlyRootfs is 'yes'. Allowed: true, false.",
        Given.OnlyProblem(Codes.UnknownValue, Given.Run(run => run with { ReadOnlyRootfs = "yes" })).Message);

    [Theory]
    [InlineData("Stage", "sytem", "system, app", " Did you mean 'system'?")]
    [InlineData("Position", "first", "after, before, after-base, before-app, end", "")]
    public void OfAnInstructionIsCT1001(string metadatum, string value, string allowed, string suggestion) => Assert.Equal(
        $"TrainDockerfileInstruction {metadatum} is '{value}'. Allowed: {allowed}.{suggestion}",
        Given.OnlyProblem(Codes.UnknownValue, Given.Image(image => image with { Instructions = [Given.Item("RUN true", (metadatum, value))] })).Message);

    [Fact]
    public void OfReadOnlyIsCT1001() => Assert.Equal(
        "ReadOnly of TrainVolume 'cache' is '1'. Allowed: true, false.",
        Given.OnlyProblem(Codes.UnknownValue, Given.Run(run => run with { Volumes = [Given.Item("cache", ("ReadOnly", "1"))] })).Message);
}

public sealed class AnUnparsableImageReference
{
    [Fact]
    public void OfTheBaseIsCT1002() => Assert.StartsWith(
        "ContainerBaseImage is 'Debian:trixie', which is no image reference: the repository 'Debian' has upper-case letters. Expected [registry[:port]/]",
        Given.OnlyProblem(Codes.InvalidImageReference, Given.Image(image => image with { BaseImage = "Debian:trixie" })).Message, StringComparison.Ordinal);

    [Fact]
    public void OfTheRepositoryIsCT1002() => Assert.StartsWith(
        "ContainerRepository is 'My App', which is no image reference: it is no repository name.",
        Given.OnlyProblem(Codes.InvalidImageReference, Given.Image(image => image with { Repository = "My App" })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("http://localhost:5000")]
    [InlineData("localhost:5000/")]
    [InlineData("mcr.microsoft.com=")]
    public void OfTheMirrorIsCT1002(string mirror) => Assert.StartsWith(
        $"TrainRegistryMirror is '{mirror}', which is no image reference: ",
        Given.OnlyProblem(Codes.InvalidImageReference, Given.Image(image => image with { RegistryMirror = mirror })).Message, StringComparison.Ordinal);

    [Fact]
    public void OfAMirrorThatIsNoRegistryIsCT1002() => Assert.StartsWith(
        "TrainRegistryMirror is 'mirror', which is no image reference: 'mirror' would be a repository of Docker Hub",
        Given.OnlyProblem(Codes.InvalidImageReference, Given.Image(image => image with { RegistryMirror = "mirror" })).Message, StringComparison.Ordinal);
}

public sealed class AnInvalidLimit
{
    public static TheoryData<string, string, Func<RunInputs, RunInputs>> Limits => new()
    {
        { "TrainMemory is '-1g'", "a size such as 512m, 2g or 1.5g", run => run with { Memory = "-1g" } },
        { "TrainCpus is 'many'", "a number of processors such as 2 or 1.5", run => run with { Cpus = "many" } },
        { "TrainPidsLimit is '0'", "a whole number of at least 1", run => run with { PidsLimit = "0" } },
        { "TrainPidsLimit is '-1'", "a whole number of at least 1", run => run with { PidsLimit = "-1" } },
        { "TrainShmSize is 'NaN'", "a size such as 64m or 1g", run => run with { ShmSize = "NaN" } },
        { "TrainTimeout is 'soon'", "a duration such as 90, 30m or 1h30m, at most 49d", run => run with { Timeout = "soon" } },
        { "TrainStopGrace is '-5'", "a duration such as 120, 90s or 2m, at most 49d", run => run with { StopGrace = "-5" } },
    };

    [Theory]
    [MemberData(nameof(Limits), DisableDiscoveryEnumeration = true)]
    public void IsCT1003(string seen, string expected, Func<RunInputs, RunInputs> change) =>
        Assert.Equal($"{seen}. Expected {expected}.", Given.OnlyProblem(Codes.InvalidNumber, Given.Run(change)).Message);

    [Theory]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("lucky")]
    public void OfTheSeedIsCT1003(string seed) => Assert.Equal(
        $"TrainHyperparameter seed is '{seed}'. Expected a whole number from 0 to 9223372036854775807.",
        Given.OnlyProblem(Codes.InvalidNumber, Given.Run(run => run with { Hyperparameters = [Given.Item("seed", ("Value", seed))] })).Message);
}

public sealed class AnInvalidHyperparameter
{
    [Theory]
    [InlineData("1st")]
    [InlineData("learning rate")]
    [InlineData("a=b")]
    [InlineData("_x")]
    [InlineData("rate\n")]
    public void NameIsCT1006(string name) => Assert.StartsWith(
        $"TrainHyperparameter '{name}': its name has characters other than letters, digits, '_', '-' and '.'",
        Given.OnlyProblem(Codes.InvalidHyperparameter, Of(Given.Item(name, ("Value", "1")))).Message, StringComparison.Ordinal);

    [Fact]
    public void WithoutValueIsCT1006() =>
        Assert.Equal("TrainHyperparameter 'rate': it has no Value.", Given.OnlyProblem(Codes.InvalidHyperparameter, Of(Given.Item("rate"))).Message);

    [Theory]
    [InlineData("rate", "rate")]
    [InlineData("learning-rate", "Learning_Rate")]
    [InlineData("a.b", "a-b")]
    public void GivenTwiceIsCT1006(string first, string second) => Assert.Equal(
        $"TrainHyperparameter '{second}': it is given 2 times ('{first}'='1', '{second}'='2').",
        Given.OnlyProblem(Codes.InvalidHyperparameter, Of(Given.Item(first, ("Value", "1")), Given.Item(second, ("Value", "2")))).Message);

    [Theory]
    [InlineData("file")]
    [InlineData("File")]
    public void WhoseVariableNamesTheFileOfAllIsCT1006(string name) => Assert.Equal(
        $"TrainHyperparameter '{name}': its variable TRAIN_HP_FILE is the one that names the file of all hyperparameters.",
        Given.OnlyProblem(Codes.InvalidHyperparameter, Of(Given.Item(name, ("Value", "x.csv")))).Message);

    private static TrainInputs Of(params InputItem[] items) => Given.Run(run => run with { Hyperparameters = [.. items] });
}

public sealed class AnInvalidName
{
    public static TheoryData<string, Func<TrainInputs>> Names => new()
    {
        { "ContainerImageTag 'a b' is no tag: letters, digits, '_', '.' and '-', at most 128.", () => Given.Image(i => i with { Tags = "ok;a b" }) },
        { "ContainerFamily 'no ble' is no part of an image tag.", () => Given.Image(i => i with { Family = "no ble", BaseImage = "debian" }) },
        { "ContainerWorkingDirectory 'app' is no absolute Linux path.", () => Given.Image(i => i with { WorkingDirectory = "app" }) },
        { "ContainerWorkingDirectory '/a/../b' is no absolute Linux path.", () => Given.Image(i => i with { WorkingDirectory = "/a/../b" }) },
        { "ContainerUser 'a b' is no user: uid, uid:gid, name or name:group.", () => Given.Image(i => i with { User = "a b" }) },
        { "ContainerUser '\n' is no user: uid, uid:gid, name or name:group.", () => Given.Image(i => i with { User = "\n" }) },
        { "TrainUser 'a:b:c' is no user: uid, uid:gid, name or name:group.", () => Given.Run(r => r with { User = "a:b:c" }) },
        { "TrainUser 'me\n' is no user: uid, uid:gid, name or name:group.", () => Given.Run(r => r with { User = "me\n" }) },
        { "TrainArguments '--x \"y' has a quote that is not closed.", () => Given.Run(r => r with { Arguments = "--x \"y" }) },
        { "TrainVolume '-x' is no volume name: letters, digits, '_', '.' and '-'.", () => Given.Run(r => r with { Volumes = [Given.Item("-x", ("TargetPath", "x"))] }) },
        { "TrainAptPackage 'Curl' is no Debian package name, with or without =version.", () => Given.Image(i => i with { AptPackages = [Given.Item("Curl")] }) },
        { "TrainAptPackage 'curl && rm' is no Debian package name, with or without =version.", () => Given.Image(i => i with { AptPackages = [Given.Item("curl && rm")] }) },
        { "TrainAptPackage 'curl\n' is no Debian package name, with or without =version.", () => Given.Image(i => i with { AptPackages = [Given.Item("curl\n")] }) },
        { "TrainPipPackage 'a'b' is no Python package name, with or without a version.", () => Given.Image(i => i with { PipPackages = [Given.Item("a'b")] }) },
        { "TrainPipPackage '--index-url' is no Python package name, with or without a version.", () => Given.Image(i => i with { PipPackages = [Given.Item("--index-url")] }) },
        { "TrainPipPackage 'a\n' is no Python package name, with or without a version.", () => Given.Image(i => i with { PipPackages = [Given.Item("a\n")] }) },
        { "ContainerEnvironmentVariable '1A' is no variable name: letters, digits and '_', not beginning with a digit.", () => Given.Image(i => i with { Environment = [Given.Item("1A", ("Value", ""))] }) },
        { "ContainerEnvironmentVariable 'A\n' is no variable name: letters, digits and '_', not beginning with a digit.", () => Given.Image(i => i with { Environment = [Given.Item("A\n", ("Value", ""))] }) },
        { "ContainerEnvironmentVariable 'A' has a Value with a line break, which a Dockerfile cannot express.", () => Given.Image(i => i with { Environment = [Given.Item("A", ("Value", "1\n2"))] }) },
        { "ContainerLabel 'A' has a Value with a line break, which a Dockerfile cannot express.", () => Given.Image(i => i with { Labels = [Given.Item("A", ("Value", "1\r2"))] }) },
        { "ContainerLabel 'a\"b' contains a quote, '=' or a control character.", () => Given.Image(i => i with { Labels = [Given.Item("a\"b", ("Value", ""))] }) },
        { "ContainerLabel 'a=b' contains a quote, '=' or a control character.", () => Given.Image(i => i with { Labels = [Given.Item("a=b", ("Value", ""))] }) },
        { "ContainerPort '0/tcp' is no port: 1 to 65535 with Type tcp or udp.", () => Given.Image(i => i with { Ports = [Given.Item("0")] }) },
        { "ContainerPort '65536/tcp' is no port: 1 to 65535 with Type tcp or udp.", () => Given.Image(i => i with { Ports = [Given.Item("65536")] }) },
        { "ContainerPort '80/sctp' is no port: 1 to 65535 with Type tcp or udp.", () => Given.Image(i => i with { Ports = [Given.Item("80", ("Type", "sctp"))] }) },
    };

    [Theory]
    [MemberData(nameof(Names), DisableDiscoveryEnumeration = true)]
    public void IsCT1007(string message, Func<TrainInputs> inputs) => Assert.Equal(message, Given.OnlyProblem(Codes.InvalidName, inputs()).Message);

    [Theory]
    [InlineData("libgomp1=12.2.0-14+deb12u1")]
    [InlineData("g++")]
    [InlineData("libc6:amd64")]
    public void OfAptIsNotWhatAptTakes(string package) =>
        Assert.Equal([package], Given.Plan(Given.Image(i => i with { AptPackages = [Given.Item(package)] })).Image.System.AptPackages);

    [Theory]
    [InlineData("numpy")]
    [InlineData("numpy==2.1.*")]
    [InlineData("uvicorn[standard]>=0.30,<1.0")]
    [InlineData("a~=1.0")]
    public void OfPipIsNotWhatPipTakes(string package) =>
        Assert.Equal([package], Given.Plan(Given.Image(i => i with { PipPackages = [Given.Item(package)] })).Image.System.PipPackages);
}

public sealed class AProjectThatCannotTrain
{
    [Theory]
    [InlineData("win-x64")]
    [InlineData("linux-musl-x64")]
    [InlineData("")]
    public void OnAnotherSystemIsCT2001(string rid) => Assert.Equal(
        $"RuntimeIdentifier is '{rid}'. A training image needs one of: linux-arm64, linux-x64.",
        Given.OnlyProblem(Codes.NotLinux, Given.Project(p => p with { RuntimeIdentifier = rid })).Message);

    [Fact]
    public void AsALibraryIsCT2002() => Assert.Equal(
        "OutputType is 'Library'. A training project needs Exe.",
        Given.OnlyProblem(Codes.NotExecutable, Given.Project(p => p with { OutputType = "Library" })).Message);

    [Theory]
    [InlineData("Exe")]
    [InlineData("exe")]
    [InlineData("WinExe")]
    public void IsNotOneThatHasAMain(string outputType) => Assert.NotNull(Given.Plan(Given.Project(p => p with { OutputType = outputType })));

    [Fact]
    public void WithTwoFilesForOnePathIsCT2003() => Assert.Equal(
        "'/a/x.json' and '/b/x.json' would both become 'x.json' in the image.",
        Given.OnlyProblem(Codes.SameTarget, Given.Image(i => i with { Files = [Given.Own("/a/x.json", "x.json"), Given.Own("/b/x.json", "x.json")] })).Message);
}

public sealed class SeveralProblems
{
    [Fact]
    public void AreReportedTogether()
    {
        var result = Plan.PlanBuilder.Build(new TrainInputs
        {
            Project = Given.Inputs.Project with { RuntimeIdentifier = "win-x64", OutputType = "Library" },
            Image = new ImageInputs
            {
                BaseImage = "A b",
                WorkingDirectory = "app",
                Files = [Given.Own("/a", "x"), Given.Own("/b", "x")],
                AptPackages = [Given.Item("A"), Given.Item("B")],
            },
            Run = new RunInputs
            {
                Engine = "x", Memory = "x", Data = [Given.Item("no/such/file", ("TargetPath", "/tmp"))], Hyperparameters = [Given.Item("1")],
            },
        });
        Assert.Null(result.Plan);
        Assert.Equal(
            ["CT1001", "CT1002", "CT1003", "CT1004", "CT1005", "CT1006", "CT1006", "CT1007", "CT1007", "CT1007", "CT2001", "CT2002", "CT2003"],
            result.Problems.Select(problem => problem.Code.Id).Order());
    }

    [Fact]
    public void OfWhichNoneIsAnErrorLeaveAPlan()
    {
        using var folder = new TempFolder();
        var result = Plan.PlanBuilder.Build(Given.Inputs.WithLinesOf(folder, "<Project><PropertyGroup><TrainMemroy>1g</TrainMemroy></PropertyGroup></Project>"));
        Assert.Equal("CT1008", Assert.Single(result.Problems).Code.Id);
        Assert.NotNull(result.Plan);
    }
}

public sealed class TheLineOfAProblem
{
    [Fact]
    public void IsThatOfTheProperty()
    {
        var problem = OnlyProblem(Given.Run(run => run with { Engine = "dcoker" }), """
            <Project>
              <PropertyGroup>
                <TrainMemory>1g</TrainMemory>
                <TrainEngine>dcoker</TrainEngine>
              </PropertyGroup>
            </Project>
            """);
        Assert.EndsWith("Demo.csproj", problem.File, StringComparison.Ordinal);
        Assert.Equal((4, 6), (problem.Line, problem.Column));
    }

    [Fact]
    public void IsThatOfThePropertysLastAssignment() => Assert.Equal(3, OnlyProblem(Given.Run(run => run with { Engine = "x" }), """
            <Project><PropertyGroup>
              <TrainEngine>docker</TrainEngine>
              <TrainEngine>x</TrainEngine>
            </PropertyGroup></Project>
            """).Line);

    [Fact]
    public void IsThatOfTheItem() => Assert.Equal(3, OnlyProblem(Given.Image(image => image with { AptPackages = [Given.Item("curl"), Given.Item("Git")] }), """
            <Project><ItemGroup>
              <TrainAptPackage Include="curl" />
              <TrainAptPackage Include="Git" />
            </ItemGroup></Project>
            """).Line);

    [Fact]
    public void IsThatOfTheListThatTheItemIsIn() => Assert.Equal(2, OnlyProblem(Given.Image(image => image with { AptPackages = [Given.Item("curl"), Given.Item("Git")] }), """
            <Project><ItemGroup>
              <TrainAptPackage Include="curl; Git" />
            </ItemGroup></Project>
            """).Line);

    [Theory]
    [InlineData("OutputType", "Library")]
    [InlineData("RuntimeIdentifier", "win-x64")]
    [InlineData("ContainerRuntimeIdentifier", "win-x64")]
    public void IsKnownForTheProjectsOwnPropertiesToo(string name, string value) => Assert.Equal(2, OnlyProblem(
        Given.Project(p => name == "OutputType" ? p with { OutputType = value } : p with { RuntimeIdentifier = value }), $"""
            <Project><PropertyGroup>
              <{name}>{value}</{name}>
            </PropertyGroup></Project>
            """).Line);

    [Theory]
    [InlineData("ContainerImageTag")]
    [InlineData("ContainerImageTags")]
    public void IsThatOfTheTagOrTheTags(string name)
    {
        using var folder = new TempFolder();
        var problem = Given.OnlyProblem(Codes.InvalidName, Given.Image(image => image with { Tags = "1;a b" }).WithLinesOf(folder, $"""
            <Project><PropertyGroup>
              <{name}>1;a b</{name}>
            </PropertyGroup></Project>
            """));
        Assert.StartsWith(name + " 'a b'", problem.Message, StringComparison.Ordinal);
        Assert.Equal(2, problem.Location?.Line);
    }

    [Fact]
    public void IsFoundWhateverTheCaseOfTheName() => Assert.Equal(2, OnlyProblem(Given.Run(run => run with { Engine = "x" }), """
            <Project><PropertyGroup>
              <trainengine>x</trainengine>
            </PropertyGroup></Project>
            """).Line);

    [Fact]
    public void IsUnknownWhereNoFileHasIt()
    {
        using var folder = new TempFolder();
        Assert.Null(Given.OnlyProblem(Codes.UnknownValue, Given.Run(run => run with { Engine = "x" }).WithLinesOf(folder, "<Project />")).Location);
    }

    private static SourceLocation OnlyProblem(TrainInputs inputs, string project)
    {
        using var folder = new TempFolder();
        return Assert.IsType<SourceLocation>(Assert.Single(Given.Problems(inputs.WithLinesOf(folder, project))).Location);
    }
}

public sealed class AMisspeltName
{
    [Theory]
    [InlineData("TrainEngin", " Did you mean 'TrainEngine'?")]
    [InlineData("TrainMemroy", " Did you mean 'TrainMemory'?")]
    [InlineData("TrainHyperparamter", " Did you mean 'TrainHyperparameter'?")]
    [InlineData("TrainUnheardOfThing", "")]
    public void IsCT1008OnItsLine(string name, string suggestion)
    {
        using var folder = new TempFolder();
        var problem = Given.OnlyProblem(Codes.MisspeltName, Given.Inputs.WithLinesOf(folder, $"<Project>\n<PropertyGroup>\n<{name}>x</{name}>\n</PropertyGroup></Project>"));
        Assert.Equal($"'{name}' is no property or item of ContainerTrain.Sdk and has no effect.{suggestion}", problem.Message);
        Assert.Equal(3, problem.Location?.Line);
        Assert.False(problem.IsError);
    }

    [Theory]
    [InlineData("TrainEngine")]
    [InlineData("trainengine")]
    [InlineData("ContainerUser")]
    [InlineData("ContainerOfMine")]
    [InlineData("Trailer")]
    public void IsNotOneThatMSBuildTakes(string name)
    {
        using var folder = new TempFolder();
        Assert.Empty(Given.Problems(Given.Inputs.WithLinesOf(folder, $"<Project><PropertyGroup><{name}>x</{name}></PropertyGroup></Project>")));
    }
}

public sealed class ElementsOfAProject
{
    [Fact]
    public void AreReadWithTheirValues()
    {
        using var folder = new TempFolder();
        var file = folder.Write("a.csproj", """
            <Project Sdk="ContainerTrain.Sdk">
              <!-- <TrainEngine>comment</TrainEngine> -->
              <PropertyGroup><TrainEngine> docker </TrainEngine><TrainUser /><Other>x</Other></PropertyGroup>
              <ItemGroup>
                <TrainHyperparameter Include="rate"><Value>1</Value></TrainHyperparameter>
                <ContainerPort Include="80" Type="tcp" />
              </ItemGroup>
            </Project>
            """);
        Assert.Equal(
            [("TrainEngine", "docker", 3), ("TrainUser", "", 3), ("TrainHyperparameter", "rate", 5), ("ContainerPort", "80", 6)],
            ProjectElements.Read([file]).Select(element => (element.Name, element.Value, element.Location.Line)));
    }

    [Fact]
    public void AreReadFileAfterFile()
    {
        using var folder = new TempFolder();
        string[] files = [folder.Write("a", "<Project><TrainUser>a</TrainUser></Project>"), folder.At("missing"), folder.Write("b", "<Project><TrainUser>b</TrainUser></Project>")];
        Assert.Equal(["a", "b"], ProjectElements.Read(files).Select(element => element.Value));
    }

    [Fact]
    public void AreReadUpToWhereAFileIsNoXml()
    {
        using var folder = new TempFolder();
        Assert.Equal("a", Assert.Single(ProjectElements.Read([folder.Write("a", "<Project><TrainUser>a</TrainUser></Oops>")])).Value);
    }
}
