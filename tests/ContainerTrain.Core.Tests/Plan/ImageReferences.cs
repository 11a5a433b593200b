using ContainerTrain.Plan;
using CsCheck;

namespace ContainerTrain.Tests;

public sealed class AnImageReference
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("ubuntu", null, "ubuntu", null, null)]
    [InlineData("ubuntu:24.04", null, "ubuntu", "24.04", null)]
    [InlineData("my/app:1", null, "my/app", "1", null)]
    [InlineData("localhost/app", "localhost", "app", null, null)]
    [InlineData("localhost:5000/app", "localhost:5000", "app", null, null)]
    [InlineData("host:5000/a/b:t", "host:5000", "a/b", "t", null)]
    [InlineData("[::1]:5000/a:t", "[::1]:5000", "a", "t", null)]
    [InlineData("HOST/app", "HOST", "app", null, null)]
    [InlineData("docker.io/library/ubuntu", "docker.io", "library/ubuntu", null, null)]
    [InlineData("mcr.microsoft.com/dotnet/runtime:10.0-noble", "mcr.microsoft.com", "dotnet/runtime", "10.0-noble", null)]
    [InlineData("a.b/c:1@" + Digest, "a.b", "c", "1", Digest)]
    [InlineData("c@" + Digest, null, "c", null, Digest)]
    [InlineData("a__b/c.d-e--f:_x", null, "a__b/c.d-e--f", "_x", null)]
    public void IsReadInItsParts(string text, string? registry, string repository, string? tag, string? digest)
    {
        Assert.True(ImageReference.TryParse(text, out var reference, out var error), error);
        Assert.Equal(new ImageReference(registry, repository, tag, digest), reference);
        Assert.Equal(text, reference.ToString());
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("a b", "it contains white space")]
    [InlineData("ubuntu\n", "it contains white space")]
    [InlineData("https://mcr.microsoft.com/x", "it begins with a URL scheme")]
    [InlineData("Ubuntu", "the repository 'Ubuntu' has upper-case letters")]
    [InlineData("a.b/Ubuntu", "the repository 'Ubuntu' has upper-case letters")]
    [InlineData("a.b/", "the repository is missing")]
    [InlineData(":tag", "the repository is missing")]
    [InlineData("a//b", "'a//b' is no repository name")]
    [InlineData("/a", "'/a' is no repository name")]
    [InlineData("-a", "'-a' is no repository name")]
    [InlineData("a___b", "'a___b' is no repository name")]
    [InlineData("a:b:c", "'a:b' is no repository name")]
    [InlineData("host:port/a", "'host:port' is no host[:port]")]
    [InlineData("-x.y/a", "'-x.y' is no host[:port]")]
    [InlineData("a:", "'' is no tag")]
    [InlineData("a:-x", "'-x' is no tag")]
    [InlineData("a@sha256:12", "'sha256:12' is no digest")]
    [InlineData("a@", "'' is no digest")]
    public void OutsideTheGrammarIsRefusedWithTheReason(string text, string reason)
    {
        Assert.False(ImageReference.TryParse(text, out _, out var error));
        Assert.Equal(reason, error);
    }

    [Fact]
    public void TakesATagOf128CharactersAndNoMore()
    {
        Assert.True(ImageReference.IsTag(new string('a', 128)));
        Assert.False(ImageReference.IsTag(new string('a', 129)));
    }

    [Theory]
    [InlineData("latest\n")]
    [InlineData("a b")]
    [InlineData("")]
    [InlineData("grün")]
    public void TakesNoOtherCharactersInATag(string tag) => Assert.False(ImageReference.IsTag(tag));

    [Theory]
    [InlineData("app\n")]
    [InlineData("App")]
    [InlineData("a:b")]
    public void TakesNoOtherCharactersInARepository(string repository) => Assert.False(ImageReference.IsRepository(repository));

    [Fact]
    public void IsTheSameAfterWritingAndReading() => References().Sample(reference =>
        ImageReference.TryParse(reference.ToString(), out var read, out _) && read == reference);

    [Fact]
    public void OfAPlanThatIsNoneIsAnError() => Assert.Throws<FormatException>(() => ImageReference.Parse("A b"));

    internal static Gen<ImageReference> References()
    {
        var alphanumeric = Gen.Char["abcxyz0189"].Array[1, 6].Select(chars => new string(chars));
        var component = Gen.Select(alphanumeric, Gen.OneOfConst(".", "_", "__", "-", "--"), alphanumeric, Gen.Bool)
            .Select((a, separator, b, one) => one ? a : a + separator + b);
        var repository = component.Array[1, 3].Select(parts => string.Join('/', parts));
        var registry = Gen.OneOfConst<string?>(null, "localhost", "localhost:5000", "mcr.microsoft.com", "docker.io", "Host", "[::1]:80", "10.0.0.1:443");
        var tag = Gen.OneOfConst<string?>(null, "latest", "10.0-noble", "_x.Y-z");
        var digest = Gen.OneOfConst<string?>(null, Digest);
        return Gen.Select(registry, repository, tag, digest, (r, name, t, d) => new ImageReference(r, name, t, d))
            // A first part that looks like a host is one; without a registry no such repository can be written.
            .Where(reference => reference.Registry is not null || !reference.Repository.Split('/')[..^1].Take(1).Any(part => part.Contains('.')));
    }
}

public sealed class ARegistryMirror
{
    [Theory]
    [InlineData("ubuntu:24.04", "localhost:5000/library/ubuntu:24.04")]
    [InlineData("docker.io/ubuntu", "localhost:5000/library/ubuntu")]
    [InlineData("docker.io/my/app", "localhost:5000/my/app")]
    [InlineData("my/app", "localhost:5000/my/app")]
    [InlineData("mcr.microsoft.com/dotnet/runtime:10.0", "localhost:5000/dotnet/runtime:10.0")]
    [InlineData("mcr.microsoft.com/runtime", "localhost:5000/runtime")]
    public void OfOneHostServesEveryRegistry(string reference, string expected) =>
        Assert.Equal(expected, ImageReference.Parse(reference).At("localhost:5000").ToString());

    [Theory]
    [InlineData("mcr.microsoft.com/dotnet/runtime:10.0", "cache:1/dotnet/runtime:10.0")]
    [InlineData("ubuntu", "hub:2/library/ubuntu")]
    [InlineData("quay.io/x/y", "quay.io/x/y")]
    public void OfAListServesTheRegistriesThatItNames(string reference, string expected)
    {
        Assert.Equal(expected, ImageReference.Parse(reference).At("mcr.microsoft.com=cache:1; docker.io=hub:2").ToString());
        Assert.Equal(expected, ImageReference.Parse(reference).At("mcr.microsoft.com = cache:1,docker.io = hub:2").ToString());
    }

    [Fact]
    public void AfterAListServesTheRest() =>
        Assert.Equal("rest:3/x/y", ImageReference.Parse("quay.io/x/y").At("docker.io=hub:2;rest:3").ToString());

    [Fact]
    public void MayHaveAPath() =>
        Assert.Equal("proxy.example:5000/mcr/dotnet/runtime", ImageReference.Parse("mcr.microsoft.com/dotnet/runtime").At("proxy.example:5000/mcr").ToString());

    [Fact]
    public void KeepsTagAndDigest() => AnImageReference.References().Sample(reference =>
        reference.At("localhost:5000") is { Registry: "localhost:5000" } at
        && at.Tag == reference.Tag && at.Digest == reference.Digest
        && at.Repository.EndsWith(reference.Repository, StringComparison.Ordinal)
        && ImageReference.Parse(at.ToString()) == at);
}

public sealed class ARepositoryNamedAfterAnAssembly
{
    [Theory]
    [InlineData("Demo.App", "demo.app")]
    [InlineData("My C# App", "my-c-app")]
    [InlineData("_private", "private")]
    [InlineData("a__b", "a-b")]
    [InlineData("日本", "app")]
    [InlineData("", "app")]
    public void IsTheNearestValidName(string assembly, string expected) => Assert.Equal(expected, ImageReference.ToRepository(assembly));

    [Fact]
    public void IsAlwaysValid() => Gen.String.Sample(name => ImageReference.IsRepository(ImageReference.ToRepository(name)));

    [Fact]
    public void IsValidForNamesOfSeparatorsToo() =>
        Gen.Char["aB1._-/ #"].Array[0, 12].Select(chars => new string(chars)).Sample(name => ImageReference.IsRepository(ImageReference.ToRepository(name)));
}
