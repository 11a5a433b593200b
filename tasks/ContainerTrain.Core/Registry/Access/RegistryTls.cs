using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ContainerTrain.Diagnostics;

namespace ContainerTrain.Registry;

/// <summary>HTTP clients that trust the authorities of TrainCaFile on top of the system's.</summary>
internal static class RegistryTls
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(15);

    /// <exception cref="ProblemException">CT5012 if the file has no certificate that can be read.</exception>
    public static HttpClient Create(RegistrySettings settings)
    {
        var handler = new SocketsHttpHandler { ConnectTimeout = ConnectLimit, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        if (settings.CaFile.Length > 0)
        {
            var authorities = Read(settings.CaFile);
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors, authorities);
        }
        // Layers take as long as they take; each small request has a limit of its own.
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private static X509Certificate2Collection Read(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ProblemException(Codes.CaFileUnreadable.With(file, e.Message), e);
        }
        return authorities.Count > 0 ? authorities : throw new ProblemException(Codes.CaFileUnreadable.With(file, "there is no certificate in it"));
    }

    /// <summary>Only who signed the certificate is judged anew: a wrong host or a certificate that is missing stays one.</summary>
    private static bool IsTrusted(X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        if (errors == SslPolicyErrors.None)
            return true;
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 leaf)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.ExtraStore.AddRange(presented?.ChainPolicy.ExtraStore ?? []);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(leaf);
    }
}
