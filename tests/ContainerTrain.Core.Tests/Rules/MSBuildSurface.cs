using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ContainerTrain.Plan;
using ContainerTrain.Tasks;
using Microsoft.Build.Framework;

namespace ContainerTrain.Tests;

public sealed class TheNamesThatTargetsUse
{
    /// <summary>The .NET SDK's own names, which keep their meaning here (Microsoft.NET.Build.Containers.targets).</summary>
    private static readonly string[] OfTheNetSdk =
    [
        "ContainerAppCommand", "ContainerAppCommandArgs", "ContainerAppCommandInstruction", "ContainerArchiveOutputPath", "ContainerAuthors", "ContainerBaseImage",
        "ContainerDefaultArgs", "ContainerDescription", "ContainerDocumentationUrl", "ContainerEntrypoint", "ContainerEntrypointArgs",
        "ContainerEnvironmentVariable", "ContainerFamily", "ContainerGenerateLabels", "ContainerGenerateLabelsDotnetToolset",
        "ContainerGenerateLabelsImageAuthors", "ContainerGenerateLabelsImageBaseName", "ContainerGenerateLabelsImageCreated",
        "ContainerGenerateLabelsImageDescription", "ContainerGenerateLabelsImageDocumentation", "ContainerGenerateLabelsImageLicenses",
        "ContainerGenerateLabelsImageRevision", "ContainerGenerateLabelsImageSource", "ContainerGenerateLabelsImageTitle",
        "ContainerGenerateLabelsImageUrl", "ContainerGenerateLabelsImageVendor", "ContainerGenerateLabelsImageVersion", "ContainerImageTag",
        "ContainerImageTags", "ContainerInformationUrl", "ContainerLabel", "ContainerLicenseExpression", "ContainerPort", "ContainerRegistry",
        "ContainerRepository", "ContainerRuntimeIdentifier", "ContainerTitle", "ContainerUser", "ContainerVendor", "ContainerVersion",
        "ContainerWorkingDirectory",
    ];

    /// <summary>A name that nobody declares is a misspelt one: MSBuild reads it as empty, and nobody notices.</summary>
    [Fact]
    public void AreDeclared()
    {
        var properties = NameChecker.Known.Concat(OfTheNetSdk).Concat(MSBuildFiles.PropertiesSet).ToHashSet(StringComparer.Ordinal);
        var items = NameChecker.Known.Concat(OfTheNetSdk).Concat(MSBuildFiles.ItemsSet).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(MSBuildFiles.PropertiesRead.Where(IsOurs).Where(name => !properties.Contains(name)).Select(name => $"$({name})"));
        Assert.Empty(MSBuildFiles.ItemsRead.Where(IsOurs).Where(name => !items.Contains(name)).Select(name => $"@({name})"));
    }

    [Fact]
    public void AreAllThatMayBeWritten() => Assert.Equal(
        Public("Train").Order(StringComparer.Ordinal),
        NameChecker.Known.Order(StringComparer.Ordinal));

    [Fact]
    public void AreInOrderWhereTheyAreListed() => Assert.Equal(NameChecker.Known.Order(StringComparer.Ordinal), NameChecker.Known);

    [Fact]
    public void AreNoContainerNamesOfOurOwn() => Assert.Equal(["ContainerTrainSdkVersion"], Public("Container").Except(OfTheNetSdk));

    [Fact]
    public void AreUsedIfTheyArePrivate() => Assert.Equal(
        ["_TrainRunFolder"], // for what comes after the target Train
        MSBuildFiles.PropertiesSet.Except(MSBuildFiles.PropertiesRead)
            .Concat(MSBuildFiles.ItemsSet.Except(MSBuildFiles.ItemsRead).Except(MSBuildFiles.MetadataRead.Select(name => name.Split('.')[0])))
            .Where(name => name.StartsWith("_Train", StringComparison.Ordinal)));

    [Fact]
    public void ArePublicInReview()
    {
        var text = new StringBuilder();
        Section("targets", MSBuildFiles.Targets.Select(target => target.Attribute("Name")!.Value).Distinct());
        Section("properties read", MSBuildFiles.PropertiesRead);
        Section("properties set", MSBuildFiles.PropertiesSet);
        Section("items read", MSBuildFiles.ItemsRead);
        Section("items set", MSBuildFiles.ItemsSet);
        Section("metadata read by targets", MSBuildFiles.MetadataRead);
        Section("metadata read by tasks", MetadataOfTasks());
        Snapshot.Matches(text.ToString(), "MSBuildSurface", "txt");

        void Section(string title, IEnumerable<string> names)
        {
            text.Append(title).Append('\n');
            foreach (var name in names.Where(name => !name.StartsWith('_')).Order(StringComparer.Ordinal))
                text.Append("  ").Append(name).Append('\n');
        }
    }

    internal static IEnumerable<string> MetadataOfTasks() =>
        Repository.Sources("tasks").SelectMany(file => Regex.Matches(File.ReadAllText(file), """(?:item\[|GetMetadata\(|Metadata\.ContainsKey\(|OneOf\()"(\w+)" """.Trim()))
            .Select(match => match.Groups[1].Value).Distinct();

    private static IEnumerable<string> Public(string prefix) =>
        MSBuildFiles.PropertiesRead.Concat(MSBuildFiles.PropertiesSet).Concat(MSBuildFiles.ItemsRead).Concat(MSBuildFiles.ItemsSet)
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Distinct();

    private static bool IsOurs(string name) => Regex.IsMatch(name, "^_?(Train|Container)");
}

public sealed class TargetsFiles
{
    [Fact]
    public void AreThere() => Assert.Contains(MSBuildFiles.Paths, file => file.EndsWith("ContainerTrain.Plan.targets", StringComparison.Ordinal));

    [Fact]
    public void AreShort() => Assert.All(MSBuildFiles.Paths, file => Assert.True(File.ReadLines(file).Count() < 90, $"{file} has 90 lines or more"));

    [Fact]
    public void AreAllImported()
    {
        var imports = MSBuildFiles.Paths.SelectMany(file => File.ReadAllLines(file)).ToArray();
        Assert.All(
            MSBuildFiles.Paths.Where(file => Path.GetFileName(Path.GetDirectoryName(file)) == "targets"),
            file => Assert.Contains(imports, line => line.Contains("../targets/" + Path.GetFileName(file), StringComparison.Ordinal)));
    }

    [Fact]
    public void LetEachPublicTargetBeExtended() => Assert.All(
        MSBuildFiles.Targets.Where(target => !target.Attribute("Name")!.Value.StartsWith('_')).GroupBy(target => target.Attribute("Name")!.Value),
        target => Assert.Contains(target, one => one.Attribute("DependsOnTargets")?.Value == $"$({target.Key}DependsOn)"));
}

public sealed class TasksThatTargetsCall
{
    private static readonly Dictionary<string, Type> Shells =
        typeof(TrainTask).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(TrainTask)) && !type.IsAbstract).ToDictionary(type => type.Name);

    private static readonly (XElement Call, Type Task)[] Calls =
        [.. MSBuildFiles.Tasks.Where(call => Shells.ContainsKey(call.Name.LocalName)).Select(call => (call, Shells[call.Name.LocalName]))];

    [Fact]
    public void AreEachOneOfOursAndDeclared()
    {
        Assert.Equal(Shells.Keys.Order(), Calls.Select(call => call.Task.Name).Distinct().Order());
        Assert.Equal(Shells.Values.Select(shell => shell.FullName).Order(), MSBuildFiles.UsingTasks.Where(task => task.Assembly is null).Select(task => task.Task).Order());
    }

    [Fact]
    public void AreElseNuGetsByTheNameOfItsAssembly() => Assert.All(
        MSBuildFiles.UsingTasks.Where(task => task.Assembly is not null),
        task =>
        {
            Assert.StartsWith("NuGet.Build.Tasks.", task.Task, StringComparison.Ordinal);
            Assert.Equal("NuGet.Build.Tasks", task.Assembly);
        });

    [Fact]
    public void HaveTheParametersThatAreSet() => Assert.Empty(
        from call in Calls
        let known = Undocumented.ParametersOf(call.Task).Select(parameter => parameter.Name)
        from attribute in call.Call.Attributes().Select(attribute => attribute.Name.LocalName)
        where attribute is not ("Condition" or "ContinueOnError") && !known.Contains(attribute)
        select $"{call.Task.Name}.{attribute}");

    [Fact]
    public void GetEveryParameterThatIsRequired() => Assert.Empty(
        from call in Calls
        from parameter in Undocumented.ParametersOf(call.Task)
        where parameter.GetCustomAttribute<RequiredAttribute>() is not null && call.Call.Attribute(parameter.Name) is null
        select $"{call.Task.Name}.{parameter.Name}");

    [Fact]
    public void GetEveryParameterOfThePlan()
    {
        var call = Assert.Single(Calls, call => call.Task == typeof(PlanTraining)).Call;
        Assert.Empty(Undocumented.ParametersOf(typeof(PlanTraining)).Select(parameter => parameter.Name).Except(call.Attributes().Select(attribute => attribute.Name.LocalName)));
    }

    [Fact]
    public void HaveTheOutputsThatAreTaken() => Assert.Empty(
        from call in Calls
        from output in call.Call.Elements()
        where call.Task.GetProperty(output.Attribute("TaskParameter")!.Value)?.GetCustomAttribute<OutputAttribute>() is null
        select $"{call.Task.Name}.{output.Attribute("TaskParameter")!.Value}");

    /// <summary>GenerateDockerfile is skipped while the settings file is the same: what is missing in it changes without effect.</summary>
    [Fact]
    public void AreCalledAgainWhenAnythingOfThePlanChanges()
    {
        var plan = Assert.Single(Calls, call => call.Task == typeof(PlanTraining)).Call;
        var target = plan.Parent!;
        var parameters = plan.Attributes().Select(attribute => attribute.Value).ToArray();
        string[] seen =
        [
            .. MSBuildFiles.Targets.Single(target => target.Attribute("Name")!.Value == "_TrainWriteSettings").Elements("WriteLinesToFile").Attributes("Lines").Select(lines => lines.Value),
            target.Attribute("Inputs")!.Value, target.Attribute("Outputs")!.Value,
            "$(MSBuildProjectFullPath) $(_TrainCodesFolder)", // where the plan is made, not what it is made of
        ];
        Assert.Empty(MSBuildFiles.PropertiesIn(parameters).Except(MSBuildFiles.PropertiesIn(seen)));
        Assert.Empty(MSBuildFiles.ItemsIn(parameters).Except(MSBuildFiles.ItemsIn(seen)));
        Assert.All(TheNamesThatTargetsUse.MetadataOfTasks(), name => Assert.Contains($"%({name})", seen[0], StringComparison.Ordinal));
    }
}
