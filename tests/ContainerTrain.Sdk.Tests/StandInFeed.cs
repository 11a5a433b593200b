using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace ContainerTrain.Sdk.Tests;

/// <summary>
/// A local feed with small packages in the place of TorchSharp's: their ids and dependencies, libraries of a line of
/// text, and for CUDA fragments that are joined by the first build (dotnet/TorchSharp, pkg/common). Gigabytes could
/// not show more.
/// </summary>
internal sealed class StandInFeed(string folder)
{
    public const string TorchSharp = "0.107.0";

    public const string Libtorch = "2.10.0";

    public const string Cuda = "libtorch-cuda-12.8-linux-x64";

    private const string Native = "runtimes/linux-x64/native";

    private static readonly ImmutableArray<string> Parts = ["part1", "part2-primary", "part2-fragment1", "part3-primary", "part3-fragment1"];

    /// <summary>As TorchSharp's: a wrong file is printed, and the build goes on.</summary>
    private const string Join = """
        for primary in "$@"; do
            fragment=$(printf '%s' "$primary" | sed 's/-primary/-fragment1/; s/runtimes/fragments/').fragment1
            [ -f "$fragment" ] || continue
            cat "$primary" "$fragment" > "$primary.joined"
            if [ "$(sha256sum < "$primary.joined" | cut -d ' ' -f 1)" = "$(cat "$primary.sha")" ]; then
                mv "$primary.joined" "$primary"
                rm "$fragment"
            else
                rm "$primary.joined"
                echo "incorrect SHA: $primary"
            fi
        done

        """;

    private const string OneFlavour = """
        <Project>
          <Target Name="CheckOneTorchSharpRuntime" AfterTargets="ResolveReferences" BeforeTargets="PrepareForBuild">
            <Error Text="two runtimes" Condition="'$(TorchSharpCudaPackage)' == 'true' and '$(TorchSharpCpuPackage)' == 'true'" />
          </Target>
        </Project>
        """;

    public string Folder { get; } = folder;

    public static StandInFeed Create(string folder)
    {
        Directory.CreateDirectory(folder);
        var feed = new StandInFeed(folder);
        feed.Add("TorchSharp", TorchSharp, Files((Native + "/libLibTorchSharp.so", "wrapper")));
        feed.Add("TorchSharp-cpu", TorchSharp, Files(), ("TorchSharp", TorchSharp), ("libtorch-cpu", Libtorch));
        feed.Add("libtorch-cpu", Libtorch, Head("libtorch-cpu", "TorchSharpCpuPackage"));
        feed.Add("TorchSharp-cuda-linux", TorchSharp, Files(), ("TorchSharp", TorchSharp), (Cuda, Libtorch));
        feed.Add(Cuda, Libtorch, Head(Cuda, "TorchSharpCudaPackage"),
            [.. Parts.Select(part => ($"{Cuda}-{part}", Libtorch))]);
        feed.Add($"{Cuda}-part1", Libtorch, Files((Native + "/libc10.so", "c10")));
        feed.AddLibrary("part2", "libtorch_cpu.so", "cpu: first half, ", "second half");
        feed.AddLibrary("part3", "libtorch_cuda.so", "cuda: first half, ", "second half");
        return feed;
    }

    /// <summary>A library in two packages, whose joined SHA-256 the first one carries.</summary>
    /// <param name="delivered">The second half as the feed has it, where that is not what was packed.</param>
    public void AddLibrary(string part, string name, string first, string second, string? delivered = null)
    {
        var primary = $"{Cuda}-{part}-primary";
        Add(primary, Libtorch, Files(
            ($"{Native}/{name}", first),
            ($"{Native}/{name}.sha", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(first + second)))),
            ($"buildTransitive/netstandard2.0/{primary}.props", $"""
                <Project><ItemGroup><StandInPrimary Include="$(MSBuildThisFileDirectory)../../{Native}/{name}" /></ItemGroup></Project>
                """),
            ($"buildTransitive/netstandard2.0/{primary}.targets", """
                <Project>
                  <Target Name="StandInRestitch" AfterTargets="ResolveReferences" BeforeTargets="PrepareForBuild">
                    <Exec Command="sh &quot;$(MSBuildThisFileDirectory)join.sh&quot; &quot;@(StandInPrimary->'%(FullPath)', '&quot; &quot;')&quot;" />
                  </Target>
                </Project>
                """),
            ("buildTransitive/netstandard2.0/join.sh", Join)));
        Add($"{Cuda}-{part}-fragment1", Libtorch, Files(($"fragments/linux-x64/native/{name}.fragment1", delivered ?? second)));
    }

    private static ImmutableArray<(string Path, string Text)> Head(string id, string property) => Files(
        ($"buildTransitive/netstandard2.0/{id}.props", $"<Project><PropertyGroup><{property}>true</{property}></PropertyGroup></Project>"),
        ($"buildTransitive/netstandard2.0/{id}.targets", OneFlavour));

    private static ImmutableArray<(string Path, string Text)> Files(params (string Path, string Text)[] files) => [("lib/netstandard2.0/_._", ""), .. files];

    private void Add(string id, string version, ImmutableArray<(string Path, string Text)> files, params (string Id, string Version)[] dependencies)
    {
        using var archive = new ZipArchive(File.Create(Path.Combine(Folder, $"{id}.{version}.nupkg")), ZipArchiveMode.Create);
        var list = string.Concat(dependencies.Select(dependency => $"""<dependency id="{dependency.Id}" version="{dependency.Version}" />"""));
        Write($"{id}.nuspec", $"""
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata>
              <id>{id}</id><version>{version}</version><authors>tests</authors><description>stand-in</description>
              <dependencies><group targetFramework=".NETStandard2.0">{list}</group></dependencies>
            </metadata></package>
            """);
        foreach (var (path, text) in files)
            Write(path, text);

        void Write(string path, string text)
        {
            using var writer = new StreamWriter(archive.CreateEntry(path).Open());
            writer.Write(text);
        }
    }
}
