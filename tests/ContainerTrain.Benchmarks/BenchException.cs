namespace ContainerTrain.Benchmarks;

/// <summary>The run is broken: a build failed, or what it made is not what was asked for. No figures then.</summary>
internal sealed class BenchException(string message) : Exception(message);
