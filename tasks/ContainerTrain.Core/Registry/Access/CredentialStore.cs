using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace ContainerTrain.Registry;

/// <summary>What a registry is used for: each may have a login of its own.</summary>
internal enum RegistryUse
{
    Pull,
    Push,
}

/// <summary>What was found of a login.</summary>
/// <param name="Login">Null where there is none.</param>
/// <param name="Notes">Why places that might have had one had none, for a message.</param>
internal sealed record FoundLogin(RegistryLogin? Login, ImmutableArray<string> Notes)
{
    public override string ToString() =>
        string.Join("; ", [Login?.ToString() ?? "no login", .. Notes]);
}

/// <summary>
/// Finds logins where the .NET SDK and Docker's client find them: variables, then the client's configuration with its
/// credential helpers and its store.
/// </summary>
internal sealed class CredentialStore(RegistrySettings settings)
{
    /// <summary>The .NET SDK's names; those of one use come first.</summary>
    private static readonly ImmutableArray<(string Prefix, RegistryUse? Use)> Variables =
    [
        ("DOTNET_CONTAINER_PUSH_REGISTRY", RegistryUse.Push), ("DOTNET_CONTAINER_PULL_REGISTRY", RegistryUse.Pull),
        ("DOTNET_CONTAINER_REGISTRY", RegistryUse.Push), ("SDK_CONTAINER_REGISTRY", RegistryUse.Push),
    ];

    public FoundLogin Find(RegistryAddress registry, RegistryUse use, CancellationToken cancellation)
    {
        if (OfVariables(use) is { } login)
            return new FoundLogin(login, []);
        var notes = new List<string>();
        var found = OfConfiguration("DOCKER_AUTH_CONFIG", settings.Secret("DOCKER_AUTH_CONFIG"), registry, notes, cancellation)
            ?? OfConfiguration("config.json", ReadConfiguration(notes), registry, notes, cancellation);
        return new FoundLogin(found, [.. notes]);
    }

    /// <summary>
    /// Those without a use are for the registry that is pushed to: they name no registry, and a password is nothing to
    /// show to whoever serves the base image.
    /// </summary>
    private RegistryLogin? OfVariables(RegistryUse use)
    {
        foreach (var (prefix, _) in Variables.Where(variable => variable.Use == use))
        {
            var (user, password) = (settings.Secret(prefix + "_UNAME"), settings.Secret(prefix + "_PWORD"));
            if (user.Length > 0 && password.Length > 0)
                return new RegistryLogin(user, password, "", prefix + "_UNAME");
        }
        return null;
    }

    private string ReadConfiguration(List<string> notes)
    {
        var file = Path.Join(settings.DockerConfig, "config.json");
        try
        {
            return File.Exists(file) ? File.ReadAllText(file) : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            notes.Add(e.Message);
            return "";
        }
    }

    private static RegistryLogin? OfConfiguration(string origin, string text, RegistryAddress registry, List<string> notes, CancellationToken cancellation)
    {
        if (text.Length == 0)
            return null;
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            var helper = registry.LoginKeys.Select(key => Text(Member(Member(root, "credHelpers"), key))).FirstOrDefault(name => name is { Length: > 0 })
                ?? Text(Member(root, "credsStore"));
            if (helper is { Length: > 0 } && OfHelper(helper, registry, notes, cancellation) is { } kept)
                return kept;
            return registry.LoginKeys.Select(key => OfEntry(Member(Member(root, "auths"), key), origin, notes)).FirstOrDefault(login => login is not null);
        }
        catch (JsonException e)
        {
            // The parser's message shows where, and nothing of what stands there.
            notes.Add($"{origin} is no JSON (line {e.LineNumber + 1})");
            return null;
        }
    }

    /// <summary>Asked by the registry's first name, which Docker's client stores it under.</summary>
    private static RegistryLogin? OfHelper(string helper, RegistryAddress registry, List<string> notes, CancellationToken cancellation)
    {
        var login = CredentialHelper.Find(helper, registry.LoginKeys[0], out var note, cancellation);
        if (note.Length > 0)
            notes.Add(note);
        return login;
    }

    private static RegistryLogin? OfEntry(JsonElement? entry, string origin, List<string> notes)
    {
        if (entry is null)
            return null;
        if (Text(Member(entry, "identitytoken")) is { Length: > 0 } token)
            return new RegistryLogin("", "", token, origin);
        if (Text(Member(entry, "username")) is { Length: > 0 } user && Text(Member(entry, "password")) is { } password)
            return new RegistryLogin(user, password, "", origin);
        if (Text(Member(entry, "auth")) is not { Length: > 0 } auth)
            return null;
        var bytes = new byte[auth.Length];
        // Docker pads the text with zeros; the password may hold colons.
        if (Convert.TryFromBase64String(auth, bytes, out var length) && Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('\0').Split(':', 2) is [var name, var secret])
            return new RegistryLogin(name, secret, "", origin);
        notes.Add($"{origin} has an 'auth' that is not user:password in Base64");
        return null;
    }

    private static JsonElement? Member(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } parent && parent.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement? element) => element is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
