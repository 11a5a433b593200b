using ContainerTrain.Engine;

namespace ContainerTrain.Tests;

public sealed class TheStampOfAnImage : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void IsTheSameAfterReadingIt()
    {
        var stamp = Stamp();
        stamp.Write(_folder.At("image.stamp"));
        var read = ImageStamp.Read(_folder.At("image.stamp"))!;
        Assert.Equal((stamp.Settings, stamp.Endpoint, stamp.Key, stamp.Reference, stamp.BaseReference), (read.Settings, read.Endpoint, read.Key, read.Reference, read.BaseReference));
        Assert.Equal((stamp.Image.Id, stamp.Image.DepsImage, stamp.Image.BaseImageId), (read.Image.Id, read.Image.DepsImage, read.Image.BaseImageId));
        Assert.Equal(stamp.Image.DiffIds, read.Image.DiffIds);
        Assert.Equal(stamp.Settled, read.Settled);
        Assert.Equal(stamp.Files, read.Files);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("{}")]
    public void ThatIsDamagedIsNone(string text) => Assert.Null(ImageStamp.Read(_folder.Write("image.stamp", text)));

    [Fact]
    public void ThatIsCutOffIsNone()
    {
        Stamp().Write(_folder.At("image.stamp"));
        var lines = File.ReadAllLines(_folder.At("image.stamp"));
        for (var length = 0; length < lines.Length; length++)
            Assert.Null(ImageStamp.Read(_folder.Write("image.stamp", string.Join('\n', lines[..length]))));
    }

    [Fact]
    public void ThatIsNotThereIsNone() => Assert.Null(ImageStamp.Read(_folder.At("image.stamp")));

    [Fact]
    public void SeesAFileThatChangesComesOrGoes()
    {
        var file = _folder.Write("a.dll", "one");
        var before = FileState.Of(file);
        Assert.True(before.IsUnchanged());
        File.WriteAllText(file, "three");
        Assert.False(before.IsUnchanged());
        File.Delete(file);
        Assert.False(before.IsUnchanged());
        var gone = FileState.Of(file);
        Assert.True(gone.IsUnchanged());
        File.WriteAllText(file, "");
        Assert.False(gone.IsUnchanged());
    }

    [Fact]
    public void SeesAFileThatMayBeRunNow()
    {
        if (OperatingSystem.IsWindows())
            return;
        var file = _folder.Write("run.sh", "one");
        var before = FileState.Of(file);
        File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.UserExecute);
        Assert.False(before.IsUnchanged());
    }

    [Fact]
    public void SeesThatWhatALinkLeadsToChanges()
    {
        var file = _folder.Write("model.bin", "one");
        var link = _folder.At("link.bin");
        File.CreateSymbolicLink(link, file);
        var before = FileState.Of(link);
        Assert.Equal(3, before.Length);
        File.WriteAllText(file, "three");
        Assert.False(before.IsUnchanged());
    }

    private ImageStamp Stamp() => new()
    {
        Settings = new EngineSettings("tcp://d:1", "", "/home/me/.docker", "/run/user/1") { DockerContext = "lab", DockerTlsVerify = "1", DockerTls = "0", DockerCertPath = "/c" },
        Endpoint = "unix:///var/run/docker.sock",
        Key = "0123",
        Reference = "demo:latest",
        BaseReference = "mcr.microsoft.com/dotnet/runtime:10.0-noble",
        Image = new BuiltImage("sha256:1", ["sha256:2", "sha256:3"], "containertrain/deps:4", "sha256:5", TimeSpan.Zero),
        Settled = [FileState.Of(_folder.Write("plan.json", "{}"))],
        Files = [FileState.Of(_folder.Write("with\ttab.dll", "x")), FileState.Of(_folder.At("missing"))],
    };
}
