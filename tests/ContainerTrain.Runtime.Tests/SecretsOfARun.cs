namespace ContainerTrain.Runtime.Tests;

public sealed class SecretsOfARun : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("hunter2", "hunter2")]
    [InlineData("hunter2\n", "hunter2")]
    [InlineData("hunter2\r\n", "hunter2")]
    [InlineData("two\nlines ü \n\n", "two\nlines ü \n")]
    public void AreTheirFilesTextWithoutTheLastLineBreak(string file, string secret)
    {
        _folder.Write("token", file);
        Assert.Equal(secret, Secrets["token"]);
        Assert.Equal(_folder.Path("token"), Secrets.FileOf("token"));
    }

    [Fact]
    public void ThatAreMissingAreNamedWithThoseThatThereAre()
    {
        _folder.Write("b", "1");
        _folder.Write("a", "2");
        _folder.Write(".lock", "");
        Assert.Equal(["a", "b"], Secrets.Names);
        var problem = Assert.Single(Problems.Of(() => _ = Secrets["token"]));
        Assert.Equal(ProblemCodes.SecretMissing, problem.Code);
        Assert.StartsWith("The program asks for the secret 'token', which it was not given. There are: a, b.", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../b")]
    [InlineData("/etc/passwd")]
    public void AreFilesOfTheirFolderAndNoOthers(string name)
    {
        _folder.Write("b", "1");
        Assert.Equal(ProblemCodes.SecretMissing, Assert.Single(Problems.Of(() => Secrets.FileOf(name))).Code);
    }

    [Fact]
    public void AreNoneWhereThereIsNoFolder()
    {
        var secrets = new RunSecrets(_folder.Path("none"));
        Assert.Empty(secrets.Names);
        Assert.Contains("The run has none.", Assert.Single(Problems.Of(() => _ = secrets["token"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LieWhereTheEnvironmentSays()
    {
        Assert.Equal("/run/secrets", RunSettings.Read(_folder.Environment()).SecretsDirectory);
        Assert.Equal(_folder.FullPath, RunSettings.Read(_folder.Environment(("TRAIN_SECRETS_DIR", _folder.FullPath))).SecretsDirectory);
    }

    private RunSecrets Secrets => new(_folder.FullPath);
}
