using System.Collections.Immutable;
using System.Globalization;
using ContainerTrain.Engine;
using ContainerTrain.Outcome;
using ContainerTrain.Plan;

namespace ContainerTrain;

/// <summary>
/// A file as it was: its length, -1 for a file that was not there, its time of change, and whether its owner may run it,
/// which goes into the image and changes no time.
/// </summary>
public sealed record FileState(string Path, long Length, long Ticks, bool IsExecutable = false)
{
    public static FileState Of(string path)
    {
        var info = SourceFile.Of(path);
        return info.Exists
            ? new FileState(path, info.Length, info.LastWriteTimeUtc.Ticks, info.UnixFileMode.HasFlag(UnixFileMode.UserExecute))
            : new FileState(path, -1, 0);
    }

    public bool IsUnchanged() => this == Of(Path);
}

/// <summary>
/// What the last build of the image was made of (<c>image.stamp</c>): if nothing of it changed and the engine still has
/// the image, there is nothing to build. Plain lines rather than JSON: reading it is most of what an idle build costs.
/// </summary>
public sealed record ImageStamp
{
    private const string Format = "containertrain image stamp 5";

    /// <summary>Where engines were looked for.</summary>
    public required EngineSettings Settings { get; init; }

    /// <summary>The address of the engine that has the image.</summary>
    public required string Endpoint { get; init; }

    /// <summary>What of the plan the image was made from (<see cref="TrainPlan.ImageKey"/>).</summary>
    public required string Key { get; init; }

    /// <summary>The image's first name.</summary>
    public required string Reference { get; init; }

    /// <summary>The base image's name on the engine.</summary>
    public required string BaseReference { get; init; }

    public required BuiltImage Image { get; init; }

    /// <summary>Files that decide where engines are looked for and what is built: the plan and the client's configuration.</summary>
    public required ImmutableArray<FileState> Settled { get; init; }

    /// <summary>The files of the image.</summary>
    public required ImmutableArray<FileState> Files { get; init; }

    /// <summary>The last build's stamp, or null if there is none that can be read.</summary>
    public static ImageStamp? Read(string file)
    {
        if (!File.Exists(file))
            return null;
        var lines = File.ReadAllLines(file);
        try
        {
            return lines is [Format, ..] ? Parse(lines) : null;
        }
        catch (Exception e) when (e is IndexOutOfRangeException or ArgumentException or FormatException or OverflowException)
        {
            return null; // cut off or damaged: the image is built again
        }
    }

    /// <summary>Replaces the file in one step.</summary>
    public void Write(string file) =>
        AtomicFile.WriteAllLines(file,
        [
            Format,
            Settings.DockerHost, Settings.ContainerHost, Settings.DockerConfig, Settings.RuntimeDirectory,
            Settings.DockerContext, Settings.DockerTlsVerify, Settings.DockerTls, Settings.DockerCertPath,
            Endpoint, Key, Reference, BaseReference,
            Image.Id, string.Join(' ', Image.DiffIds), Image.DepsImage, Image.BaseImageId,
            string.Create(CultureInfo.InvariantCulture, $"{Settled.Length} {Files.Length}"),
            .. Settled.Concat(Files).Select(state => string.Create(CultureInfo.InvariantCulture, $"{state.Length}\t{state.Ticks}\t{(state.IsExecutable ? 'x' : '-')}\t{state.Path}")),
        ]);

    private static ImageStamp Parse(string[] lines)
    {
        var states = lines.Skip(18).Select(ParseState).ToImmutableArray();
        var counts = lines[17].Split(' ').Select(count => int.Parse(count, CultureInfo.InvariantCulture)).ToArray();
        if (counts.Length != 2 || counts.Sum() != states.Length)
            throw new FormatException("The stamp does not have as many files as it says.");
        return new ImageStamp
        {
            Settings = new EngineSettings(lines[1], lines[2], lines[3], lines[4])
            {
                DockerContext = lines[5],
                DockerTlsVerify = lines[6],
                DockerTls = lines[7],
                DockerCertPath = lines[8],
            },
            Endpoint = lines[9],
            Key = lines[10],
            Reference = lines[11],
            BaseReference = lines[12],
            Image = new BuiltImage(lines[13], [.. lines[14].Split(' ', StringSplitOptions.RemoveEmptyEntries)], lines[15], lines[16], TimeSpan.Zero),
            Settled = states[..counts[0]],
            Files = states[counts[0]..],
        };
    }

    private static FileState ParseState(string line)
    {
        var parts = line.Split('\t', 4);
        return new FileState(
            parts[3], long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture), parts[2] == "x");
    }
}
