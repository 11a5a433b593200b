using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace ContainerTrain.Engine.Tests;

/// <summary>
/// A token server as registries ask for one (https://distribution.github.io/distribution/spec/auth/jwt/): checks the
/// password and signs what the user may do.
/// </summary>
internal sealed class TokenServer : IDisposable
{
    public const string Service = "registry of a test";
    public const string Issuer = "token server of a test";

    private readonly HttpListener _listener = new();
    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _certificate;

    public TokenServer()
    {
        _certificate = new CertificateRequest("CN=" + Issuer, _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Realm = $"http://127.0.0.1:{RealRegistry.FreePort()}/token";
        _listener.Prefixes.Add(Realm + "/");
        _listener.Start();
        _ = ServeAsync();
    }

    public string Realm { get; }

    /// <summary>What tokens were asked for.</summary>
    public List<string> Scopes { get; } = [];

    /// <summary>What the registry trusts.</summary>
    public string Pem => _certificate.ExportCertificatePem();

    public void Dispose()
    {
        _listener.Close();
        _certificate.Dispose();
        _key.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                Serve(await _listener.GetContextAsync());
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Closed: the test is done with it.
        }
    }

    private void Serve(HttpListenerContext context)
    {
        var scopes = context.Request.QueryString.GetValues("scope") ?? [];
        Scopes.AddRange(scopes);
        var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{RealRegistry.User}:{RealRegistry.Password}"));
        if (context.Request.Headers["Authorization"] != expected)
        {
            context.Response.StatusCode = 401;
            context.Response.Close();
            return;
        }
        context.Response.Close(Encoding.UTF8.GetBytes(new JsonObject { ["token"] = Token(scopes), ["expires_in"] = 300 }.ToJsonString()), willBlock: true);
    }

    private string Token(IEnumerable<string> scopes)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var access = new JsonArray([.. scopes.Select(scope => scope.Split(':')).Select(parts => new JsonObject
        {
            ["type"] = parts[0],
            ["name"] = parts[1],
            ["actions"] = new JsonArray([.. parts[2].Split(',').Select(action => (JsonNode)action)]),
        })]);
        var header = new JsonObject { ["typ"] = "JWT", ["alg"] = "RS256", ["x5c"] = new JsonArray(Convert.ToBase64String(_certificate.RawData)) };
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["sub"] = RealRegistry.User,
            ["aud"] = Service,
            ["exp"] = now + 300,
            ["nbf"] = now - 10,
            ["iat"] = now,
            ["jti"] = Guid.NewGuid().ToString("n"),
            ["access"] = access,
        };
        var text = $"{Encode(Encoding.UTF8.GetBytes(header.ToJsonString()))}.{Encode(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        return $"{text}.{Encode(_key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
