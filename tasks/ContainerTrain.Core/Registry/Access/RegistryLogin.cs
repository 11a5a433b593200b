using System.Net.Http.Headers;
using System.Text;

namespace ContainerTrain.Registry;

/// <summary>A user's name and password, or an identity token in their place.</summary>
internal sealed class RegistryLogin(string user, string password, string identityToken, string origin)
{
    public string User => user;

    /// <summary>Empty where there is none.</summary>
    public string IdentityToken => identityToken;

    /// <summary>For the registry itself, or its token server.</summary>
    public AuthenticationHeaderValue Basic => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    /// <summary>As Docker's engine takes it with a request.</summary>
    public (string User, string Password, string IdentityToken) ForEngine => (user, password, identityToken);

    /// <summary>Without what is secret; a record would print all of it.</summary>
    public override string ToString() => identityToken.Length > 0 ? $"an identity token from {origin}" : $"user '{user}' from {origin}";
}
