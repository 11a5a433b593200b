using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text.Json;
using ContainerTrain.Diagnostics;

namespace ContainerTrain.Registry;

/// <summary>Gets bearer tokens for what is to be done, and keeps them while they are good.</summary>
internal sealed class TokenSource(HttpClient http, RegistryAddress registry, Func<CancellationToken, FoundLogin> login) : IDisposable
{
    private const string Client = "ContainerTrain.Sdk";

    /// <summary>What a token server that does not say how long its tokens are good means.</summary>
    private const int DefaultSeconds = 60;

    private readonly Dictionary<string, (string Token, DateTimeOffset Until)> _tokens = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _turn = new(1);

    /// <param name="challenge">What the registry asks for.</param>
    /// <param name="scopes">What is to be done.</param>
    /// <param name="refused">The token that was not good enough, if one was sent: unless another request has got a new one meanwhile, one is fetched.</param>
    /// <param name="cancellation">Stops the fetching.</param>
    public async Task<AuthenticationHeaderValue> GetAsync(Challenge challenge, ImmutableArray<string> scopes, string? refused, CancellationToken cancellation)
    {
        var key = string.Join(' ', scopes.Prepend(challenge.Realm));
        await _turn.WaitAsync(cancellation);
        try
        {
            if (!_tokens.TryGetValue(key, out var known) || known.Token == refused || known.Until <= DateTimeOffset.UtcNow)
                _tokens[key] = known = await FetchAsync(challenge, scopes, cancellation);
            return new AuthenticationHeaderValue("Bearer", known.Token);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<(string Token, DateTimeOffset Until)> FetchAsync(Challenge challenge, ImmutableArray<string> scopes, CancellationToken cancellation)
    {
        var found = login(cancellation);
        using var request = found.Login is { IdentityToken.Length: > 0 } identity
            ? Refresh(challenge, scopes, identity.IdentityToken)
            : new HttpRequestMessage(HttpMethod.Get, AddressOf(challenge, scopes)) { Headers = { Authorization = found.Login?.Basic } };
        using var response = await RegistryClient.SendOnceAsync(http, request, cancellation);
        var body = await response.Content.ReadAsStringAsync(cancellation);
        if (!response.IsSuccessStatusCode)
            throw new ProblemException(Codes.RegistryRefusedLogin.With(registry, $"{(int)response.StatusCode} from the token server {challenge.Realm}: {RegistryWords.Of(body)}", found));
        try
        {
            return Parse(body);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ProblemException(Codes.RegistryError.With("GET", challenge.Realm, registry, (int)response.StatusCode, "the answer has no token"), e);
        }
    }

    private static (string Token, DateTimeOffset Until) Parse(string body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        var token = root.TryGetProperty("token", out var text) || root.TryGetProperty("access_token", out text) ? text.GetString() : null;
        var seconds = root.TryGetProperty("expires_in", out var number) && number.TryGetInt32(out var given) ? given : DefaultSeconds;
        // A little less: the clock goes on while a request is on its way.
        return token is { Length: > 0 } ? (token, DateTimeOffset.UtcNow.AddSeconds(seconds * 0.8)) : throw new JsonException("no token");
    }

    private static Uri AddressOf(Challenge challenge, ImmutableArray<string> scopes)
    {
        var query = string.Join('&', [$"service={Uri.EscapeDataString(challenge.Service)}", .. scopes.Select(scope => "scope=" + Uri.EscapeDataString(scope))]);
        return new Uri(challenge.Realm + (challenge.Realm.Contains('?', StringComparison.Ordinal) ? "&" : "?") + query);
    }

    private static HttpRequestMessage Refresh(Challenge challenge, ImmutableArray<string> scopes, string identityToken) => new(HttpMethod.Post, challenge.Realm)
    {
        Content = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["service"] = challenge.Service,
            ["client_id"] = Client,
            ["scope"] = string.Join(' ', scopes),
            ["refresh_token"] = identityToken,
        }),
    };
}
