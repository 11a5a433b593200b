using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;

namespace ContainerTrain.Plan;

/// <summary>Which build of libtorch a program carries.</summary>
public enum TorchFlavour
{
    /// <summary>None: TorchSharp without a libtorch package, as where the project brings its own.</summary>
    None,
    Cpu,
    Cuda,
}

/// <summary>
/// What the restored packages say about TorchSharp, and what follows from it. What is not known for a version is null
/// or empty: nothing can be checked against it then.
/// </summary>
public sealed record TorchPlan
{
    /// <summary>The version of TorchSharp: <c>0.107.0</c>.</summary>
    public required string TorchSharp { get; init; }

    /// <summary>The version of libtorch: that of the restored package, or the one this TorchSharp was made for.</summary>
    public required string Libtorch { get; init; }

    public required TorchFlavour Flavour { get; init; }

    /// <summary>Whether this TorchSharp is in the table; if not, what follows is that of the nearest version.</summary>
    public required bool IsKnown { get; init; }

    /// <summary>The CUDA version that the CUDA flavour is built with and carries: <c>12.8</c>. Null for the CPU flavour, here and below.</summary>
    public string? Cuda { get; init; }

    /// <summary>The oldest NVIDIA driver on Linux that runs this CUDA version: <c>525</c>.</summary>
    public string? MinDriver { get; init; }

    /// <summary>The major version of the cuDNN it carries.</summary>
    public string? Cudnn { get; init; }

    /// <summary>The compute capabilities that it has code for: <c>7.5</c>. See <see cref="Runs"/>.</summary>
    public ImmutableArray<string> Capabilities { get; init; } = [];

    /// <summary>The oldest glibc that the native libraries load with: <c>2.34</c>.</summary>
    public string? Glibc { get; init; }

    /// <summary>The newest symbol version of libstdc++ that they need: <c>3.4.32</c>.</summary>
    public string? Glibcxx { get; init; }

    /// <summary>The package that the device's code is in, to name it in messages.</summary>
    [JsonIgnore]
    public string Package => Flavour == TorchFlavour.Cuda ? $"TorchSharp-cuda-linux {TorchSharp}" : $"TorchSharp-cpu {TorchSharp}";

    /// <summary>
    /// Whether a device of this compute capability can run the code, null if that is not known. Code runs on the
    /// capability it is made for and on later minor ones of the same major
    /// (https://docs.nvidia.com/cuda/cuda-c-programming-guide/#binary-compatibility).
    /// </summary>
    public bool? Runs(string capability)
    {
        if (Capabilities.IsEmpty || !Version.TryParse(capability, out var device))
            return null;
        return Capabilities.Select(Version.Parse).Any(code => code.Major == device.Major && code.Minor <= device.Minor);
    }

    /// <summary>Whether a driver such as <c>535.183.01</c> is new enough, null if that is not known.</summary>
    public bool? Takes(string driver) =>
        MinDriver is { } least && Parts(driver) is { } has && Parts(least) is { } needs
            ? has.Zip(needs.Concat(Enumerable.Repeat(0, has.Length))).Select(pair => pair.First.CompareTo(pair.Second)).FirstOrDefault(order => order != 0) >= 0
            : null;

    private static int[]? Parts(string version)
    {
        var parts = version.Split('.').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToArray();
        return parts.Contains(-1) ? null : parts;
    }
}
