using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ContainerTrain.Diagnostics;
using ContainerTrain.Registry;

namespace ContainerTrain.Tests;

public sealed class AnAddressThatARegistryNames
{
    [Theory]
    [InlineData("https://r.example.com/v2/a/blobs/uploads/1", true)]
    [InlineData("https://r.example.com:443/v2/", true)]
    [InlineData("http://r.example.com/v2/a/blobs/uploads/1", false)]
    [InlineData("https://r.example.com:5000/v2/", false)]
    [InlineData("https://storage.example.com/v2/", false)]
    public void GetsTheLoginOnlyIfItIsTheRegistrys(string address, bool expected) =>
        Assert.Equal(expected, new Uri(address).IsOf(new Uri("https://r.example.com/")));

    [Theory]
    [InlineData("https://r.example.com/v2/", "http://r.example.com/up/1?state=a%2Fb", "https://r.example.com/up/1?state=a%2Fb")]
    [InlineData("https://r.example.com:8443/v2/", "http://r.example.com/up/1", "https://r.example.com:8443/up/1")]
    [InlineData("https://r.example.com/v2/", "http://r.example.com:5000/up/1", "https://r.example.com/up/1")]
    [InlineData("https://r.example.com:8443/v2/", "/up/1?state=x", "https://r.example.com:8443/up/1?state=x")]
    [InlineData("https://r.example.com/v2/", "https://storage.example.com/up/1", "https://storage.example.com/up/1")]
    [InlineData("https://r.example.com/v2/", "http://storage.example.com/up/1", "http://storage.example.com/up/1")]
    [InlineData("http://r.example.com:5000/v2/", "http://r.example.com:5000/up/1", "http://r.example.com:5000/up/1")]
    public void KeepsTheRegistrysTls(string request, string location, string expected) =>
        Assert.Equal(expected, RegistryUri.Follow(new Uri(request), new Uri(location, UriKind.RelativeOrAbsolute)).AbsoluteUri);

    [Theory]
    [InlineData(true, "https://r.example.com/", "https://auth.example.com/token", true)]
    [InlineData(true, "https://r.example.com/", "http://auth.example.com/token", false)]
    [InlineData(true, "http://r.example.com/", "http://auth.example.com/token", true)]
    [InlineData(false, "https://r.example.com/", "a realm", true)]
    public void IsNoTokenServerWithoutTlsWhereTheRegistryHasIt(bool isBearer, string root, string realm, bool expected) =>
        Assert.Equal(expected, new Challenge(isBearer, realm, "").KeepsTls(new Uri(root)));

    [Fact]
    public async Task IsNotAskedForATokenWithoutTls()
    {
        using var push = new GivenPush();
        using var registry = new RegistryWithTls("Bearer realm=\"http://auth.example.com/token\",service=\"x\"");
        push.Write(registry.Pem, "ca.pem");
        push.Settings = push.Settings with { CaFile = Path.Join(push.Folder, "ca.pem") };
        var problem = Assert.Single((await Assert.ThrowsAsync<ProblemException>(() => push.PushAsync(host: registry.Host))).Problems);
        Assert.Equal($"{registry.Host} answers 401, and its token server http://auth.example.com/token has no TLS (with no login: none was sent)", problem.Message);
    }
}

/// <summary>Lets nobody in, and says with what it would.</summary>
internal sealed class RegistryWithTls : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate;

    public RegistryWithTls(string challenge)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=registry of a test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _listener.Start();
        _ = ServeAsync($"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: {challenge}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }

    public string Host => _listener.LocalEndpoint.ToString()!;

    public string Pem => _certificate.ExportCertificatePem();

    public void Dispose()
    {
        _listener.Dispose();
        _certificate.Dispose();
    }

    private async Task ServeAsync(string answer)
    {
        try
        {
            while (true)
                _ = AnswerAsync(await _listener.AcceptTcpClientAsync(), answer);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task AnswerAsync(TcpClient client, string answer)
    {
        using (client)
        {
            try
            {
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync(_certificate);
                await tls.ReadAtLeastAsync(new byte[1 << 14], 1);
                await tls.WriteAsync(Encoding.ASCII.GetBytes(answer));
                await tls.ShutdownAsync();
            }
            catch (Exception e) when (e is AuthenticationException or IOException)
            {
                // Asked without TLS first, as a registry on this machine is.
            }
        }
    }
}
