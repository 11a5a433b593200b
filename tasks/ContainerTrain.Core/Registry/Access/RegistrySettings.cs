using System.Collections.Immutable;

namespace ContainerTrain.Registry;

/// <summary>What of the host decides how registries are spoken to.</summary>
/// <param name="DockerConfig">The folder of Docker's client configuration, absolute: logins.</param>
public sealed record RegistrySettings(string DockerConfig)
{
    /// <summary>A PEM file of certificate authorities that are trusted on top of the system's, absolute; empty for none.</summary>
    public string CaFile { get; init; } = "";

    /// <summary>Registries that may be spoken to without TLS, beside those of this machine.</summary>
    public ImmutableArray<string> Insecure { get; init; } = [];

    /// <summary>
    /// Gives the value of an environment variable, empty if it is not set. Passwords come this way and not as values:
    /// what a task is given is written to build logs.
    /// </summary>
    public Func<string, string> Secret { get; init; } = _ => "";

    /// <summary>How a pause before another try is made.</summary>
    internal Func<TimeSpan, CancellationToken, Task> Pause { get; init; } = Task.Delay;
}
