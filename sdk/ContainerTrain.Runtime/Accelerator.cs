using System.Runtime.InteropServices;
using TorchSharp;

namespace ContainerTrain.Runtime;

/// <summary>What a run needs of torch before its first step; a seam for tests without native libraries.</summary>
internal interface IAccelerator
{
    /// <summary>Loads the native libraries. Returns why they do not load, or null.</summary>
    string? Load();

    bool HasCuda();

    /// <summary>How many CUDA devices there are for this process.</summary>
    int CudaDevices();

    /// <summary>Computes something small on the CUDA device. Returns why that fails, or null.</summary>
    string? TryCuda();

    void Seed(long seed);

    /// <summary>The random numbers that belong to a checkpoint; null where there is no torch to draw any.</summary>
    TrackedState? Random => null;
}

/// <summary>TorchSharp itself. Any use of <see cref="torch"/>'s members loads its native libraries.</summary>
internal sealed class TorchAccelerator : IAccelerator
{
    /// <summary>
    /// Loads the libraries in TorchSharp's own order, but keeps the loader's message. TorchSharp, on its own, first copies
    /// about 500 MB of libraries next to the program and then blames a missing package, whatever the reason was.
    /// </summary>
    public string? Load()
    {
        try
        {
            var assembly = typeof(torch).Assembly;
            _ = NativeLibrary.TryLoad("torch_cuda", assembly, searchPath: null, out _)
                || NativeLibrary.TryLoad("torch_cpu", assembly, searchPath: null, out _);
            NativeLibrary.Load("LibTorchSharp", assembly, searchPath: null);
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return Reason(e.Message);
        }
    }

    /// <summary>The loader lists every file name it tried; what is left without those that do not exist is the reason.</summary>
    private static string Reason(string message)
    {
        var tried = message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Skip(1);
        var reason = string.Join(" ", tried.Where(line => !line.EndsWith("No such file or directory", StringComparison.Ordinal)));
        return reason.Length > 0 ? $"{reason}." : message;
    }

    public bool HasCuda() => torch.cuda.is_available();

    public int CudaDevices() => torch.cuda.device_count();

    /// <summary>A product of matrices needs the driver, code for this generation of GPUs, and cuBLAS.</summary>
    public string? TryCuda()
    {
        try
        {
            using var ones = torch.ones(2, 2, device: torch.CUDA);
            using var product = ones.matmul(ones);
            using var sum = product.sum();
            return sum.ToSingle() == 8 ? null : "the product of two matrices is wrong";
        }
        catch (ExternalException e)
        {
            return e.Message;
        }
    }

    public void Seed(long seed) => torch.manual_seed(seed);

    public TrackedState? Random { get; } = new TorchRandom();
}
