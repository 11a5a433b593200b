using ContainerTrain.Engine;

namespace ContainerTrain.Engine.Tests;

/// <summary>What the environment says about engines, as the SDK's targets hand it to the tasks.</summary>
public static class HostEnvironment
{
    public static string RegistryMirror { get; } = Variable("TrainRegistryMirror");

    public static EngineSettings EngineSettings { get; } = new(
        Variable("DOCKER_HOST"),
        Variable("CONTAINER_HOST"),
        Variable("DOCKER_CONFIG") is { Length: > 0 } config ? config : Path.Combine(Variable("HOME"), ".docker"),
        Variable("XDG_RUNTIME_DIR"))
    {
        DockerContext = Variable("DOCKER_CONTEXT"),
        DockerTlsVerify = Variable("DOCKER_TLS_VERIFY"),
        DockerTls = Variable("DOCKER_TLS"),
        DockerCertPath = Variable("DOCKER_CERT_PATH"),
    };

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? "";
}
