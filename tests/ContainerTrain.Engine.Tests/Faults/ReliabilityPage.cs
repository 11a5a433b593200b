using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using ContainerTrain.Engine.Tests.Faults;
using ContainerTrain.Plan;

[assembly: AssemblyFixture(typeof(ReliabilityPage))]

namespace ContainerTrain.Engine.Tests.Faults;

/// <summary>
/// The table of docs/reliability.md. A run of all faults with CONTAINERTRAIN_ACCEPT_SNAPSHOTS=1 writes it, with what each
/// engine was seen to come to; any other run compares its rows with the faults there are.
/// </summary>
public sealed class ReliabilityPage : IDisposable
{
    private const string AcceptVariable = "CONTAINERTRAIN_ACCEPT_SNAPSHOTS";
    private const string Begin = "<!-- faults: written by the tests -->";
    private const string End = "<!-- end of faults -->";

    private static readonly ConcurrentDictionary<(string Fault, EngineKind Engine), (string Version, string Text)> Results = new();

    private static string File_ => Path.Join(
        typeof(ReliabilityPage).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value, "docs", "reliability.md");

    internal static string Text => File.ReadAllText(File_);

    internal static void Seen(Fault fault, EngineKind engine, string version, string text) => Results[(fault.Name, engine)] = (version, text);

    /// <summary>A row as far as it does not depend on a run.</summary>
    internal static string RowOf(Fault fault) => $"| {fault.Phase} | {fault.Name} | {fault.Done} | {fault.Expected} |";

    public void Dispose()
    {
        // Without one of the engines there would be holes.
        if (Environment.GetEnvironmentVariable(AcceptVariable) != "1" || Fault.Everywhere.Any(engine => Results.Keys.All(seen => seen.Engine != engine)))
            return;
        var text = Text;
        var (start, end) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        File.WriteAllText(File_, text[..start] + "\n" + Table() + text[end..]);
    }

    private static string Table()
    {
        var table = new StringBuilder($"| phase | what goes wrong | in the test | comes to | {Title(EngineKind.Docker)} | {Title(EngineKind.Podman)} | process |\n|---|---|---|---|---|---|---|\n");
        foreach (var fault in FaultTable.All)
            table.Append($"{RowOf(fault)} {Cell(fault, EngineKind.Docker)} | {Cell(fault, EngineKind.Podman)} | {Cell(fault, EngineKind.Process)} |\n");
        return table.ToString();
    }

    private static string Title(EngineKind engine) =>
        $"{engine} {Results.Where(result => result.Key.Engine == engine).Select(result => result.Value.Version).FirstOrDefault()}".TrimEnd();

    private static string Cell(Fault fault, EngineKind engine) =>
        !fault.Engines.Contains(engine) ? ""
        : !Results.TryGetValue((fault.Name, engine), out var seen) ? "not run"
        : seen.Text == fault.Expected ? "yes"
        : seen.Text;
}

public sealed class TheTableOfFaults
{
    [Fact]
    public void HasFortyAndMoreEachOfItsOwnName()
    {
        Assert.True(FaultTable.All.Length >= 40);
        Assert.Equal(FaultTable.All.Length, FaultTable.All.Select(fault => fault.Name).Distinct().Count());
    }

    [Fact(Explicit = true)]
    public void IsThatOfTheDocumentation()
    {
        var rows = ReliabilityPage.Text.Split('\n').Where(line => FaultTable.All.Any(fault => line.StartsWith(ReliabilityPage.RowOf(fault)[..^1], StringComparison.Ordinal))).ToArray();
        Assert.Equal(FaultTable.All.Select(ReliabilityPage.RowOf), rows.Select(row => string.Concat(row.Split('|').Take(5).Select(cell => cell + "|"))[..]));
    }
}
