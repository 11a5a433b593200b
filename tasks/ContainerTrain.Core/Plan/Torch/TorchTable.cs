using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using NuGet.Versioning;

namespace ContainerTrain.Plan;

/// <summary>What belongs to a range of TorchSharp versions. Null and empty: not known.</summary>
/// <param name="TorchSharp">A range of NuGet versions.</param>
/// <param name="Rids">The platforms that there is a CPU flavour for.</param>
/// <param name="CudaRids">The platforms that there is a CUDA flavour for.</param>
/// <param name="Sources">Where each of these was read or measured.</param>
internal sealed record TorchRow(
    string TorchSharp, string Libtorch, string Cuda, string MinDriver, string? Cudnn, ImmutableArray<string> Capabilities,
    ImmutableArray<string> Rids, ImmutableArray<string> CudaRids, string? Glibc, string? Glibcxx, ImmutableArray<string> Sources)
{
    [JsonIgnore]
    public VersionRange Range { get; } = VersionRange.Parse(TorchSharp);

    /// <summary>Whether a libtorch package is the one that this TorchSharp was made for; a fourth number counts repackagings.</summary>
    public bool Fits(NuGetVersion libtorch)
    {
        var needed = NuGetVersion.Parse(Libtorch);
        return (needed.Major, needed.Minor, needed.Patch) == (libtorch.Major, libtorch.Minor, libtorch.Patch);
    }
}

/// <summary>Which libtorch, CUDA and drivers go with which TorchSharp: <c>torchsharp.json</c>, in the order of its versions.</summary>
internal static class TorchTable
{
    private static readonly Lazy<ImmutableArray<TorchRow>> Read = new(() =>
    {
        using var stream = typeof(TorchTable).Assembly.GetManifestResourceStream("torchsharp.json")!;
        return JsonSerializer.Deserialize(stream, TorchTableContext.Default.TorchTableFile)!.Rows;
    });

    public static ImmutableArray<TorchRow> Rows => Read.Value;

    /// <summary>The first version of the oldest row.</summary>
    public static string Oldest => Rows[0].Range.MinVersion!.Version.ToString(3);

    /// <summary>The last version of the newest row.</summary>
    public static string Newest => Rows[^1].Range.MaxVersion!.ToString();

    /// <summary>The row of a version, or the nearest one, which <paramref name="isKnown"/> tells.</summary>
    public static TorchRow Find(NuGetVersion torchSharp, out bool isKnown)
    {
        var row = Rows.FirstOrDefault(row => row.Range.Satisfies(torchSharp));
        isKnown = row is not null;
        return row ?? (torchSharp < Rows[0].Range.MinVersion! ? Rows[0] : Rows[^1]);
    }
}

internal sealed record TorchTableFile(ImmutableArray<TorchRow> Rows);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TorchTableFile))]
internal sealed partial class TorchTableContext : JsonSerializerContext;
