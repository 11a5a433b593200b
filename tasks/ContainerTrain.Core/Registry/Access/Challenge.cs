using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace ContainerTrain.Registry;

/// <summary>What a registry asks for with <c>WWW-Authenticate</c> (https://distribution.github.io/distribution/spec/auth/token/).</summary>
/// <param name="Realm">For a bearer token, the token server's address.</param>
internal sealed partial record Challenge(bool IsBearer, string Realm, string Service)
{
    /// <summary>The first that can be answered, or null.</summary>
    public static Challenge? Of(HttpHeaderValueCollection<AuthenticationHeaderValue> headers) =>
        headers.Select(Parse).FirstOrDefault(challenge => challenge is not null);

    /// <summary>Whether who answers it sends no login without TLS to a token server, where the registry has TLS.</summary>
    public bool KeepsTls(Uri root) => !IsBearer || root.Scheme != Uri.UriSchemeHttps || new Uri(Realm).Scheme == Uri.UriSchemeHttps;

    private static Challenge? Parse(AuthenticationHeaderValue header)
    {
        var values = Pair().Matches(header.Parameter ?? "")
            .ToLookup(match => match.Groups[1].Value.ToLowerInvariant(), match => match.Groups[2].Success ? match.Groups[2].Value.Replace("\\", "", StringComparison.Ordinal) : match.Groups[3].Value);
        var realm = values["realm"].FirstOrDefault() ?? "";
        return header.Scheme.ToUpperInvariant() switch
        {
            "BASIC" => new Challenge(false, realm, ""),
            "BEARER" when Uri.TryCreate(realm, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" =>
                new Challenge(true, realm, values["service"].FirstOrDefault() ?? ""),
            _ => null,
        };
    }

    [GeneratedRegex("""(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))""")]
    private static partial Regex Pair();
}
