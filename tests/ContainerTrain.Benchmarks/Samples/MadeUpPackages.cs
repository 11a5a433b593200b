using System.Collections.Immutable;
using System.IO.Compression;
using System.Reflection;
using System.Reflection.Emit;
using ContainerTrain.Benchmarks.Machine;

namespace ContainerTrain.Benchmarks.Samples;

/// <summary>Packages that no registry has: small managed ones to be added, and natives of CUDA's size.</summary>
/// <param name="workspace">Where they are written; what NuGet unpacks of them is removed by their names.</param>
internal sealed class MadeUpPackages(Workspace workspace)
{
    private const int NativePackages = 6;

    private string Version => $"1.0.0-r{workspace.Run}";

    /// <summary>Managed packages of one small assembly each.</summary>
    public ImmutableArray<(string Id, string Version)> WriteSmall(int count) =>
        [.. Enumerable.Range(1, count).Select(number => Write($"{Workspace.PackagePrefix}Small{number}", WriteAssembly))];

    /// <summary>Packages with one native library each that does not compress, as code hardly does and random bytes never do.</summary>
    public ImmutableArray<(string Id, string Version)> WriteNatives(int megabytes) =>
        [.. Enumerable.Range(1, NativePackages).Select(number =>
            Write($"{Workspace.PackagePrefix}Native{number}", (archive, id) => WriteNative(archive, id, megabytes * 1_000_000L / NativePackages)))];

    /// <summary>Has NuGet unpack them, so that no build pays for what would be a download.</summary>
    public void Restore(ImmutableArray<(string Id, string Version)> packages, string name)
    {
        var project = new SampleProject(Path.Join(workspace.Projects, name), "Microsoft.NET.Sdk", [], packages);
        project.WriteProject();
        new Command("dotnet", project.Folder, "restore").Run(workspace.Log(name));
    }

    /// <summary>Deletes the archives, which the unpacked packages do not need: the disk is not that large.</summary>
    public void DeleteArchives(ImmutableArray<(string Id, string Version)> packages)
    {
        foreach (var (id, version) in packages)
        {
            File.Delete(FileOf(id));
            File.Delete(Path.Join(workspace.NuGetCache, id.ToLowerInvariant(), version, $"{id.ToLowerInvariant()}.{version}.nupkg"));
        }
    }

    private string FileOf(string id) => Path.Join(workspace.Feed, $"{id}.{Version}.nupkg");

    private (string Id, string Version) Write(string id, Action<ZipArchive, string> content)
    {
        using var file = File.Create(FileOf(id));
        using var archive = new ZipArchive(file, ZipArchiveMode.Create);
        using (var text = new StreamWriter(Open(archive, id + ".nuspec")))
        {
            text.Write($"""
                <package>
                  <metadata>
                    <id>{id}</id>
                    <version>{Version}</version>
                    <authors>made up</authors>
                    <description>Made up by the inner-loop benchmark.</description>
                    <dependencies><group targetFramework="net10.0" /></dependencies>
                  </metadata>
                </package>
                """);
        }
        content(archive, id);
        return (id, Version);
    }

    private static void WriteAssembly(ZipArchive archive, string id)
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(id), typeof(object).Assembly);
        assembly.DefineDynamicModule(id).DefineType(id + ".Marker", TypeAttributes.Public).CreateType();
        using var stream = Open(archive, $"lib/net10.0/{id}.dll");
        using var content = new MemoryStream(); // the writer seeks
        assembly.Save(content);
        content.WriteTo(stream);
    }

    private static void WriteNative(ZipArchive archive, string id, long length)
    {
        using var stream = Open(archive, $"runtimes/linux-x64/native/lib{id.ToLowerInvariant()}.so");
        var buffer = new byte[1 << 20];
        for (var left = length; left > 0; left -= buffer.Length)
        {
            Random.Shared.NextBytes(buffer);
            stream.Write(buffer, 0, (int)Math.Min(left, buffer.Length));
        }
    }

    private static Stream Open(ZipArchive archive, string name) => archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
}
