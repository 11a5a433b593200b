using System.Collections.Immutable;
using System.Text;

namespace ContainerTrain.Benchmarks.Samples;

/// <summary>A small training program. Every variant builds the same one, with the same packages, in a folder of its own.</summary>
/// <param name="folder">Its folder.</param>
/// <param name="sdk">What stands in the project's Sdk attribute.</param>
/// <param name="properties">On top of those that all samples have.</param>
/// <param name="packages">Id and version of each.</param>
internal sealed class SampleProject(
    string folder, string sdk, ImmutableArray<(string Name, string Value)> properties, ImmutableArray<(string Id, string Version)> packages)
{
    private ImmutableArray<(string Id, string Version)> _added = [];

    public string Folder => folder;

    /// <summary>The line that the last edit changed.</summary>
    public string Marker { get; private set; } = "";

    /// <summary>Whether the last build has seen the last change.</summary>
    public bool IsBuilt { get; set; }

    public ImmutableArray<string> AddedPackages => [.. _added.Select(package => package.Id)];

    public string Assembly => Path.Join(folder, "bin", "Debug", "net10.0", "linux-x64", "Sample.dll");

    /// <summary>Writes the project with packages on top of those that it always has.</summary>
    public void WriteProject(params ImmutableArray<(string Id, string Version)> added)
    {
        _added = added;
        var text = new StringBuilder($"""
            <Project Sdk="{sdk}">

              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <RuntimeIdentifier>linux-x64</RuntimeIdentifier>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>

            """);
        foreach (var (name, value) in properties)
            text.Append($"    <{name}>{value}</{name}>\n");
        text.Append("  </PropertyGroup>\n\n  <ItemGroup>\n");
        foreach (var (id, version) in packages.AddRange(added))
            text.Append($"    <PackageReference Include=\"{id}\" Version=\"{version}\" />\n");
        text.Append("  </ItemGroup>\n\n</Project>\n");
        Write("Sample.csproj", text.ToString());
    }

    /// <summary>Changes one line of the program.</summary>
    public void Edit(string marker)
    {
        Marker = marker;
        Write("Program.cs", $$"""
            using static TorchSharp.torch;

            const string Marker = "{{marker}}";

            Console.WriteLine($"{Marker}: {ones(3, 3).sum().item<float>()}");
            foreach (var name in args)
                Console.WriteLine(System.Reflection.Assembly.Load(name).GetName().Name);

            """);
    }

    /// <summary>Deletes everything that builds made.</summary>
    public void DeleteOutputs()
    {
        IsBuilt = false;
        foreach (var name in (ReadOnlySpan<string>)["bin", "obj", "publish"])
        {
            var output = Path.Join(folder, name);
            if (Directory.Exists(output))
                Directory.Delete(output, recursive: true);
        }
    }

    private void Write(string name, string text)
    {
        IsBuilt = false;
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Join(folder, name), text);
    }
}
