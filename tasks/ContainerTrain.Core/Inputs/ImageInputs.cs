using System.Collections.Immutable;

namespace ContainerTrain.Inputs;

/// <summary>What the image is: the .NET SDK's own Container* names, and the Train* items that add to it.</summary>
public sealed record ImageInputs
{
    public string BaseImage { get; init; } = "";

    public string Family { get; init; } = "";

    public string Repository { get; init; } = "";

    /// <summary>Tags, separated by semicolons.</summary>
    public string Tags { get; init; } = "";

    /// <summary>A Dockerfile that the project brings, absolute.</summary>
    public string Dockerfile { get; init; } = "";

    public string User { get; init; } = "";

    public string WorkingDirectory { get; init; } = "";

    public string RegistryMirror { get; init; } = "";

    public ImmutableArray<string> Entrypoint { get; init; } = [];

    public ImmutableArray<string> EntrypointArgs { get; init; } = [];

    public ImmutableArray<string> AppCommand { get; init; } = [];

    public ImmutableArray<string> AppCommandArgs { get; init; } = [];

    /// <summary><c>Entrypoint</c>, <c>DefaultArgs</c> or <c>None</c>: where the application's command goes.</summary>
    public string AppCommandInstruction { get; init; } = "";

    public ImmutableArray<string> DefaultArgs { get; init; } = [];

    public ImmutableArray<InputItem> Ports { get; init; } = [];

    public ImmutableArray<InputItem> Environment { get; init; } = [];

    public ImmutableArray<InputItem> Labels { get; init; } = [];

    /// <summary>Whether the label that says when the image was created is wanted, where that is known: <c>true</c> or not.</summary>
    public string CreatedLabel { get; init; } = "";

    /// <summary>Paths in the image.</summary>
    public ImmutableArray<InputItem> Volumes { get; init; } = [];

    /// <summary>A command as on a command line, or <c>none</c>.</summary>
    public string Healthcheck { get; init; } = "";

    public string HealthcheckInterval { get; init; } = "";

    public string HealthcheckTimeout { get; init; } = "";

    public string HealthcheckStartPeriod { get; init; } = "";

    public string HealthcheckRetries { get; init; } = "";

    public string StopSignal { get; init; } = "";

    /// <summary>As on a command line.</summary>
    public string Shell { get; init; } = "";

    public ImmutableArray<InputItem> BuildArguments { get; init; } = [];

    public ImmutableArray<InputItem> AptPackages { get; init; } = [];

    public ImmutableArray<InputItem> PipPackages { get; init; } = [];

    /// <summary>Files, by their absolute paths.</summary>
    public ImmutableArray<InputItem> PipRequirements { get; init; } = [];

    public ImmutableArray<InputItem> Instructions { get; init; } = [];

    /// <summary>Files that the project adds, by their absolute paths; Folder is the folder that the project names, if it names one.</summary>
    public ImmutableArray<InputItem> ExtraFiles { get; init; } = [];

    /// <summary><c>needed</c> (the default) or <c>all</c>.</summary>
    public string Natives { get; init; } = "";

    public string StripNatives { get; init; } = "";

    /// <summary><c>true</c> (the default) or <c>false</c>.</summary>
    public string NativePreflight { get; init; } = "";

    /// <summary>Native libraries that no training needs, in the form <c>package/file</c>; left out of the image.</summary>
    public ImmutableArray<string> UnneededNatives { get; init; } = [];

    /// <summary>Seconds since 1970, as the variable SOURCE_DATE_EPOCH gives them.</summary>
    public string SourceDateEpoch { get; init; } = "";

    /// <summary>Every file of the published application, where NuGet and the compiler left it.</summary>
    public ImmutableArray<InputFile> Files { get; init; } = [];
}
