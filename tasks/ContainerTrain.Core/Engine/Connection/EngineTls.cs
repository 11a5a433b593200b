using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ContainerTrain.Diagnostics;

namespace ContainerTrain.Engine;

/// <summary>With what a connection to an engine is encrypted: files in PEM, absolute.</summary>
/// <param name="Origin">Who named the engine, for messages.</param>
/// <param name="Ca">The authority that signed the engine's certificate, and the only one that counts; null: those of the system.</param>
/// <param name="Certificate">The client's own certificate; null: none is shown.</param>
/// <param name="Key">The key of that certificate.</param>
/// <param name="Verify">Whether the engine's certificate is checked.</param>
public sealed record EngineTls(string Origin, string? Ca, string? Certificate, string? Key, bool Verify)
{
    /// <summary>The files of a folder by the names that Docker's client gives them. It shows no certificate where it finds none.</summary>
    /// <param name="needsCa">Whether a missing ca.pem is one to complain about, rather than a reason to trust the system's authorities.</param>
    public static EngineTls InFolder(string origin, string folder, bool verify, bool needsCa)
    {
        return new EngineTls(origin, verify && (needsCa || File.Exists(At("ca.pem"))) ? At("ca.pem") : null, Existing("cert.pem", "key.pem"), Existing("key.pem", "cert.pem"), verify);

        string At(string name) => Path.Join(folder, name);

        // Half a pair is a mistake to be named.
        string? Existing(string name, string other) => File.Exists(At(name)) || File.Exists(At(other)) ? At(name) : null;
    }

    /// <summary>Encrypts a connection; blocks. The stream that it gets is closed with the one that it returns.</summary>
    /// <exception cref="ProblemException">CT3038 for each file that cannot be used.</exception>
    /// <exception cref="IOException">The two do not accept each other.</exception>
    internal Stream Authenticate(Stream plain, string host)
    {
        var (authority, own) = Load();
        var refusal = "";
        var secure = new SslStream(plain);
        try
        {
            secure.AuthenticateAsClient(new SslClientAuthenticationOptions
            {
                TargetHost = host,
                // A context, and no list of certificates: of a list none is shown if the engine names other authorities.
                ClientCertificateContext = own is null ? null : SslStreamCertificateContext.Create(own, additionalCertificates: null, offline: true),
                CertificateChainPolicy = authority is null ? null : PolicyOf(authority),
                RemoteCertificateValidationCallback = (_, _, chain, errors) =>
                {
                    refusal = Verify ? Describe(errors, chain, host) : "";
                    return refusal.Length == 0;
                },
            });
            return secure;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            secure.Dispose();
            throw new IOException(refusal.Length > 0 ? refusal : $"no encrypted connection: {(e.InnerException ?? e).Message}");
        }
        catch
        {
            secure.Dispose();
            throw;
        }
    }

    private static X509ChainPolicy PolicyOf(X509Certificate2Collection authority)
    {
        // Made-up authorities publish no lists of what they revoked.
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authority);
        return policy;
    }

    private string Describe(SslPolicyErrors errors, X509Chain? chain, string host) =>
        errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) ? "it shows no certificate"
        : errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors)
            ? $"its certificate is not one that {Ca ?? "this system"} vouches for ({string.Join(", ", chain?.ChainStatus.Select(status => status.Status.ToString()).Distinct() ?? [])})"
        : errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? $"its certificate is not for '{host}'"
        : "";

    private (X509Certificate2Collection? Authority, X509Certificate2? Own) Load()
    {
        var problems = new List<Problem>();
        var authority = Ca is null ? null : Try("CA certificate", Ca, () =>
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(File.ReadAllText(Ca));
            return certificates.Count > 0 ? certificates : throw new CryptographicException("has no certificate in it");
        });
        if (Certificate is null || Key is null)
            return problems.Count > 0 ? throw new ProblemException(problems) : (authority, null);
        var certificate = Try("client certificate", Certificate, () => X509Certificate2.CreateFromPem(File.ReadAllText(Certificate)));
        var key = Try("client key", Key, () => File.ReadAllText(Key));
        var own = certificate is null || key is null ? null : Try("client key", Key, () => Portable(X509Certificate2.CreateFromPem(File.ReadAllText(Certificate), key)));
        return problems.Count > 0 ? throw new ProblemException(problems) : (authority, own);

        T? Try<T>(string what, string file, Func<T> read) where T : class
        {
            try
            {
                return read();
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                problems.Add(Codes.CertificateUnusable.With(what, Origin, file, "does not exist"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
            {
                problems.Add(Codes.CertificateUnusable.With(what, Origin, file, $"cannot be read: {e.Message.TrimEnd('.')}"));
            }
            return null;
        }
    }

    /// <summary>Windows does not take a key that exists in memory only (https://github.com/dotnet/runtime/issues/23749).</summary>
    private static X509Certificate2 Portable(X509Certificate2 certificate) =>
        OperatingSystem.IsWindows() ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null) : certificate;
}
