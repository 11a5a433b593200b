using ContainerTrain.Diagnostics;
using ContainerTrain.Dockerfile;
using ContainerTrain.Engine;
using ContainerTrain.Plan;

namespace ContainerTrain.Tests;

public sealed class AnEjectedContext : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Target => _folder.At("out/docker");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void HasTheDockerfileAndEveryFileThatItCopies()
    {
        var image = Image();
        EjectedContext.Write(image, Target);
        Assert.Equal(DockerfileComposer.Compose(image).Render(), File.ReadAllText(Path.Join(Target, "Dockerfile")));
        Assert.Equal("native", File.ReadAllText(Path.Join(Target, "natives/x/1.0/libx.so")));
        Assert.Equal("app", File.ReadAllText(Path.Join(Target, "app/sub/a.dll")));
    }

    [Fact]
    public void DoesNotChangeWithTheNextBuild()
    {
        EjectedContext.Write(Image(), Target);
        File.WriteAllText(_folder.At("src/a.dll"), "edited");
        Assert.Equal("app", File.ReadAllText(Path.Join(Target, "app/sub/a.dll")));
    }

    /// <summary>The container's user is not the one who restored the packages.</summary>
    [Theory]
    [InlineData("src/libx.so", "natives/x/1.0/libx.so")]
    [InlineData("src/a.dll", "app/sub/a.dll")]
    public void HasFilesThatEveryUserMayRead(string source, string target)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Files have no such modes there.");
        }
        else
        {
            const UnixFileMode mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            var image = Image();
            File.SetUnixFileMode(_folder.At(source), mine);
            EjectedContext.Write(image, Target);
            Assert.Equal(mine | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(Path.Join(Target, target)));
            Assert.Equal(mine, File.GetUnixFileMode(_folder.At(source)));
        }
    }

    [Fact]
    public void TakesThePlaceOfAnEarlierOne()
    {
        EjectedContext.Write(Image(), Target);
        File.WriteAllText(Path.Join(Target, "app/old.dll"), "x");
        EjectedContext.Write(Image(), Target);
        Assert.False(File.Exists(Path.Join(Target, "app/old.dll")));
        Assert.Equal("native", File.ReadAllText(_folder.At("src/libx.so")));
    }

    [Fact]
    public void NeverTakesThePlaceOfOtherFiles()
    {
        var mine = _folder.Write("out/docker/mine.txt", "x");
        var problem = Assert.Single(Assert.Throws<ProblemException>(() => EjectedContext.Write(Image(), Target)).Problems);
        Assert.Equal("CT2006", problem.Code.Id);
        Assert.True(File.Exists(mine));
    }

    [Fact]
    public void IsNotMadeOfFilesThatAreGone()
    {
        var image = Image();
        File.Delete(_folder.At("src/a.dll"));
        File.Delete(_folder.At("src/libx.so"));
        Assert.Equal(["CT2004", "CT2004"], Assert.Throws<ProblemException>(() => EjectedContext.Write(image, Target)).Problems.Select(problem => problem.Code.Id));
        Assert.False(Directory.Exists(Target));
    }

    private ImagePlan Image() => Given.Plan(Given.Image(image => image with
    {
        Files =
        [
            Given.Native(_folder.Write("src/libx.so", "native"), "libx.so", "x", "1.0"),
            Given.Own(_folder.Write("src/a.dll", "app"), "sub/a.dll"),
        ],
    })).Image;
}
