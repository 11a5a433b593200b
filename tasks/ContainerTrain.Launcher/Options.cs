using System.Collections.Immutable;
using ContainerTrain.Engine;

namespace ContainerTrain.Launcher;

/// <summary>What ContainerTrain.Run.targets passes: <c>--name=value</c> for each, then <c>--</c> and the program's own arguments.</summary>
internal sealed record Options(string PlanFile, string ProjectFile, HostSettings Host, ImmutableArray<string> Arguments)
{
    private static readonly string[] Names =
        [
        "plan", "project", "dotnet", "docker-host", "container-host", "docker-context", "docker-tls-verify", "docker-tls", "docker-cert-path",
        "docker-config", "runtime-directory", "cache", "verify-layers",
    ];

    /// <exception cref="FormatException">A name is missing or unknown.</exception>
    public static Options Parse(string[] args)
    {
        var values = args.TakeWhile(arg => arg != "--").Select(arg => arg.Split('=', 2)).ToArray();
        var given = values.Where(parts => parts.Length == 2 && parts[0].StartsWith("--", StringComparison.Ordinal)).ToDictionary(parts => parts[0][2..], parts => parts[1]);
        if (values.Length != Names.Length || Names.Any(name => !given.ContainsKey(name)))
            throw new FormatException($"Expected {string.Join(' ', Names.Select(name => $"--{name}=VALUE"))} [-- ARGUMENT...].");
        var engine = new EngineSettings(given["docker-host"], given["container-host"], given["docker-config"], given["runtime-directory"])
        {
            DockerContext = given["docker-context"],
            DockerTlsVerify = given["docker-tls-verify"],
            DockerTls = given["docker-tls"],
            DockerCertPath = given["docker-cert-path"],
        };
        return new Options(
            given["plan"], given["project"],
            new HostSettings(engine, given["dotnet"], new BuildCache(given["cache"], given["verify-layers"] == "true")) { Secrets = new SecretValues(Environment.GetEnvironmentVariable) },
            [.. args.Skip(values.Length + 1)]);
    }
}
