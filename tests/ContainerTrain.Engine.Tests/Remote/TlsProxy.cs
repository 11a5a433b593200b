using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ContainerTrain.Tests;

namespace ContainerTrain.Engine.Tests;

/// <summary>Makes an engine's socket a port with TLS, as an engine of another machine has it: both sides show certificates.</summary>
public sealed class TlsProxy : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Authority _authority = new();
    private readonly X509Certificate2 _certificate;
    private readonly string _socket;

    public TlsProxy(string socket)
    {
        _socket = socket;
        _certificate = _authority.Sign("127.0.0.1");
        _authority.WriteClient(_folder.FullPath);
        _listener.Start();
        _ = ServeAsync();
    }

    public EngineSettings Settings => new($"tcp://{_listener.LocalEndpoint}", "", _folder.FullPath, "") { DockerTlsVerify = "1", DockerCertPath = _folder.FullPath };

    public void Dispose()
    {
        _listener.Dispose();
        _certificate.Dispose();
        _folder.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
            _ = ForwardAsync(client);
        }
    }

    private async Task ForwardAsync(TcpClient client)
    {
        using var owner = client;
        using var engine = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await using var outside = new SslStream(client.GetStream());
            await outside.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificate = _certificate,
                ClientCertificateRequired = true,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Issuer == _authority.Certificate.Subject,
            });
            await engine.ConnectAsync(new UnixDomainSocketEndPoint(_socket));
            await using var inside = new NetworkStream(engine);
            // The first end ends both: neither side uses half of a connection.
            await Task.WhenAny(outside.CopyToAsync(inside), inside.CopyToAsync(outside));
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException)
        {
            // One of the two is gone.
        }
    }
}
