using System.Collections.Immutable;
using System.Formats.Tar;
using System.Security.Cryptography;

namespace ContainerTrain.Sdk.Tests;

/// <summary>The folder that EjectDockerfile writes.</summary>
public sealed class EjectedDockerfile(Packages packages, DockerEngine engine)
{
    [Fact]
    public async Task BecomesAnImageWithTheSameFilesByPlainDockerBuild()
    {
        engine.Require();
        var project = TrainProject.Dummy(packages, items: """<PackageReference Include="CsvHelper" Version="33.1.0" />""");
        (await project.BuildAsync()).Succeeded();
        (await project.BuildAsync("-t:EjectDockerfile", "-p:TrainEjectDirectory=ejected")).Succeeded();

        var ejected = project.Image + "-ejected";
        DockerEngine.NoteImages(ejected, "");
        await DockerEngine.BuildAsync(project.At("ejected"), ejected);

        var (ours, theirs) = (await FilesOfAsync(project, project.Image), await FilesOfAsync(project, ejected));
        Assert.Contains(ours.Keys, path => path == "app/App.dll");
        Assert.Equal(ours, theirs);
    }

    [Fact]
    public async Task DoesNotReplaceAFolderThatHoldsSomethingElse()
    {
        var project = TrainProject.Dummy(packages);
        var mine = project.Write("mine/notes.txt", "mine");

        (await project.BuildAsync("-t:EjectDockerfile", "-p:TrainEjectDirectory=mine")).FailedWith("CT2006");

        Assert.True(File.Exists(mine));
    }

    /// <summary>Every file of the image by its path: its kind, and what it holds or points to.</summary>
    private static async Task<ImmutableSortedDictionary<string, string>> FilesOfAsync(TrainProject project, string image)
    {
        var archive = project.At(Guid.NewGuid().ToString("N") + ".tar");
        await DockerEngine.ExportAsync(image, archive);
        var files = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        await using var stream = File.OpenRead(archive);
        await using var tar = new TarReader(stream);
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            var content = entry.DataStream is { } data ? Convert.ToHexStringLower(await SHA256.HashDataAsync(data)) : entry.LinkName;
            files[entry.Name] = $"{entry.EntryType} {entry.Uid}:{entry.Gid} {content}";
        }
        return files.ToImmutable();
    }
}
