using System.Collections.Immutable;

namespace ContainerTrain.Inputs;

/// <summary>
/// What the project says, as it says it: unparsed, with no default applied that needs judgement.
/// Empty strings stand for properties that are not set.
/// </summary>
public sealed record TrainInputs
{
    public required ProjectInputs Project { get; init; }

    public ImageInputs Image { get; init; } = new();

    public RunInputs Run { get; init; } = new();

    /// <summary>The NuGet packages that the restore chose for the project's platform.</summary>
    public ImmutableArray<PackageInput> Packages { get; init; } = [];

    /// <summary>Where each Train* and Container* element stands in the project's files, to point problems at lines.</summary>
    public ImmutableArray<SourceElement> Elements { get; init; } = [];
}

/// <summary>The project that is being built. All paths are absolute.</summary>
public sealed record ProjectInputs
{
    public required string Name { get; init; }

    public required string ProjectFile { get; init; }

    /// <summary>The main assembly's file name inside the image, such as <c>App.dll</c>.</summary>
    public required string AssemblyFile { get; init; }

    /// <summary>The assembly in the output folder, which the process engine runs.</summary>
    public required string OutputAssembly { get; init; }

    public string OutputType { get; init; } = "";

    public string TargetFramework { get; init; } = "";

    public string RuntimeIdentifier { get; init; } = "";

    /// <summary><c>true</c> (the default); <c>false</c> for an image without a .NET program.</summary>
    public string Compile { get; init; } = "";

    public bool IsProgram => !Compile.Equals("false", StringComparison.OrdinalIgnoreCase);

    public string ProjectDirectory => Path.GetDirectoryName(ProjectFile)!;
}

/// <summary>An MSBuild item: its Include and its metadata.</summary>
public sealed record InputItem(string Include)
{
    public ImmutableDictionary<string, string> Metadata { get; init; } =
        ImmutableDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The value of a metadatum, empty where it is not set.</summary>
    public string this[string metadatum] => Metadata.GetValueOrDefault(metadatum, "");
}

/// <summary>A file of the published application.</summary>
/// <param name="Source">Where it lies now, absolute.</param>
/// <param name="Target">Its path below the application's folder, with '/' between the parts.</param>
/// <param name="Origin">What it is a part of, which decides its layer.</param>
/// <param name="PackageId">The NuGet package it came in, empty if none.</param>
/// <param name="PackageVersion">That package's version.</param>
/// <param name="Layer">The layer that the project wants it in (metadata TrainLayer), empty for the usual one.</param>
public sealed record InputFile(
    string Source, string Target, FileOrigin Origin, string PackageId = "", string PackageVersion = "", string Layer = "");

/// <summary>What a published file is a part of.</summary>
public enum FileOrigin
{
    /// <summary>The project's own output and content.</summary>
    Project,

    /// <summary>The output of a project that this one references.</summary>
    ProjectReference,

    /// <summary>A managed assembly or resource of a NuGet package.</summary>
    PackageLibrary,

    /// <summary>A native library of a NuGet package.</summary>
    PackageNative,
}
