namespace ContainerTrain.Runtime.Tests;

/// <summary>A folder of its own for each test, gone when the test ends.</summary>
internal sealed class TestFolder : IDisposable
{
    public string FullPath { get; } = Directory.CreateTempSubdirectory("containertrain-").FullName;

    public string Path(string name) => System.IO.Path.Combine(FullPath, name);

    public string Write(string name, string text)
    {
        var path = Path(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>The variables of a run with its data and its output in this folder.</summary>
    public Dictionary<string, string> Environment(params IEnumerable<(string Name, string Value)> more)
    {
        var variables = new Dictionary<string, string>
        {
            ["TRAIN_DATA_DIR"] = Path("data"),
            ["TRAIN_OUTPUT_DIR"] = Path("output"),
        };
        foreach (var (name, value) in more)
        {
            variables[name] = value;
        }

        return variables;
    }

    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}

/// <summary>A torch without native libraries.</summary>
internal sealed class FakeAccelerator : IAccelerator
{
    public string? LoadFailure { get; init; }

    public bool Cuda { get; init; }

    public long? Seeded { get; private set; }

    public string? Load() => LoadFailure;

    public bool HasCuda() => Cuda;

    public int Devices { get; init; } = 1;

    /// <summary>Why computing on the device fails.</summary>
    public string? CudaFailure { get; init; }

    public bool Computed { get; private set; }

    public int CudaDevices() => Devices;

    public string? TryCuda()
    {
        Computed = true;
        return CudaFailure;
    }

    void IAccelerator.Seed(long seed) => Seeded = seed;
}

internal static class Problems
{
    /// <summary>The problems that an action ends with.</summary>
    public static IReadOnlyList<TrainingProblem> Of(Action action) => Assert.Throws<TrainingException>(action).Problems;
}
