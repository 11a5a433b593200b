using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Inputs;
using NuGet.Versioning;

namespace ContainerTrain.Plan;

/// <summary>
/// The packages of TorchSharp and libtorch among those of a project: as the project asks for them, before anything is
/// downloaded, or as a restore chose them.
/// </summary>
internal sealed record TorchReferences(ImmutableArray<PackageInput> Packages)
{
    public static TorchReferences Of(ImmutableArray<PackageInput> packages) =>
        new([.. packages.Where(package => Begins(package, "TorchSharp") || Begins(package, "libtorch-"))]);

    /// <summary>The package that says the flavour, the one with the shortest name first: a part is brought by its head.</summary>
    public PackageInput? Cpu => Shortest(package => Begins(package, "TorchSharp-cpu") || Begins(package, "libtorch-cpu"));

    public PackageInput? Cuda => Shortest(package => Begins(package, "TorchSharp-cuda-") || Begins(package, "libtorch-cuda-"));

    public TorchFlavour Flavour => Cuda is not null ? TorchFlavour.Cuda : Cpu is not null ? TorchFlavour.Cpu : TorchFlavour.None;

    /// <summary>Of TorchSharp, or null if the project has none.</summary>
    public NuGetVersion? TorchSharp => Packages.Where(package => Begins(package, "TorchSharp")).Select(VersionOf).Max();

    /// <summary>One libtorch package of each version.</summary>
    public IEnumerable<(PackageInput Package, NuGetVersion Version)> Libtorches =>
        from package in Packages
        where Begins(package, "libtorch-")
        let version = VersionOf(package)
        where version is not null
        group package by version into same
        orderby same.Key
        select (same.OrderBy(package => package.Id.Length).First(), same.Key);

    /// <summary>Reports what cannot work: two flavours, a platform without CUDA, a wrong libtorch, a GPU for the CPU flavour.</summary>
    /// <param name="gpus">TrainGpus, as the project says it.</param>
    public void Check(string runtimeIdentifier, string gpus, ProblemCollector problems)
    {
        if (Cpu is { } cpu && Cuda is { } cuda)
            problems.AddForItem("PackageReference", cuda.Id, Codes.BothTorchFlavours, cpu.Id, cuda.Id);
        else if (Cpu is { } only && IsRequired(gpus))
            problems.AddForItem("PackageReference", only.Id, Codes.GpuWithoutCuda, gpus.Trim(), only.Id);
        foreach (var package in Packages.Where(package => PlatformOf(package) is { } platform && platform != runtimeIdentifier).DistinctBy(PlatformOf))
            problems.AddForItem("PackageReference", package.Id, Codes.NoTorchForPlatform, package.Id, runtimeIdentifier, PlatformOf(package)!);
        if (TorchSharp is not { } torchSharp || TorchTable.Find(torchSharp, out var isKnown) is not { } row || !isKnown)
            return;
        foreach (var (package, version) in Libtorches.Where(libtorch => !row.Fits(libtorch.Version)))
            problems.AddForItem("PackageReference", package.Id, Codes.LibtorchMismatch, torchSharp, row.Libtorch, package.Id, version);
    }

    /// <summary>The CUDA version in a package's name: libtorch-cuda-12.8-linux-x64.</summary>
    public string? CudaVersion =>
        Packages.Where(package => Begins(package, "libtorch-cuda-")).Select(package => package.Id.Split('-')[2]).FirstOrDefault();

    private static bool IsRequired(string gpus) => GpuRequest.TryParse(gpus, hostHasGpu: false, out var request) && !request.IsNone;

    /// <summary>The only platform that a CUDA package has libraries for; a CPU package may have others bring them.</summary>
    private static string? PlatformOf(PackageInput package) => package.Id.ToLowerInvariant() switch
    {
        "torchsharp-cuda-linux" => "linux-x64",
        "torchsharp-cuda-windows" => "win-x64",
        var id when Begins(package, "libtorch-cuda-") && id.Split('-') is [_, _, _, var system, var processor, ..] => $"{system}-{processor}",
        _ => null,
    };

    private PackageInput? Shortest(Func<PackageInput, bool> filter) =>
        Packages.Where(filter).OrderByDescending(package => Begins(package, "TorchSharp")).ThenBy(package => package.Id.Length).FirstOrDefault();

    /// <summary>The lowest version that a reference allows: NuGet takes it where nothing else asks for more.</summary>
    private static NuGetVersion? VersionOf(PackageInput package) =>
        VersionRange.TryParse(package.Version, out var range) ? range.MinVersion : null;

    private static bool Begins(PackageInput package, string name) => package.Id.StartsWith(name, StringComparison.OrdinalIgnoreCase);
}
