using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ContainerTrain.Diagnostics;
using ContainerTrain.Tasks;

namespace ContainerTrain.Tests;

/// <summary>A source file without its comments and plain strings, which name things that the code does not use.</summary>
internal sealed partial record Source(string File, string Code)
{
    public static Source Read(string file) =>
        new(file, Noise().Replace(System.IO.File.ReadAllText(file), match => match.Value.StartsWith('$') ? match.Value : ""));

    public IEnumerable<string> Usings => Using().Matches(Code).Select(match => match.Groups[1].Value);

    public string Namespace => NamespaceLine().Match(Code).Groups[1].Value;

    public bool Names(string identifier) => Regex.IsMatch(Code, $@"(?<![\w.]){identifier}\b");

    [GeneratedRegex("""//[^\n]*|/\*.*?\*/|\$*"{3,}.*?"{3,}|@"(?:[^"]|"")*"|\$?"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", RegexOptions.Singleline)]
    private static partial Regex Noise();

    [GeneratedRegex(@"^\s*using\s+(?:static\s+)?(?:\w+\s*=\s*)?([\w.]+)\s*;", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"^namespace\s+([\w.]+)\s*;", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}

public sealed class TheCore
{
    private const string Folder = "tasks/ContainerTrain.Core";

    /// <summary>Each uses those before it only; the last is the project's own folder, where everything is composed.</summary>
    private static readonly string[] Folders = ["Diagnostics", "Inputs", "Plan", "Dockerfile", "Outcome", "Engine", "Registry", ""];

    private static readonly string[] ProcessState =
    [
        @"Environment\.(GetEnvironmentVariable|SetEnvironmentVariable|CurrentDirectory|GetFolderPath|Exit)",
        @"Directory\.[GS]etCurrentDirectory", @"Path\.GetFullPath\([^,()]*\)", @"Console\.",
    ];

    private static readonly Assembly Assembly = typeof(Codes).Assembly;

    [Fact]
    public void DoesNotKnowMSBuild()
    {
        Assert.DoesNotContain(Assembly.GetReferencedAssemblies(), name => name.Name!.StartsWith("Microsoft.Build", StringComparison.Ordinal));
        Assert.DoesNotContain(Repository.Sources(Folder), file => Source.Read(file).Code.Contains("Microsoft.Build", StringComparison.Ordinal));
        Assert.DoesNotContain("Microsoft.Build", Repository.Read(Folder + "/ContainerTrain.Core.csproj"), StringComparison.Ordinal);
    }

    [Fact]
    public void HasAFolderForEachOfItsNouns() =>
        Assert.Equal(Folders.Order(), Repository.Sources(Folder).Select(FolderOf).Distinct().Order());

    [Fact]
    public void NamesItsNamespacesAfterTheFolders() => Assert.All(Repository.Sources(Folder), file =>
        Assert.Equal(FolderOf(file).Length == 0 ? "ContainerTrain" : "ContainerTrain." + FolderOf(file), Source.Read(file).Namespace));

    [Fact]
    public void DependsInOneDirectionOnly() => Assert.Empty(
        from file in Repository.Sources(Folder)
        let source = Source.Read(file)
        from later in Folders[(Array.IndexOf(Folders, FolderOf(file)) + 1)..]
        from use in Uses(source, later)
        select $"{Path.GetRelativePath(Repository.Root, file)} uses {use}");

    [Fact]
    public void TakesPathsAndSettingsAsParameters() =>
        // After a SIGTERM the process is to end in any case; the dotnet command would end it as a success.
        Assert.Equal([$"{Folder}/StopSignals.cs uses Environment.Exit"], OfTheProcess(Folder));

    [Fact]
    public void DocumentsItsPublicTypes() => Assert.Empty(Undocumented.Types(Assembly));

    [Fact]
    public void KeepsItsFilesShort() => Assert.All(Repository.Sources(Folder), file =>
        Assert.True(File.ReadLines(file).Count() <= 250, $"{file} has more than 250 lines"));

    /// <summary>What depends on the process that MSBuild happens to run in: several projects and users share it.</summary>
    internal static IEnumerable<string> OfTheProcess(string folder) =>
        from file in Repository.Sources(folder)
        let source = Source.Read(file)
        from what in ProcessState
        from Match use in Regex.Matches(source.Code, $@"(?<![\w.])(System\.IO\.)?{what}")
        select $"{Path.GetRelativePath(Repository.Root, file)} uses {use.Value}";

    /// <summary>The noun. Folders inside one only sort its files: a noun has one namespace.</summary>
    private static string FolderOf(string file) =>
        Path.GetDirectoryName(Path.GetRelativePath(Repository.At(Folder), file))!.Split(Path.DirectorySeparatorChar)[0];

    /// <summary>A using, a name qualified by the folder's namespace, or, for types of the root, which need neither, their bare names.</summary>
    private static IEnumerable<string> Uses(Source source, string folder)
    {
        var types = Assembly.GetTypes().Where(type => !type.IsNested && type.Namespace == (folder.Length == 0 ? "ContainerTrain" : "ContainerTrain." + folder))
            .Select(type => type.Name.Split('`')[0]);
        return folder.Length == 0
            ? types.Where(source.Names)
            : source.Usings.Where(used => used == "ContainerTrain." + folder)
                .Concat(types.Where(type => source.Names($@"(ContainerTrain\.)?{folder}\.{type}")));
    }
}

public sealed class TheTaskShells
{
    private const string Folder = "tasks/ContainerTrain.Tasks";

    private static readonly Type[] Shells = [.. typeof(TrainTask).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(TrainTask)) && !type.IsAbstract)];

    [Fact]
    public void AreThere() => Assert.Contains(typeof(PlanTraining), Shells);

    /// <summary>Parameters, one call into the core, outputs: whatever reads, decides or asks belongs to the core, where it is tested.</summary>
    [Fact]
    public void LeaveTheWorldToTheCore()
    {
        string[] forbidden = ["System.Net", "System.Diagnostics", "System.Text", "System.Xml", "System.Security", "Docker.DotNet", "ContainerTrain.Outcome"];
        Assert.Empty(
            from file in Repository.Sources(Folder)
            from used in Source.Read(file).Usings
            where forbidden.Any(name => used == name || used.StartsWith(name + ".", StringComparison.Ordinal))
            select $"{Path.GetFileName(file)} uses {used}");
        // Secrets only, which as parameters would be in every log.
        Assert.Equal([$"{Folder}/BuildVariables.cs uses Environment.GetEnvironmentVariable"], TheCore.OfTheProcess(Folder));
    }

    [Fact]
    public void HaveNoWayToEndButTheBaseTasks()
    {
        Assert.All(Shells, shell => Assert.True(shell.IsSealed, $"{shell.Name} is not sealed"));
        Assert.All(Shells, shell => Assert.Equal(typeof(TrainTask), shell.GetMethod("Execute")!.DeclaringType));
        Assert.DoesNotContain(Repository.Sources(Folder), file => !file.EndsWith("TrainTask.cs", StringComparison.Ordinal) && Source.Read(file).Names("catch"));
    }

    [Fact]
    public void RunWithoutLoops() => Assert.All(Shells, shell =>
    {
        var code = Source.Read(Repository.At($"{Folder}/{shell.Name}.cs")).Code;
        var run = Regex.Match(code, @"void Run\(\)\s*\{(.*?)\n    \}", RegexOptions.Singleline).Groups[1].Value;
        Assert.True(run.Length > 0, $"{shell.Name} has no Run");
        Assert.DoesNotMatch(@"\b(for|while|switch)\b", run);
        Assert.True(run.Split('\n').Count(line => line.Trim().Length > 1) <= 10, $"{shell.Name}.Run does more than hand on");
    });

    [Fact]
    public void DocumentTheirTypesAndParameters()
    {
        Assert.Empty(Undocumented.Types(typeof(TrainTask).Assembly));
        Assert.Empty(Undocumented.Parameters(typeof(TrainTask).Assembly));
    }

    [Fact]
    public void TakeTextOrItemsWhichNeverAreNull() => Assert.All(Shells.Where(shell => shell != typeof(object)), shell =>
    {
        var task = Activator.CreateInstance(shell)!;
        using (task as IDisposable)
            Assert.All(Undocumented.ParametersOf(shell), parameter => Assert.NotNull(parameter.GetValue(task)));
    });
}

/// <summary>Reads the compiler's XML documentation.</summary>
internal static class Undocumented
{
    public static IEnumerable<string> Types(Assembly assembly)
    {
        var documented = Summaries(assembly);
        return assembly.GetExportedTypes().Where(type => !type.IsNested || type.DeclaringType!.IsPublic)
            .Where(type => !documented.Contains("T:" + type.FullName!.Replace('+', '.')))
            .Select(type => type.FullName!);
    }

    public static IEnumerable<string> Parameters(Assembly assembly)
    {
        var documented = Summaries(assembly);
        return assembly.GetExportedTypes().SelectMany(ParametersOf)
            .Select(property => $"P:{property.DeclaringType!.FullName}.{property.Name}").Distinct()
            .Where(name => !documented.Contains(name));
    }

    /// <summary>What a targets file can set: public properties that the project's own types declare.</summary>
    public static IEnumerable<PropertyInfo> ParametersOf(Type type) =>
        type.GetProperties().Where(property => property.SetMethod is { IsPublic: true } && property.DeclaringType!.Assembly == typeof(TrainTask).Assembly);

    private static HashSet<string> Summaries(Assembly assembly) =>
        [.. Members(assembly).Where(member => member.Element("summary")?.Value.Trim().Length > 0).Select(member => member.Attribute("name")!.Value)];

    private static IEnumerable<XElement> Members(Assembly assembly) =>
        XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member");
}
