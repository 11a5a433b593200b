using System.Collections.Immutable;
using System.Net;
using ContainerTrain.Plan;

namespace ContainerTrain.Registry;

/// <summary>A registry, as image references name it.</summary>
/// <param name="Name"><c>host[:port]</c>; <c>docker.io</c> for Docker Hub.</param>
internal sealed record RegistryAddress(string Name)
{
    private static readonly ImmutableArray<string> NamesOfDockerHub = [ImageReference.DefaultRegistry, "index.docker.io", "registry-1.docker.io"];

    public static RegistryAddress Of(string? registry) =>
        new(registry is null || NamesOfDockerHub.Contains(registry) ? ImageReference.DefaultRegistry : registry);

    public bool IsDockerHub => Name == ImageReference.DefaultRegistry;

    /// <summary>Where its API answers: Docker Hub's is on a host of its own.</summary>
    public string ApiHost => IsDockerHub ? "registry-1.docker.io" : Name;

    /// <summary>Whether it is this machine, to which Docker speaks without TLS too.</summary>
    public bool IsLoopback => new Uri($"http://{ApiHost}/").IsLoopback || (IPAddress.TryParse(new Uri($"http://{ApiHost}/").Host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>What logins are kept under, by Docker's client and by those who followed it.</summary>
    public ImmutableArray<string> LoginKeys => IsDockerHub
        ? ["https://index.docker.io/v1/", .. NamesOfDockerHub]
        : [Name, "https://" + Name, "http://" + Name, $"https://{Name}/v1/", $"https://{Name}/v2/"];

    /// <summary>The repository's whole name: what Docker Hub keeps without a user's name is its own library.</summary>
    public string Qualify(string repository) => IsDockerHub && !repository.Contains('/', StringComparison.Ordinal) ? "library/" + repository : repository;

    public override string ToString() => Name;
}
