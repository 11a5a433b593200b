using System.Text.RegularExpressions;

namespace ContainerTrain.Plan;

/// <summary>
/// A container image reference, in the grammar of the distribution project
/// (https://github.com/distribution/reference): <c>[registry/]repository[:tag][@digest]</c>.
/// </summary>
public sealed partial record ImageReference(string? Registry, string Repository, string? Tag, string? Digest)
{
    /// <summary>Docker Hub, which a reference without a registry means.</summary>
    public const string DefaultRegistry = "docker.io";

    /// <summary>Parses a reference that a plan holds, which was checked when the plan was made.</summary>
    public static ImageReference Parse(string text) =>
        TryParse(text, out var reference, out var error) ? reference : throw new FormatException($"'{text}': {error}");

    /// <summary>Parses <paramref name="text"/>; says why it cannot in <paramref name="error"/>.</summary>
    public static bool TryParse(string text, out ImageReference reference, out string error)
    {
        reference = null!;
        error = "";
        if (text.Length == 0)
            error = "it is empty";
        else if (text.Any(char.IsWhiteSpace))
            error = "it contains white space";
        else if (text.Contains("://", StringComparison.Ordinal))
            error = "it begins with a URL scheme";
        if (error.Length > 0)
            return false;

        var rest = text;
        string? digest = null, tag = null, registry = null;
        if (rest.IndexOf('@', StringComparison.Ordinal) is var at and >= 0)
            (rest, digest) = (rest[..at], rest[(at + 1)..]);
        // A colon after the last slash begins a tag; one before it belongs to the registry's port.
        if (rest.LastIndexOf(':') is var colon && colon > rest.LastIndexOf('/'))
            (rest, tag) = (rest[..colon], rest[(colon + 1)..]);
        if (rest.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 && IsRegistry(rest[..slash]))
            (registry, rest) = (rest[..slash], rest[(slash + 1)..]);

        error = Complaint(registry, rest, tag, digest);
        if (error.Length > 0)
            return false;
        reference = new ImageReference(registry, rest, tag, digest);
        return true;

        static string Complaint(string? registry, string repository, string? tag, string? digest) =>
            registry is not null && !RegistryPattern().IsMatch(registry) ? $"'{registry}' is no host[:port]"
            : repository.Length == 0 ? "the repository is missing"
            : repository.Any(char.IsUpper) ? $"the repository '{repository}' has upper-case letters"
            : !RepositoryPattern().IsMatch(repository) ? $"'{repository}' is no repository name"
            : tag is not null && !TagPattern().IsMatch(tag) ? $"'{tag}' is no tag"
            : digest is not null && !DigestPattern().IsMatch(digest) ? $"'{digest}' is no digest"
            : "";
    }

    /// <summary>Whether <paramref name="text"/> can be a tag: letters, digits, '_', '.', '-', at most 128.</summary>
    public static bool IsTag(string text) => TagPattern().IsMatch(text);

    /// <summary>Whether <paramref name="text"/> can be a repository: lower-case parts separated by '/'.</summary>
    public static bool IsRepository(string text) => RepositoryPattern().IsMatch(text);

    /// <summary>The nearest valid repository name: lower case, other characters replaced by '-'.</summary>
    public static string ToRepository(string name)
    {
        var clean = Separators().Replace(NotInRepository().Replace(name.ToLowerInvariant(), "-"), "-").Trim('-', '.', '_');
        return clean.Length > 0 ? clean : "app";
    }

    /// <summary>
    /// The same image at a mirror. <paramref name="mirror"/> is either one host for every registry
    /// (<c>localhost:5000</c>), or a list of <c>registry=host</c> separated by commas or semicolons.
    /// </summary>
    public ImageReference At(string mirror)
    {
        var registry = Registry ?? DefaultRegistry;
        foreach (var entry in mirror.Split([';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                return this with { Registry = entry, Repository = Qualified(registry) };
            if (entry[..equals].Trim() == registry)
                return this with { Registry = entry[(equals + 1)..].Trim(), Repository = Qualified(registry) };
        }
        return this;
    }

    public override string ToString() =>
        (Registry is null ? "" : Registry + "/") + Repository + (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);

    private string Qualified(string registry) =>
        registry == DefaultRegistry && !Repository.Contains('/', StringComparison.Ordinal) ? "library/" + Repository : Repository;

    private static bool IsRegistry(string part) =>
        part == "localhost" || part.Contains('.', StringComparison.Ordinal) || part.Contains(':', StringComparison.Ordinal) || part.Any(char.IsUpper);

    [GeneratedRegex(@"^([a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(:[0-9]+)?\z")]
    private static partial Regex RegistryPattern();

    [GeneratedRegex(@"^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex RepositoryPattern();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z")]
    private static partial Regex TagPattern();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}\z")]
    private static partial Regex DigestPattern();

    [GeneratedRegex(@"[^a-z0-9._-]")]
    private static partial Regex NotInRepository();

    [GeneratedRegex(@"[._-]{2,}")]
    private static partial Regex Separators();
}
