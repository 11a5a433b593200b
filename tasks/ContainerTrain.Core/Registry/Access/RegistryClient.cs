using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using ContainerTrain.Diagnostics;

namespace ContainerTrain.Registry;

/// <summary>One request of the distribution API (https://github.com/opencontainers/distribution-spec/blob/main/spec.md).</summary>
/// <param name="Address">Below the registry's root, or where the registry said.</param>
/// <param name="Scopes">What a token has to allow.</param>
internal sealed record RegistryRequest(HttpMethod Method, string Address, ImmutableArray<string> Scopes)
{
    /// <summary>Made anew at each try.</summary>
    public Func<HttpContent>? Content { get; init; }

    public ImmutableArray<string> Accept { get; init; } = [];

    /// <summary>Whether 404 is an answer rather than a problem.</summary>
    public bool MayBeMissing { get; init; }

    /// <summary>Whether it moves a layer, which has no limit of time.</summary>
    public bool IsLong { get; init; }
}

/// <summary>Speaks to one registry: with or without TLS, with whatever it asks for to let in.</summary>
internal sealed class RegistryClient : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(100);

    private readonly RegistrySettings _settings;
    private readonly HttpClient _http;
    private readonly TokenSource _tokens;
    private readonly Lazy<FoundLogin> _login;
    private readonly SemaphoreSlim _turn = new(1);
    private Uri? _root;
    private Challenge? _challenge;

    public RegistryClient(RegistryAddress address, RegistryUse use, RegistrySettings settings, IProgress<string> progress, CancellationToken cancellation)
    {
        (Address, _settings) = (address, settings);
        Backoff = new Backoff(settings.Pause, progress);
        _http = RegistryTls.Create(settings);
        _login = new Lazy<FoundLogin>(() => new CredentialStore(settings).Find(address, use, cancellation));
        _tokens = new TokenSource(_http, address, _ => _login.Value);
    }

    public RegistryAddress Address { get; }

    public Backoff Backoff { get; }

    public void Dispose()
    {
        _http.Dispose();
        _tokens.Dispose();
        _turn.Dispose();
    }

    /// <summary>Sends a request, again if what failed may go well then.</summary>
    public Task<HttpResponseMessage> TryAsync(RegistryRequest request, CancellationToken cancellation) =>
        Backoff.TryAsync($"{request.Method} at {Address}", () => SendAsync(request, cancellation), cancellation);

    /// <summary>Sends a request once.</summary>
    /// <exception cref="TransientException">It may go well at another try.</exception>
    /// <exception cref="ProblemException">CT5004 if the registry does not let in, CT5005 if it refuses.</exception>
    public async Task<HttpResponseMessage> SendAsync(RegistryRequest request, CancellationToken cancellation)
    {
        var root = await RootAsync(cancellation);
        var response = await SendOnceAsync(root, request, refused: null, cancellation);
        if (response.StatusCode == HttpStatusCode.Unauthorized && ChallengeOf(response, root) is { } challenge)
        {
            // Some let everybody read /v2/ and ask only here; and a token may have run out.
            var refused = response.RequestMessage?.Headers.Authorization?.Parameter;
            response.Dispose();
            _challenge = challenge;
            response = await SendOnceAsync(root, request, refused, cancellation);
        }
        if (response.IsSuccessStatusCode || (request.MayBeMissing && response.StatusCode == HttpStatusCode.NotFound))
            return response;
        using (response)
        {
            var words = RegistryWords.Of(await response.Content.ReadAsStringAsync(cancellation));
            var (status, address) = ((int)response.StatusCode, response.RequestMessage!.RequestUri!);
            throw new ProblemException(response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                ? Codes.RegistryRefusedLogin.With(Address, $"{status} to {request.Method} {address.Show(root)}: {words}", address.IsOf(root) ? $"{_login.Value}" : "no login, as it is another host")
                : Codes.RegistryError.With(request.Method, address.Show(root), Address, status, words));
        }
    }

    /// <summary>Sends a request and turns what may go well at another try into <see cref="TransientException"/>.</summary>
    internal static async Task<HttpResponseMessage> SendOnceAsync(HttpClient http, HttpRequestMessage request, CancellationToken cancellation, bool isLong = false)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (!isLong)
            limit.CancelAfter(Limit);
        HttpResponseMessage response;
        try
        {
            // A small answer belongs to the try: its connection may break in the middle.
            response = await http.SendAsync(request, isLong ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead, limit.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new TransientException((e.InnerException ?? e).Message, inner: e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TransientException($"no answer in {Limit.TotalSeconds:0} s", inner: e);
        }
        if (response.StatusCode != HttpStatusCode.TooManyRequests && (int)response.StatusCode < 500)
            return response;
        using (response)
            throw new TransientException($"{(int)response.StatusCode} {response.ReasonPhrase}", WaitOf(response.Headers.RetryAfter));
    }

    private async Task<HttpResponseMessage> SendOnceAsync(Uri root, RegistryRequest request, string? refused, CancellationToken cancellation)
    {
        var address = new Uri(root, request.Address);
        using var message = new HttpRequestMessage(request.Method, address) { Content = request.Content?.Invoke() };
        foreach (var type in request.Accept)
            message.Headers.Accept.ParseAdd(type);
        // An upload may be sent on to a storage of another host, which the login is none of the business of.
        if (address.IsOf(root) && _challenge is { } challenge)
        {
            message.Headers.Authorization = challenge.IsBearer
                ? await _tokens.GetAsync(challenge, request.Scopes, refused, cancellation)
                : _login.Value.Login?.Basic;
        }
        return await SendOnceAsync(_http, message, cancellation, request.IsLong);
    }

    private async Task<Uri> RootAsync(CancellationToken cancellation)
    {
        if (_root is not null)
            return _root;
        await _turn.WaitAsync(cancellation);
        try
        {
            return _root ??= await Backoff.TryAsync($"GET /v2/ at {Address}", () => FindRootAsync(cancellation), cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The first address at which a registry answers. Without TLS only where that was allowed, or on this machine.</summary>
    private async Task<Uri> FindRootAsync(CancellationToken cancellation)
    {
        string[] schemes = Address.IsLoopback ? ["http", "https"] : _settings.Insecure.Contains(Address.Name) ? ["https", "http"] : ["https"];
        Problem? refused = null;
        TransientException? transient = null;
        foreach (var scheme in schemes)
        {
            var root = new Uri($"{scheme}://{Address.ApiHost}/");
            try
            {
                using var message = new HttpRequestMessage(HttpMethod.Get, new Uri(root, "v2/"));
                using var response = await SendOnceAsync(_http, message, cancellation);
                if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.Unauthorized)
                {
                    _challenge = ChallengeOf(response, root);
                    return root;
                }
                refused ??= Codes.RegistryError.With("GET", "/v2/", Address, (int)response.StatusCode, RegistryWords.Of(await response.Content.ReadAsStringAsync(cancellation)));
            }
            catch (TransientException e)
            {
                var secure = e.InnerException is HttpRequestException { InnerException: AuthenticationException } or HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError };
                // Nobody there: waiting for somebody would only hide a wrong address.
                if (e.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError })
                    refused ??= Codes.RegistryUnreachable.With($"GET /v2/ at {Address}", e.Message, 1);
                else if (!secure)
                    transient ??= e;
                else if (transient is null)
                    refused = Codes.CertificateUntrusted.With(Address, e.Message);
                else
                    transient = new TransientException($"{transient.Message}; with TLS: {e.Message}", transient.After, e);
            }
        }
        throw transient is not null ? transient : new ProblemException(refused!);
    }

    /// <summary>What the registry itself asks for: a host that an upload or a redirect led to does not say who gets the login.</summary>
    /// <exception cref="ProblemException">CT5004 if the login would go over the line unencrypted, where the registry has TLS.</exception>
    private Challenge? ChallengeOf(HttpResponseMessage response, Uri root)
    {
        if (!response.RequestMessage!.RequestUri!.IsOf(root) || Challenge.Of(response.Headers.WwwAuthenticate) is not { } challenge)
            return null;
        return challenge.KeepsTls(root) || _settings.Insecure.Contains(Address.Name)
            ? challenge
            : throw new ProblemException(Codes.RegistryRefusedLogin.With(Address, $"{(int)response.StatusCode}, and its token server {challenge.Realm} has no TLS", "no login: none was sent"));
    }

    private static TimeSpan? WaitOf(RetryConditionHeaderValue? header) =>
        header?.Delta ?? (header?.Date is { } date && date > DateTimeOffset.UtcNow ? date - DateTimeOffset.UtcNow : null);
}
