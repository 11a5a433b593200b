using System.Collections.Immutable;
using System.Globalization;

namespace ContainerTrain.Benchmarks;

/// <summary>What is to be measured, and with what. eng/bench.sh passes what it found out.</summary>
internal sealed record Options
{
    public static readonly ImmutableArray<string> AllCases =
        ["cold", "no-op", "edit", "package", "edit-6gb", "sizes", "bytes", "profile", "first"];

    /// <summary>Each round runs every variant.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>How often a round runs plain and ours, whose difference is small; peers run once.</summary>
    public int Pairs { get; init; } = 3;

    public ImmutableArray<string> Cases { get; init; } = AllCases;

    /// <summary>Empty for all.</summary>
    public ImmutableArray<string> Variants { get; init; } = [];

    /// <summary>How many megabytes of made-up natives stand for CUDA's.</summary>
    public int PayloadMegabytes { get; init; } = 6000;

    /// <summary>Whether the peers are measured with the made-up natives too: minutes for each build.</summary>
    public bool PayloadPeers { get; init; }

    /// <summary>Whether projects, images and packages stay for a look.</summary>
    public bool Keep { get; init; }

    /// <summary>The bench's own folder, below the repository's artifacts.</summary>
    public required string Folder { get; init; }

    /// <summary>The version of the packages under test.</summary>
    public required string Version { get; init; }

    /// <summary>Of the TorchSharp packages, in all samples.</summary>
    public required string TorchSharpVersion { get; init; }

    /// <summary>The registry that stands in for Microsoft's, or empty.</summary>
    public string Mirror { get; init; } = "";

    /// <summary>The program docker-registry, or empty where there is none.</summary>
    public string RegistryProgram { get; init; } = "";

    public bool Has(string name) => Cases.Contains(name);

    /// <exception cref="FormatException">An option is not known or its value is wrong.</exception>
    public static Options Parse(string[] args)
    {
        var options = new Options { Folder = "", Version = "", TorchSharpVersion = "" };
        var quick = false;
        for (var i = 0; i < args.Length; i++)
        {
            var name = args[i];
            string Value() => ++i < args.Length ? args[i] : throw new FormatException($"{name} needs a value");
            int Count() => int.TryParse(Value(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
                ? count
                : throw new FormatException($"{name} needs a whole number above 0");
            options = name switch
            {
                "--rounds" => options with { Rounds = Count() },
                "--pairs" => options with { Pairs = Count() },
                "--cases" => options with { Cases = ParseCases(Value()) },
                "--variants" => options with { Variants = ParseList(Value()) },
                "--payload-mb" => options with { PayloadMegabytes = Count() },
                "--peers-6gb" => options with { PayloadPeers = true },
                "--keep" => options with { Keep = true },
                "--folder" => options with { Folder = Value() },
                "--version" => options with { Version = Value() },
                "--torchsharp" => options with { TorchSharpVersion = Value() },
                "--mirror" => options with { Mirror = Value() },
                "--registry-program" => options with { RegistryProgram = Value() },
                "--quick" => options,
                _ => throw new FormatException($"unknown option '{name}'"),
            };
            quick |= name == "--quick";
        }
        return quick
            ? options with { Rounds = 1, Pairs = Math.Min(options.Pairs, 2), PayloadMegabytes = Math.Min(options.PayloadMegabytes, 600) }
            : options;
    }

    private static ImmutableArray<string> ParseList(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private static ImmutableArray<string> ParseCases(string text)
    {
        var cases = ParseList(text);
        return cases.FirstOrDefault(name => !AllCases.Contains(name)) is { } unknown
            ? throw new FormatException($"there is no case '{unknown}'; there are: {string.Join(", ", AllCases)}")
            : cases;
    }
}
