using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

public sealed class AnEncryptedConnection : IDisposable
{
    private static readonly Authority Ours = new();
    private readonly TempFolder _folder = new();

    public AnEncryptedConnection() => Ours.WriteClient(_folder.Path);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public void IsMadeWhereBothSidesKnowEachOther(string host)
    {
        using var engine = new TlsEngine(Ours.Sign(host), Ours.Certificate);
        using var connection = Connect(engine, host, out _);
        Assert.Equal("28.5", connection!.Version.Version);
        Assert.Equal("{}", connection.Send("GET", "images/x/json", Cancellation).Text);
        Assert.Contains("GET /v1.51/images/x/json HTTP/1.0", engine.Requests);
    }

    [Fact]
    public async Task IsOneForTheHttpClientAndForDockersClientToo()
    {
        using var engine = new TlsEngine(Ours.Sign("localhost"), Ours.Certificate);
        using var connection = Connect(engine, "localhost", out _)!;
        Assert.Equal("{}", await connection.Http.GetStringAsync("info", Cancellation));
        Assert.NotNull(await connection.Docker.System.GetSystemInfoAsync(Cancellation));
        Assert.Equal(2, engine.Requests.Count(line => line == "GET /v1.51/info HTTP/1.1"));
    }

    [Fact]
    public void IsNotMadeWithAnEngineOfAnotherAuthority() =>
        Fails(new Authority().Sign("localhost"), "localhost", $"its certificate is not one that {_folder.At("ca.pem")} vouches for");

    [Fact]
    public void IsNotMadeWithAnotherHost() =>
        Fails(Ours.Sign("elsewhere"), "localhost", "its certificate is not for 'localhost'");

    [Fact]
    public void IsNotMadeWithAClientThatTheEngineDoesNotKnow()
    {
        using var engine = new TlsEngine(Ours.Sign("localhost"), new Authority().Certificate);
        Assert.Null(Connect(engine, "localhost", out var tried));
        Assert.StartsWith($"tcp://localhost:{engine.Port} (DOCKER_HOST): ", tried, StringComparison.Ordinal);
    }

    [Fact]
    public void IsMadeWithAnyEngineWhereNothingIsToBeChecked()
    {
        using var engine = new TlsEngine(new Authority().Sign("elsewhere"), Ours.Certificate);
        using var connection = Connect(engine, "localhost", out _, settings => settings with { DockerTlsVerify = "", DockerTls = "1" });
        Assert.NotNull(connection);
    }

    [Fact]
    public void IsNotMadeWithWhatIsNotEncrypted()
    {
        using var engine = new TlsEngine(null, Ours.Certificate);
        Assert.Null(Connect(engine, "localhost", out var tried));
        Assert.Contains("no encrypted connection", tried, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ca.pem", null, "CA certificate", "does not exist")]
    [InlineData("ca.pem", "", "CA certificate", "cannot be read: has no certificate in it")]
    [InlineData("cert.pem", null, "client certificate", "does not exist")]
    [InlineData("key.pem", null, "client key", "does not exist")]
    [InlineData("key.pem", "nonsense", "client key", "cannot be read")]
    public void NamesTheFileThatCannotBeUsed(string file, string? content, string what, string why)
    {
        File.Delete(_folder.At(file));
        if (content is not null)
            _folder.Write(file, content);
        var problem = Assert.Single(Problems());
        Assert.Equal("CT3038", problem.Code.Id);
        Assert.StartsWith($"The {what} that DOCKER_TLS_VERIFY asks for cannot be used: '{_folder.At(file)}' {why}", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesAKeyOfAnotherCertificate()
    {
        var other = _folder.At("other");
        Ours.WriteClient(other);
        File.Copy(Path.Combine(other, "key.pem"), _folder.At("key.pem"), overwrite: true);
        Assert.Contains("key.pem", Assert.Single(Problems()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesEveryFileThatCannotBeUsed()
    {
        _folder.Write("ca.pem", "x");
        _folder.Write("cert.pem", "x");
        File.Delete(_folder.At("key.pem"));
        Assert.Equal(["ca.pem", "cert.pem", "key.pem"], Problems().Select(problem => Path.GetFileName(problem.Message.Split('\'')[1])));
    }

    private void Fails(X509Certificate2 certificate, string host, string why)
    {
        using var engine = new TlsEngine(certificate, Ours.Certificate);
        Assert.Null(Connect(engine, host, out var tried));
        Assert.Contains(why, tried, StringComparison.Ordinal);
    }

    private System.Collections.Immutable.ImmutableArray<Problem> Problems()
    {
        using var engine = new TlsEngine(Ours.Sign("localhost"), Ours.Certificate);
        return Assert.Throws<ProblemException>(() => Connect(engine, "localhost", out _)).Problems;
    }

    private EngineConnection? Connect(TlsEngine engine, string host, out string tried, Func<EngineSettings, EngineSettings>? change = null)
    {
        var settings = new EngineSettings($"tcp://{host}:{engine.Port}", "", _folder.Path, "") { DockerTlsVerify = "1" };
        return EngineConnection.TryConnect(EngineLocator.Candidates(EngineKind.Docker, change?.Invoke(settings) ?? settings), out tried, Cancellation);
    }

    /// <summary>Answers every request with the same: what an engine says to GET /version, or an empty object.</summary>
    private sealed class TlsEngine : IDisposable
    {
        private readonly TcpListener _listener = TcpListener.Create(0);
        private readonly X509Certificate2? _certificate;
        private readonly X509Certificate2 _authority;

        public TlsEngine(X509Certificate2? certificate, X509Certificate2 authority)
        {
            (_certificate, _authority) = (certificate, authority);
            _listener.Start();
            _ = ServeAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public System.Collections.Concurrent.ConcurrentQueue<string> Requests { get; } = [];

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync()
        {
            while (await _listener.AcceptTcpClientAsync() is { } client)
                _ = AnswerAsync(client);
        }

        private async Task AnswerAsync(TcpClient client)
        {
            using (client)
            {
                try
                {
                    await using var stream = _certificate is null ? (Stream)client.GetStream() : await SecureAsync(client.GetStream());
                    using var reader = new StreamReader(stream);
                    var request = await reader.ReadLineAsync() ?? "";
                    Requests.Enqueue(request);
                    while (await reader.ReadLineAsync() is { Length: > 0 })
                    {
                    }
                    var body = request.StartsWith("GET /version ", StringComparison.Ordinal)
                        ? """{"Version":"28.5","ApiVersion":"1.51","MinAPIVersion":"1.24","Os":"linux","Arch":"amd64"}"""
                        : "{}";
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
                }
                catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
                {
                    // The client did not like the engine, or the engine the client.
                }
            }
        }

        private async Task<SslStream> SecureAsync(Stream plain)
        {
            var secure = new SslStream(plain);
            await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificate = _certificate,
                ClientCertificateRequired = true,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is X509Certificate2 client && client.Issuer == _authority.Subject
                    && IsSignedBy(client),
            });
            return secure;
        }

        private bool IsSignedBy(X509Certificate2 client)
        {
            using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
            chain.ChainPolicy.CustomTrustStore.Add(_authority);
            return chain.Build(client);
        }
    }
}
