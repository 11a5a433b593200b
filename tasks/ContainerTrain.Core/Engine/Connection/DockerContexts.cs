using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ContainerTrain.Diagnostics;

namespace ContainerTrain.Engine;

/// <summary>The contexts of Docker's client: names for engines, with what their connections need.</summary>
/// <param name="config">The folder of the client's configuration.</param>
internal sealed class DockerContexts(string config)
{
    private const string Default = "default";

    /// <summary>The context that is in use and who says so; null for the default one, which is no context but the environment.</summary>
    public (string Name, string Origin)? Current(string variable)
    {
        var (name, origin) = variable.Length > 0 ? (variable, "DOCKER_CONTEXT") : (ConfiguredName() ?? "", $"currentContext in '{Path.Join(config, "config.json")}'");
        return name.Length == 0 || name == Default ? null : (name, origin);
    }

    /// <summary>The context's description: it may change where the name does not.</summary>
    public string FileOf(string name) => Path.Join(config, "contexts", "meta", IdOf(name), "meta.json");

    /// <summary>The engine that a context names.</summary>
    /// <exception cref="ProblemException">CT3036 if there is no such context, CT3037 if it is damaged.</exception>
    public (string Host, EngineTls? Tls) Read(string name, string origin)
    {
        var file = FileOf(name);
        if (!File.Exists(file))
        {
            var names = Names();
            throw new ProblemException(Codes.UnknownContext.With(origin, name, config, string.Join(", ", names), Suggestion.Sentence(name, names)));
        }
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var endpoint = document.RootElement.GetProperty("Endpoints").GetProperty("docker");
            var host = endpoint.GetProperty("Host").GetString() ?? throw new JsonException("its Host is null");
            var skips = endpoint.TryGetProperty("SkipTLSVerify", out var value) && value.ValueKind == JsonValueKind.True;
            return (host, TlsOf(name, skips));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new ProblemException(Codes.ContextUnusable.With(name, file, "names no Docker engine (Endpoints.docker.Host)"), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProblemException(Codes.ContextUnusable.With(name, file, $"cannot be read: {e.Message}"), e);
        }
    }

    /// <summary>A context's connections are encrypted where it stores something for that, or says that certificates are not to be checked.</summary>
    private EngineTls? TlsOf(string name, bool skipsVerification)
    {
        var folder = Path.Join(config, "contexts", "tls", IdOf(name), "docker");
        return skipsVerification || (Directory.Exists(folder) && Directory.EnumerateFiles(folder).Any())
            ? EngineTls.InFolder($"Docker context '{name}'", folder, verify: !skipsVerification, needsCa: false)
            : null;
    }

    private ImmutableArray<string> Names()
    {
        var folder = Path.Join(config, "contexts", "meta");
        return [Default, .. (Directory.Exists(folder) ? Directory.EnumerateDirectories(folder) : []).Select(context => TryReadString(Path.Join(context, "meta.json"), "Name")).OfType<string>().Order(StringComparer.Ordinal)];
    }

    private string? ConfiguredName() => TryReadString(Path.Join(config, "config.json"), "currentContext");

    /// <summary>Null also where the file cannot be read: without it, Docker's client goes on too.</summary>
    private static string? TryReadString(string file, string name)
    {
        try
        {
            if (!File.Exists(file))
                return null;
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value)
                && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The client stores a context under the SHA-256 of its name.</summary>
    private static string IdOf(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}
