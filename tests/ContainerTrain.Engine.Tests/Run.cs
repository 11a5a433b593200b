using System.Collections.Immutable;
using System.Text.Json;
using ContainerTrain.DummyTrainer;
using ContainerTrain.Outcome;

namespace ContainerTrain.Engine.Tests;

/// <summary>A run that has ended, and what it said.</summary>
public sealed record Run(RunOutcome Outcome, RunFolder Folder, ImmutableList<OutputLine> Lines)
{
    public IReadOnlyList<string> Stdout => [.. Lines.Where(line => !line.IsError).Select(line => line.Text)];

    public IReadOnlyList<string> Stderr => [.. Lines.Where(line => line.IsError).Select(line => line.Text)];

    /// <summary>What the step "report" printed.</summary>
    public Report Report => DummyTrainer.Report.Parse(Stdout.Single(line => line.StartsWith("{\"Arguments\"", StringComparison.Ordinal)));

    public string File(string name) => System.IO.File.ReadAllText(Path.Combine(Folder.Path, name));

    public bool HasFile(string name) => System.IO.File.Exists(Path.Combine(Folder.Path, name));

    /// <summary>For a failed assertion: how the run ended and what it printed last.</summary>
    public override string ToString() =>
        $"{Outcome}\n{string.Join('\n', Lines.TakeLast(20).Select(line => JsonSerializer.Serialize(line.Text)))}";
}
