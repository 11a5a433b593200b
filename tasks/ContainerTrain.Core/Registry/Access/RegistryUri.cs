namespace ContainerTrain.Registry;

/// <summary>Addresses that a registry names: which of them are its own, and how they are spoken to.</summary>
internal static class RegistryUri
{
    /// <summary>Whether a login for the registry may go there: the same host and port, and with TLS if the registry has it.</summary>
    /// <param name="address">Where a request goes.</param>
    /// <param name="root">The registry.</param>
    public static bool IsOf(this Uri address, Uri root) => address.Scheme == root.Scheme && address.Authority == root.Authority;

    /// <summary>Where a registry sends on to. Many that a proxy gives TLS to name themselves without it: that is the proxy's address still.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="location">The answer, with or without a host.</param>
    public static Uri Follow(Uri request, Uri location)
    {
        var address = new Uri(request, location);
        return request.Scheme == Uri.UriSchemeHttps && address.Scheme == Uri.UriSchemeHttp && address.Host == request.Host
            ? new UriBuilder(address) { Scheme = request.Scheme, Port = request.Port }.Uri
            : address;
    }

    /// <summary>For a message: the path, with the host if it is another. Never the query, which may be a key of its own.</summary>
    public static string Show(this Uri address, Uri root) =>
        address.IsOf(root) ? address.AbsolutePath : $"{address.Scheme}://{address.Authority}{address.AbsolutePath}";
}
